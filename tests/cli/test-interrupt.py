#!/usr/bin/env python3
"""Interrupts: signals, kills with resume, closed pipes, full disks, and what progress shows."""

import os
import pty
import random
import signal
import subprocess
import time

import command

LONG = ["--hidden", "32,32", "--batch", "64", "--patience", "1000000000", "--report_every", "200"]
LONG += ["--seed", "1", "--checkpoint", "checkpoint"]


class Case(command.Case):
    def fit_args(self, steps, *more):
        return ["fit", "--data", command.FAITHFUL, "--output", "m", "--steps", steps, *LONG, *more]

    def interrupt(self, number, process, ready):
        """Sends a signal once ready() says so; returns exit code, standard error and seconds to the end."""
        end = time.monotonic() + 20
        while not ready() and time.monotonic() < end and process.poll() is None:
            time.sleep(0.01)
        sent = time.monotonic()
        process.send_signal(number)
        err = process.communicate(timeout=20)[1].decode()
        return process.returncode, err, time.monotonic() - sent

    def rest(self):
        """Files other than those that were asked for."""
        return sorted(set(os.listdir(self.folder)) - {"m", "checkpoint", "draws.csv", "draws.npy"})


class Resume(Case):
    STEPS = 6000

    def uninterrupted(self):
        """The model of a fit that nothing interrupts."""
        self.call(*self.fit_args(self.STEPS))
        model = self.bytes("m")
        os.remove(self.path("m"))
        os.remove(self.path("checkpoint"))
        return model

    def new_checkpoint(self):
        """A function that says whether the checkpoint is another than it is now."""
        read = lambda: os.path.exists(self.path("checkpoint")) and self.bytes("checkpoint")
        before = read()
        return lambda: read() not in (before, False)

    def test_kill_at_random_moments(self):
        """Each time at a moment after the run has got further, whatever the machine's speed."""
        model = self.uninterrupted()
        moment = random.Random(1)
        for kills in range(12):
            ready = self.new_checkpoint()
            process = self.start(*self.fit_args(self.STEPS, "--checkpoint_every", "0.05"))
            while not ready() and process.poll() is None:
                time.sleep(0.01)
            time.sleep(moment.uniform(0, 0.1))
            if process.poll() is not None:
                break
            process.kill()
            process.communicate()
        else:
            process = self.start(*self.fit_args(self.STEPS))
        err = process.communicate(timeout=100)[1].decode()
        self.assertEqual(process.returncode, 0, err)
        self.assertGreater(kills, 2)
        self.assertEqual(self.bytes("m"), model)
        self.assertEqual(self.rest(), [])

    def test_what_a_killed_run_has_left_is_removed(self):
        dead = subprocess.Popen(["true"])
        dead.wait()
        self.write(f"checkpoint.tmp-{dead.pid}", "half a checkpoint")
        self.call(*self.fit_args(20))
        self.assertEqual(self.rest(), [])

    def test_signals(self):
        model = self.uninterrupted()
        for number in (signal.SIGINT, signal.SIGTERM):
            ready = self.new_checkpoint()
            process = self.start(*self.fit_args(self.STEPS, "--checkpoint_every", "0.05"))
            code, err, seconds = self.interrupt(number, process, ready)
            self.assertEqual(code, 130, err)
            self.assertRegex(err, r"\Afollmer: [^\n]*nterrupted[^\n]*\n\Z")
            self.assertLess(seconds, 1)
            self.assertTrue(os.path.exists(self.path("checkpoint")))
            self.assertFalse(os.path.exists(self.path("m")))
            self.assertEqual(self.rest(), [])
        self.call(*self.fit_args(self.STEPS))
        self.assertEqual(self.bytes("m"), model)

    def test_interrupt_before_the_first_checkpoint_leaves_one(self):
        process = self.start(*self.fit_args(100000000, "--checkpoint_every", "1000"))
        started = time.monotonic()
        code, err, _ = self.interrupt(signal.SIGINT, process, lambda: time.monotonic() - started > 1)
        self.assertEqual(code, 130, err)
        self.assertTrue(os.path.exists(self.path("checkpoint")))

    def test_a_checkpoint_needs_a_seed(self):
        args = [arg for arg in self.fit_args(20) if arg not in ("--seed", "1")]
        self.fails(2, "`seed` must be given with `checkpoint`", *args)

    def test_foreign_checkpoints_are_refused(self):
        self.call(*self.fit_args(20))
        self.fails(1, "checkpoint", *self.fit_args(30))
        self.fails(1, "checkpoint", *self.fit_args(20, "--seed", "2"))
        self.fails(1, "checkpoint", *self.fit_args(20, "--data", self.write("x.csv", "1,2\n3,4\n5,7\n")))
        with open(self.path("checkpoint"), "r+b") as file:
            file.truncate(200)
        self.fails(1, "checkpoint", *self.fit_args(20))


class Sample(Case):
    def setUp(self):
        super().setUp()
        self.fit(output="m")

    def test_signal_leaves_no_file(self):
        args = ["sample", "--model", "m", "--n", 100000000, "--steps", 1000, "--output", "draws.csv"]
        started = time.monotonic()
        code, err, seconds = self.interrupt(
            signal.SIGINT, self.start(*args), lambda: time.monotonic() - started > 0.5
        )
        self.assertEqual(code, 130, err)
        self.assertRegex(err, r"\Afollmer: Interrupted after \d+ of 100000000 draws.\n\Z")
        self.assertLess(seconds, 1)
        self.assertEqual(sorted(os.listdir(self.folder)), ["m"])

    def test_an_old_file_stays_until_the_new_one_is_whole(self):
        self.write("draws.csv", "old")
        args = ["sample", "--model", "m", "--n", 100000000, "--steps", 100, "--output", "draws.csv"]
        process = self.start(*args)
        time.sleep(0.5)
        process.kill()
        process.communicate()
        self.assertEqual(self.bytes("draws.csv"), b"old")

    def test_closed_pipe(self):
        process = self.start("sample", "--model", "m", "--n", 200000, "--steps", 1)
        process.stdout.readline()
        process.stdout.close()
        err = process.stderr.read().decode()
        self.assertEqual(process.wait(timeout=60), 1)
        self.assertRegex(err, r"\Afollmer: [^\n]*Broken pipe[^\n]*\n\Z")

    def test_closed_pipe_ends_the_computation(self):
        """The reader leaves before the first draws are there, and gets them early where it stays."""
        draw = ["sample", "--model", "m", "--n", 100000000, "--steps", 20000]
        process = self.start(*draw)
        time.sleep(0.5)
        process.stdout.close()
        closed = time.monotonic()
        err = process.stderr.read().decode()
        self.assertEqual(process.wait(timeout=60), 1)
        self.assertLess(time.monotonic() - closed, 1)
        self.assertRegex(err, r"\Afollmer: standard output cannot be written: Broken pipe.\n\Z")

    def test_readers_of_a_pipe_get_draws_early(self):
        started = time.monotonic()
        process = self.start("sample", "--model", "m", "--n", 100000000, "--steps", 400)
        while not process.stdout.readline().startswith((b"1", b"2", b"3", b"4", b"5")):
            pass
        self.assertLess(time.monotonic() - started, 5)
        process.kill()

    def test_full_disk(self):
        draw = ["sample", "--model", "m", "--n", 200000, "--steps", 1, "--output"]
        self.fails(1, "No space left", *draw, "/dev/full")
        for name in ("draws.csv", "draws.npy"):
            self.fails(1, f"{name}.*too large", *draw, name, file_size=100000)
        os.remove(self.path("m"))
        self.fails(1, "m.*too large", *self.fit_args(10), file_size=4000)  # LLVM's OpenMP needs 1024 of its own
        self.assertEqual(os.listdir(self.folder), [])


class Progress(Case):
    def progress(self, terminal, *more):
        """What a fit of a second or so writes to standard error; None where there is no terminal to write to."""
        args = ["fit", "--data", command.FAITHFUL, "--output", "m", "--steps", 5000, "--seed", 1, *more]
        args += ["--hidden", "32,32", "--batch", "64"]
        if not terminal:
            return self.call(*args)[1]
        try:
            ours, theirs = pty.openpty()
        except OSError as error:
            print(f"left out, as there is no pty ({error})", end=" ")
            return None
        process = self.start(*args, stderr=theirs)
        os.close(theirs)
        shown = b""
        try:
            while data := os.read(ours, 4096):
                shown += data
        except OSError:  # the other end is closed
            pass
        os.close(ours)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)
        return shown.decode()

    def test_bar_on_a_terminal(self):
        shown = self.progress(True)
        if shown is None:
            return
        self.assertRegex(shown, r"\rfit \[#+-*\] +\d+%, loss [0-9.]+, \d+ s left")
        self.assertRegex(shown, r"\r +\r\Z")  # wiped
        self.assertLessEqual(max(map(len, shown.split("\r"))), 79)
        self.assertEqual(self.progress(True, "--progress", "false"), "")

    def test_lines_elsewhere(self):
        self.assertEqual(self.progress(False), "")
        self.assertEqual(self.progress(False, "--progress", "false"), "")
        lines = self.progress(False, "--progress", "true").splitlines()
        self.assertRegex(lines[-1], r"^follmer: fit 100%")
        for line in lines:
            self.assertRegex(line, r"^follmer: fit +\d+%")


if __name__ == "__main__":
    command.main()
