#!/usr/bin/env python3
"""Models: their files read, checked and written by Python's json and struct alone."""

import json
import math
import struct

import command


class ModelFile(command.Case):
    def setUp(self):
        super().setUp()
        self.result = self.fit("--report_every", 10)
        self.data = self.bytes("model.safetensors")
        self.head, self.body = command.split_model(self.data)
        self.meta = json.loads(self.head["__metadata__"]["follmer"])

    def put(self, name, head, body):
        """Writes a model file; returns its name."""
        with open(self.path(name), "wb") as file:
            file.write(command.join_model(head, body))
        return name

    def test_header(self):
        self.assertEqual(self.head["__metadata__"]["checksum"], command.checksum(self.data)[0])
        self.assertTrue(all(isinstance(text, str) for text in self.head["__metadata__"].values()))
        self.assertEqual((len(self.data) - len(self.body)) % 8, 0)
        for entry in self.head.values():
            if "dtype" in entry:
                self.assertEqual(entry["data_offsets"][0] % {"F32": 4, "F64": 8}[entry["dtype"]], 0)

    def test_metadata(self):
        meta = self.meta
        self.assertEqual((meta["format"], meta["version"]), ("follmer-model", 1))
        self.assertEqual((meta["dim"], meta["rows"]), (2, 272))
        self.assertEqual(meta["names"], ["eruptions", "waiting"])
        self.assertEqual((meta["hidden"], meta["seed"]), ([16, 16], "1"))
        self.assertEqual((meta["process"], meta["beta_min"], meta["beta_max"]), ("vp", 0.1, 20))
        self.assertEqual(meta["config"]["steps"], 50)

    def test_tensors(self):
        """Shapes follow from the metadata, the centre and scale from the data, the history from the run."""
        tensors = self.tensors()
        widths = [2 + 1 + 2 * self.meta["frequencies"], *self.meta["hidden"], 2]
        shapes = {"standardize.center": [2], "standardize.scale": [2], "mean": [2], "history": [5, 3]}
        for layer, (n_in, n_out) in enumerate(zip(widths, widths[1:])):
            shapes[f"layers.{layer}.weight"] = [n_in, n_out]
            shapes[f"layers.{layer}.bias"] = [n_out]
        self.assertEqual({name: shape for name, (shape, _) in tensors.items()}, shapes)
        self.assertEqual(sum(len(x) for name, (_, x) in tensors.items() if "layers" in name), self.result["weights"])
        with open(command.FAITHFUL) as file:
            columns = list(zip(*[map(float, line.split(",")) for line in file.read().split()[1:]]))
        for j, column in enumerate(columns):
            mean = math.fsum(column) / len(column)
            squares = math.fsum((x - mean) ** 2 for x in column)
            scale = tensors["standardize.scale"][1][j]
            self.assertAlmostEqual(tensors["standardize.center"][1][j] / mean, 1, delta=0.05)
            self.assertAlmostEqual(scale / math.sqrt(squares / len(column)), 1, delta=0.05)
        history = tensors["history"][1]
        self.assertEqual(history[0::3], (10, 20, 30, 40, 50))
        self.assertEqual(float(f"{history[-2]:.15g}"), self.result["loss"])  # results have 15 digits

    def test_numpy_reads_the_same(self):
        """Where NumPy is installed."""
        try:
            import numpy
        except ImportError:
            return
        start = len(self.data) - len(self.body)
        for name, (shape, numbers) in self.tensors().items():
            entry = self.head[name]
            kind = {"F32": "<f4", "F64": "<f8"}[entry["dtype"]]
            array = numpy.frombuffer(self.data, kind, math.prod(shape), start + entry["data_offsets"][0])
            numpy.testing.assert_array_equal(array, numbers)

    def test_written_by_python(self):
        """The same bytes from Python; and a model whose centre Python has moved by 100 draws 100 further."""
        self.put("same", self.head, self.body)
        self.assertEqual(self.bytes("same"), self.data)
        low, high = self.head["standardize.center"]["data_offsets"]
        centre = struct.unpack("<2d", self.body[low:high])
        moved = struct.pack("<2d", *(x + 100 for x in centre))
        self.put("moved", self.head, self.body[:low] + moved + self.body[high:])
        rows = []
        for model in ("same", "moved"):
            self.call("sample", "--model", model, "--output", model + ".csv", "--n", 9, "--seed", 1, "--steps", 5)
            rows.append(self.draws(model + ".csv")[2])
        for a, b in zip(*rows):
            for x, y in zip(a, b):
                self.assertAlmostEqual(x + 100, y, delta=1e-9)

    def test_refused(self):
        head, body = self.head, self.body
        low = head["layers.0.weight"]["data_offsets"][0]
        infinite = body[:low] + struct.pack("<f", math.inf) + body[low + 4 :]
        wider = {**head, "mean": {**head["mean"], "shape": [3]}}
        other = {**head, "__metadata__": {**head["__metadata__"], "follmer": "{}"}}
        for model, pattern in (
            (self.put("infinite", head, infinite), "infinite: entry 1 of `layers.0.weight` must be a finite number"),
            (self.put("wider", wider, body), "`mean`.*wider"),
            (self.put("other", other, body), "other is not a model"),
            (self.put("short", head, body[:-4]), "short"),
        ):
            self.fails(1, pattern, "info", "--model", model)
        with open(self.path("torn"), "wb") as file:
            file.write(self.data[:-1])
        self.fails(1, "torn is damaged or cut short", "info", "--model", "torn")


if __name__ == "__main__":
    command.main()
