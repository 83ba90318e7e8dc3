"""PyTorch's side of speed.py: one process per BLAS and thread count, which measures what it is asked on its input.

Requests, one a line, and their answers, one number a line:
  fit D HIDDEN BATCH SECONDS eager|traced    microseconds a training step
  sample D HIDDEN SECONDS                    trajectory-steps a second
"""
import math
import os
import sys
import time

import torch
from torch.nn import functional

ROWS, STEPS, CHUNK = 100_000, 100, 2000
BETA_MIN, BETA_MAX = 0.1, 20.0
FREQUENCIES = math.pi * torch.logspace(0, 3, 8).view(1, -1)
N_TIME = 1 + 2 * FREQUENCIES.numel()


def signal(tau):
    """a^2 of the variance-preserving process."""
    return math.exp(-(BETA_MIN * tau + 0.5 * (BETA_MAX - BETA_MIN) * tau * tau))


def time_features(tau):
    angle = tau * FREQUENCIES
    return torch.cat((tau, angle.sin(), angle.cos()), 1)


def network(d, hidden):
    layers, width = [], d + N_TIME
    for _ in range(3):
        layers += [torch.nn.Linear(width, hidden), torch.nn.SiLU()]
        width = hidden
    return torch.nn.Sequential(*layers, torch.nn.Linear(width, d))


class Loss(torch.nn.Module):
    """The eps-MSE of a minibatch."""

    def __init__(self, d, hidden):
        super().__init__()
        self.net = network(d, hidden)
        self.data = torch.randn(ROWS, d)

    def forward(self, index, tau, eps):
        a2 = torch.exp(-(BETA_MIN * tau + 0.5 * (BETA_MAX - BETA_MIN) * tau * tau))
        x = torch.addcmul(a2.sqrt() * self.data.index_select(0, index), (1 - a2).sqrt(), eps)
        return functional.mse_loss(self.net(torch.cat((x, time_features(tau)), 1)), eps)


class Adam:
    """Adam on one flat vector that all parameters are views of: faster than torch.optim.Adam, foreach or not."""

    def __init__(self, parameters, rate=3e-3):
        parameters = list(parameters)
        n = sum(p.numel() for p in parameters)
        self.weight, self.gradient, self.m, self.v = (torch.zeros(n) for _ in range(4))
        self.rate, self.t, i = rate, 0, 0
        for p in parameters:
            j = i + p.numel()
            self.weight[i:j].copy_(p.detach().view(-1))
            p.data = self.weight[i:j].view_as(p)
            p.grad = self.gradient[i:j].view_as(p)
            i = j

    def step(self):
        self.t += 1
        self.m.lerp_(self.gradient, 0.1)
        self.v.mul_(0.999).addcmul_(self.gradient, self.gradient, value=0.001)
        root = math.sqrt(1 - 0.999**self.t)
        self.weight.addcdiv_(self.m, self.v.sqrt().add_(1e-8 * root), value=-self.rate * root / (1 - 0.9**self.t))


def prepare_fit(d, hidden, batch, mode):
    loss = Loss(d, hidden)
    adam = Adam(loss.parameters())

    def draw():
        return torch.randint(ROWS, (batch,)), torch.rand(batch, 1), torch.randn(batch, d)

    if mode == "traced":
        loss = torch.jit.trace(loss, draw())

    def step():
        adam.gradient.zero_()
        loss(*draw()).backward()
        adam.step()

    for _ in range(10):
        step()
    return step


def time_fit(step, seconds):
    n, start = 0, time.perf_counter()
    while True:
        step()
        n += 1
        took = time.perf_counter() - start
        if took >= seconds:
            return 1e6 * took / n


@torch.inference_mode()
def time_sample(d, hidden, seconds):
    """Euler-Maruyama, CHUNK trajectories at a time (fastest of 500 to 20,000), time features once a step."""
    layers = [layer for layer in network(d, hidden) if isinstance(layer, torch.nn.Linear)]
    weights = [layer.weight.t() for layer in layers]
    biases = [layer.bias for layer in layers]
    w_state, w_time = weights[0][:d].contiguous(), weights[0][d:].contiguous()
    h, done, start = 1 / STEPS, 0, time.perf_counter()
    while True:
        x = torch.randn(CHUNK, d)
        noise = torch.empty_like(x)
        for k in range(STEPS):
            tau = 1 - k * h
            beta = BETA_MIN + (BETA_MAX - BETA_MIN) * tau
            bias = torch.addmm(biases[0].view(1, -1), time_features(torch.full((1, 1), tau)), w_time).view(-1)
            u = functional.silu(torch.addmm(bias, x, w_state), inplace=True)
            for w, b in zip(weights[1:-1], biases[1:-1]):
                u = functional.silu(torch.addmm(b, u, w), inplace=True)
            eps = torch.addmm(biases[-1], u, weights[-1])
            x.mul_(1 + 0.5 * beta * h).add_(eps, alpha=-beta * h / math.sqrt(1 - signal(tau)))
            x.add_(noise.normal_(), alpha=math.sqrt(beta * h))
        done += CHUNK * STEPS
        took = time.perf_counter() - start
        if took >= seconds:
            return done / took


def main():
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    torch.manual_seed(1)
    ready = {}
    for line in sys.stdin:
        verb, *words = line.split()
        if verb == "fit":
            d, hidden, batch, seconds, mode = *map(int, words[:3]), float(words[3]), words[4]
            key = d, hidden, batch, mode
            if key not in ready:
                ready[key] = prepare_fit(*key)
            print(time_fit(ready[key], seconds), flush=True)
        else:
            print(time_sample(int(words[0]), int(words[1]), float(words[2])), flush=True)


if __name__ == "__main__":
    main()
