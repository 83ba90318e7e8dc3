"""What the tests of the command share: calls of it, small data, readers of what it writes."""

import ast
import csv
import json
import math
import os
import resource
import signal
import struct
import subprocess
import sys
import tempfile
import unittest

FOLLMER = os.environ.get("FOLLMER", "follmer")
SOURCE = os.environ.get(
    "SRCDIR", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
)
FAITHFUL = os.path.abspath(os.path.join(SOURCE, "inst", "examples", "faithful.csv"))
SMALL = ["--hidden", "16,16", "--batch", "64", "--steps", "50", "--seed", "1"]


class Case(unittest.TestCase):
    """A test in an empty folder of its own, which is the working directory of every call."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self, *args, file_size=None, **more):
        """Starts the command; files larger than file_size cannot be written."""

        def prepare():
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            if file_size is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))

        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        pipes.update(more)
        process = subprocess.Popen([FOLLMER, *map(str, args)], cwd=self.folder, preexec_fn=prepare, **pipes)
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        """Leaves nothing of a process, however its test went."""
        if process.poll() is None:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe and not pipe.closed:
                pipe.close()

    def call(self, *args, code=0, text=None, **more):
        """Runs the command, checks its exit code, returns standard output and standard error as text."""
        if text is not None:
            more["stdin"] = subprocess.PIPE
        process = self.start(*args, **more)
        out, err = process.communicate(None if text is None else text.encode(), timeout=100)
        self.assertEqual(process.returncode, code, err.decode())
        return out.decode(), err.decode()

    def fails(self, code, pattern, *args, **more):
        """The call fails with that code and one sentence on standard error that matches the pattern."""
        out, err = self.call(*args, code=code, **more)
        self.assertRegex(err, r"\Afollmer: [^\n]*[.?]\n\Z")
        self.assertRegex(err, pattern)
        return out

    def fit(self, *args, output="model.safetensors", data=FAITHFUL):
        """A small fit; returns its result."""
        return json.loads(self.call("fit", "--data", data, "--output", output, *SMALL, *args)[0])

    def config(self, model="model.safetensors"):
        """The keys that made a model."""
        return json.loads(self.call("info", "--model", model)[0])["config"]

    def write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text if isinstance(text, str) else json.dumps(text))
        return name

    def bytes(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def draws(self, name="draws.csv"):
        """The comments, the names and the numbers of a CSV file."""
        with open(self.path(name)) as file:
            lines = file.read().splitlines()
        comments = [line[1:] for line in lines if line.startswith("#")]
        rows = list(csv.reader(line for line in lines if not line.startswith("#")))
        return comments, rows[0], [[float(x) for x in row] for row in rows[1:]]

    def record(self, comments):
        """What the comments of a CSV file say of the version and the job."""
        pairs = [line.split("=", 1) for line in comments]
        return {key: value if key == "follmer" else json.loads(value) for key, value in pairs}

    def npy(self, name):
        """The shape and the numbers of an .npy file of doubles."""
        data = self.bytes(name)
        self.assertEqual(data[:8], b"\x93NUMPY\x01\x00")
        size = struct.unpack("<H", data[8:10])[0]
        head = ast.literal_eval(data[10 : 10 + size].decode())
        self.assertEqual(head["descr"], "<f8")
        self.assertFalse(head["fortran_order"])
        body = data[10 + size :]
        return head["shape"], struct.unpack(f"<{len(body) // 8}d", body)

    def tensors(self, name="model.safetensors"):
        """The arrays of a model as (shape, numbers), read by the safetensors format alone."""
        data = self.bytes(name)
        size = struct.unpack("<Q", data[:8])[0]
        head = json.loads(data[8 : 8 + size])
        head.pop("__metadata__")
        tensors, end = {}, 0
        for key, entry in sorted(head.items(), key=lambda item: item[1]["data_offsets"]):
            low, high = entry["data_offsets"]
            kind = {"F32": "f", "F64": "d"}[entry["dtype"]]
            self.assertEqual(low, end)
            self.assertEqual(high - low, math.prod(entry["shape"]) * struct.calcsize(kind))
            raw = data[8 + size + low : 8 + size + high]
            tensors[key] = entry["shape"], struct.unpack(f"<{len(raw) // struct.calcsize(kind)}{kind}", raw)
            end = high
        self.assertEqual(8 + size + end, len(data))
        return tensors


def write_npy(path, rows):
    """Writes rows of numbers as an .npy file."""
    head = repr({"descr": "<f8", "fortran_order": False, "shape": (len(rows), len(rows[0]))})
    head = head.ljust(117) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode())
        for row in rows:
            file.write(struct.pack(f"<{len(row)}d", *row))


def checksum(data):
    """FNV-1a, 64 bit, with zeros in place of the checksum's own digits."""
    key = b'"checksum":"'
    place = data.index(key) + len(key)
    value = 0xCBF29CE484222325
    for byte in data[:place] + b"0" * 16 + data[place + 16 :]:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:016x}", place


def seal(data):
    """The same bytes with the right checksum."""
    digits, place = checksum(data)
    return data[:place] + digits.encode() + data[place + 16 :]


def split_model(data):
    """The head, as an object, and the body of a model's bytes."""
    size = struct.unpack("<Q", data[:8])[0]
    return json.loads(data[8 : 8 + size]), data[8 + size :]


def join_model(head, body):
    """The reverse, with the right checksum."""
    text = json.dumps(head, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return seal(struct.pack("<Q", len(text)) + text + body)


def without_weights(data):
    """A model with zeros for its weights."""
    head, body = split_model(data)
    for name, entry in head.items():
        if name.startswith("denoiser."):
            low, high = entry["data_offsets"]
            body = body[:low] + bytes(high - low) + body[high:]
    return join_model(head, body)


def main():
    """Runs the tests of the calling script; the last line counts them."""
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(suite)
    failed = len(result.failures) + len(result.errors) + len(result.skipped)
    print(f"{result.testsRun - failed} passed, {failed} failed")
    sys.exit(failed > 0 or result.testsRun == 0)
