#!/usr/bin/env python3
"""Models: their files read, checked and written by Python's json and struct alone."""

import json
import math
import os
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
        self.assertEqual((meta["format"], meta["version"]), ("follmer-model", 2))
        self.assertEqual((meta["dim"], meta["rows"]), (2, 272))
        self.assertEqual(meta["names"], ["eruptions", "waiting"])
        self.assertEqual(meta["seed"], "1")
        network = {"kind": "mlp", "hidden": [16, 16], "activation": "silu", "time_features": "sinusoidal", "frequencies": 8}
        self.assertEqual(meta["networks"], {"denoiser": network})
        self.assertEqual((meta["process"], meta["beta_min"], meta["beta_max"]), ("vp", 0.1, 20))
        self.assertEqual(meta["config"]["steps"], 50)

    def test_tensors(self):
        """Shapes follow from the metadata, the centre and scale from the data, the history from the run, from step 0 on."""
        tensors = self.tensors()
        network = self.meta["networks"]["denoiser"]
        widths = [2 + 1 + 2 * network["frequencies"], *network["hidden"], 2]
        shapes = {"standardize.center": [2], "standardize.scale": [2], "mean": [2], "history": [6, 3]}
        shapes.update({"axes.sd": [2], "axes.axis": [2, 2], "transform.columns": [2, 5], "transform.knots": [0, 2]})
        for layer, (n_in, n_out) in enumerate(zip(widths, widths[1:])):
            shapes[f"denoiser.layers.{layer}.weight"] = [n_in, n_out]
            shapes[f"denoiser.layers.{layer}.bias"] = [n_out]
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
        self.assertEqual(history[0::3], (0, 10, 20, 30, 40, 50))
        kept = history[0::3].index(self.result["kept"])
        self.assertEqual(float(f"{history[3 * kept + 2]:.15g}"), self.result["validation"])  # results have 15 digits

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

    def save_anew(self, name, head, change=lambda body: body):
        """Writes the model as Python's safetensors does: the header in another order, arrays by type and name."""
        names = [key for key in self.head if key != "__metadata__"]
        names.sort(key=lambda key: (self.head[key]["dtype"] != "F64", key))
        new, body = {"__metadata__": head}, b""
        for key in names:
            low, high = self.head[key]["data_offsets"]
            entry = {"dtype": self.head[key]["dtype"], "shape": self.head[key]["shape"]}
            new[key] = {**entry, "data_offsets": [len(body), len(body) + high - low]}
            body += self.body[low:high]
        text = json.dumps(new, separators=(",", ":"), ensure_ascii=False).encode()
        text += b" " * (-len(text) % 8)
        with open(self.path(name), "wb") as file:
            file.write(struct.pack("<Q", len(text)) + text + change(body))
        return name

    def test_saved_anew(self):
        """By a program that orders it otherwise, and may leave out the checksums; not a damaged one."""
        head = self.head["__metadata__"]
        bare = {"follmer": head["follmer"]}
        draw = ["--n", 9, "--seed", 1, "--steps", 5]
        self.call("sample", "--model", "model.safetensors", "--output", "x.npy", *draw)
        for model, note in (
            (self.save_anew("reversed", dict(reversed(head.items()))), ""),
            (self.save_anew("more", {**head, "format": "pt"}), ""),
            (self.save_anew("bare", bare), "follmer: bare has no checksum, so that damage to it would not be seen.\n"),
        ):
            self.assertEqual(self.call("sample", "--model", model, "--output", model + ".npy", *draw)[1], note)
            self.assertEqual(self.bytes(model + ".npy"), self.bytes("x.npy"))
        flip = lambda body: body[:-1] + bytes([body[-1] ^ 1])
        self.fails(1, "damaged", "info", "--model", self.save_anew("damaged", head, flip))
        self.fails(1, "no follmer metadata, which", "info", "--model", self.save_anew("foreign", {"format": "pt"}))

    def test_version_1(self):
        """A model that follmer 0.1.0 wrote is read, and draws what it draws as a file of the present version."""
        with open(os.path.join(command.SOURCE, "tests", "cli", "model-1.safetensors"), "rb") as file:
            old = file.read()
        head, body = command.split_model(old)
        meta = json.loads(head["__metadata__"]["follmer"])
        self.assertEqual(meta["version"], 1)
        keys = ("hidden", "activation", "time_features", "frequencies")
        network = {"kind": "mlp", **{key: meta.pop(key) for key in keys}}
        meta.update(version=2, networks={"denoiser": network})
        tensors = {"denoiser." * name.startswith("layers.") + name: entry for name, entry in head.items()}
        text = json.dumps(meta, sort_keys=True, separators=(",", ":"))
        tensors["__metadata__"] = {**head["__metadata__"], "follmer": text}
        with open(self.path("old"), "wb") as file:
            file.write(old)
        self.put("new", tensors, body)
        for model in ("old", "new"):
            self.call("sample", "--model", model, "--output", model + ".npy", "--n", 9, "--seed", 1, "--steps", 5)
        self.assertEqual(self.bytes("old.npy"), self.bytes("new.npy"))

    def test_newer_version(self):
        text = json.dumps({**self.meta, "version": 3})
        self.put("newer", {**self.head, "__metadata__": {**self.head["__metadata__"], "follmer": text}}, self.body)
        self.fails(1, "newer is of version 3 .* reads version 1 or 2. Use a newer follmer", "info", "--model", "newer")

    def test_refused(self):
        head, body = self.head, self.body
        low = head["denoiser.layers.0.weight"]["data_offsets"][0]
        infinite = body[:low] + struct.pack("<f", math.inf) + body[low + 4 :]
        wider = {**head, "mean": {**head["mean"], "shape": [3]}}
        other = {**head, "__metadata__": {**head["__metadata__"], "follmer": "{}"}}
        for model, pattern in (
            (self.put("infinite", head, infinite), "infinite: Entry 1 of `denoiser.layers.0.weight` must be a finite number"),
            (self.put("wider", wider, body), "wider: `mean` has a place that does not fit its shape"),
            (self.put("other", other, body), "other must be a file of format 'follmer-model'"),
            (self.put("short", head, body[:-4]), "short"),
        ):
            self.fails(1, pattern, "info", "--model", model)
        with open(self.path("torn"), "wb") as file:
            file.write(self.data[:-1])
        self.fails(1, "torn is damaged or cut short", "info", "--model", "torn")


if __name__ == "__main__":
    command.main()
