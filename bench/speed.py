#!/usr/bin/python3
"""Speed of training and sampling, side by side with PyTorch: three hidden SiLU layers, Adam, single precision.

A training step draws a batch, times and noise, runs forward, loss, backward and Adam; a trajectory-step is one
Euler-Maruyama step of one trajectory, noise included (20,000 trajectories, 100 steps). Both sides have the same
widths and time features. PyTorch is taken at its best over OpenBLAS and BLIS, one thread and two, eager and traced.
The sides alternate; medians over the rounds are printed.

Run: ./bootstrap build && make -C build bench && bench/speed.py
(Debian and Ubuntu: python3-torch, libopenblas0-openmp, libblis4-openmp)
"""
import argparse
import glob
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
# (d, hidden, batch) and the ratio to PyTorch wanted in training
SIZES = {(2, 64, 256): 4, (10, 128, 512): 3, (50, 256, 1024): 2}
SAMPLE_RATIO, SCALING = 2.5, 1.85


class Torch:
    """A process of speed_torch.py with its BLAS and its number of threads."""

    def __init__(self, library, threads):
        self.name = f"{os.path.basename(library)}, {threads} thread{'s' * (threads > 1)}"
        limits = {name: str(threads) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "BLIS_NUM_THREADS")}
        self.process = subprocess.Popen(
            ["/usr/bin/python3", os.path.join(HERE, "speed_torch.py")],
            env={**os.environ, **limits, "LD_LIBRARY_PATH": library},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *words):
        print(*words, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"speed_torch.py ({self.name}) ended early")
        return float(answer)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def ask_follmer(args, *words):
    return float(subprocess.run([args.program, *map(str, words)], check=True, stdout=subprocess.PIPE).stdout)


def measure(args, workers, size):
    """The medians of one size, by what was measured: ("fit" or "sample", "follmer" or "torch", configuration)."""
    d, hidden, batch = size
    values = {}

    def note(*key, value):
        values.setdefault(key, []).append(value)

    for _ in range(args.rounds):
        for worker in workers:
            for mode in ("eager", "traced"):
                note("fit", "torch", f"{worker.name}, {mode}",
                     value=worker.ask("fit", d, hidden, batch, args.seconds, mode))
            note("sample", "torch", worker.name, value=worker.ask("sample", d, hidden, args.seconds))
        if not args.torch_only:
            for threads in (1, 2):
                note("fit", "follmer", threads, value=ask_follmer(args, "fit", d, hidden, batch, threads, args.seconds))
                note("sample", "follmer", threads, value=ask_follmer(args, "sample", d, hidden, threads))
    return {key: statistics.median(v) for key, v in values.items()}


def best_torch(medians, verb, pick):
    return pick(((v, key[2]) for key, v in medians.items() if key[:2] == (verb, "torch")), default=(float("nan"), "-"))


def report(size, medians):
    d, hidden, batch = size
    for verb, unit, scale, pick in (("fit", "us a step", 1, min), ("sample", "M steps a s", 1e-6, max)):
        torch, name = best_torch(medians, verb, pick)
        one, two = (medians.get((verb, "follmer", threads), float("nan")) for threads in (1, 2))
        ratio, scaling = (torch / two, one / two) if verb == "fit" else (two / torch, two / one)
        wanted = SIZES[size] if verb == "fit" else SAMPLE_RATIO
        shape = f"{d}, {hidden}, {batch}" if verb == "fit" else f"{d}, {hidden}"
        print(f"{verb:6} {shape:13} {unit:11} {two * scale:9.2f} {torch * scale:9.2f} {ratio:6.2f} {wanted:6.1f} "
              f"{scaling:8.2f} {SCALING:6.2f}  {name}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=os.path.join(HERE, "../build/bench/speed"),
                        help="the program built from speed.c")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=0.3, help="of each measurement")
    parser.add_argument("--torch-only", action="store_true")
    args = parser.parse_args()
    libraries = [os.path.dirname(path) for path in sorted(glob.glob("/usr/lib/*/*-openmp/libblas.so.3"))]
    if not libraries:
        sys.exit("speed.py: no BLAS for PyTorch; install libopenblas0-openmp and libblis4-openmp")
    workers = [Torch(library, threads) for library in libraries for threads in (1, 2)]
    print(f"{'':6} {'d, h, batch':13} {'':11} {'follmer':>9} {'PyTorch':>9} {'ratio':>6} {'wanted':>6} "
          f"{'2 thr/1':>8} {'wanted':>6}  PyTorch's best")
    for size in SIZES:
        report(size, measure(args, workers, size))
    for worker in workers:
        worker.close()


if __name__ == "__main__":
    main()
