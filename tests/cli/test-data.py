#!/usr/bin/env python3
"""Data: tables in, draws and paths out, the same bytes on any number of threads."""

import json
import os
import random

import command


class In(command.Case):
    def rows(self):
        with open(command.FAITHFUL) as file:
            return [[float(x) for x in line.split(",")] for line in file.read().split()[1:]]

    def sample(self, model):
        self.call("sample", "--model", model, "--output", "out.csv", "--n", 20, "--seed", 1, "--steps", 5)
        return self.draws("out.csv")

    def test_same_model_from_every_source(self):
        self.fit(output="csv")
        command.write_npy(self.path("x.npy"), self.rows())
        self.fit(output="npy", data="x.npy")
        with open(command.FAITHFUL) as file:
            lines = file.read().splitlines()
        self.write("bare.csv", "\n".join(lines[1:]) + "\n")
        self.fit(output="bare", data="bare.csv")
        text = "\n".join(lines) + "\n"
        self.call("fit", "--data", "-", "--output", "standard", *command.SMALL, text=text)
        self.assertEqual(self.sample("csv")[1], ["eruptions", "waiting"])
        self.assertEqual(self.sample("standard")[1], ["eruptions", "waiting"])
        self.assertEqual(len(self.sample("npy")[1]), 2)
        for model in ("npy", "bare", "standard"):
            self.assertEqual(self.sample("csv")[2], self.sample(model)[2], model)

    def test_bad_data(self):
        cases = [
            ("a,b\n1,2\n3,nan\n", "x.csv.*3"),
            ("a,b\n1,2\n3,oops\n", "oops"),
            ("a,b\n1,2\n3\n", "x.csv"),
            ("a,b\n", "x.csv"),
            ("", "x.csv"),
            ("a,b\n1,2\n1,3\n1,4\n", "`data` .*constant"),
            ("a,b\n1,2\n", "`data` .*2 rows"),
        ]
        for text, pattern in cases:
            self.write("x.csv", text)
            self.fails(1, pattern, "fit", "--data", "x.csv", "--output", "m", *command.SMALL)
            self.assertFalse(os.path.exists(self.path("m")))
        self.fails(1, "absent.csv", "fit", "--data", "absent.csv", "--output", "m")

    def test_names_that_are_numbers(self):
        rows = "".join(f"{i % 7}.5,{i % 5}.25\n" for i in range(60))
        fit = ["fit", "--output", "m", "--steps", 5, "--hidden", 8, "--seed", 1, "--data"]
        self.write("years.csv", "2019,2020\n" + rows)
        out, said = self.call(*fit, "years.csv")[:2]
        self.assertEqual(json.loads(out)["rows"], 60)
        self.assertIn("years.csv: the first line, of numbers, was taken for the names", said)
        out, said = self.call(*fit, "years.csv", "--header", "no")[:2]
        self.assertEqual((json.loads(out)["rows"], said), (61, ""))
        self.write("job.json", {"command": "fit", "data": "years.csv", "output": "m", "steps": 5, "header": "yes"})
        out, said = self.call("run", "job.json")[:2]
        self.assertEqual((json.loads(out)["rows"], said), (60, ""))
        self.write("quoted.csv", "".join(f'"{i % 7}.5","{i % 5}"\n' for i in range(60)))
        out, said = self.call(*fit, "quoted.csv")[:2]
        self.assertEqual(json.loads(out)["rows"], 60)
        self.assertIn("was taken for a row", said)

    def test_outputs_are_checked_before_the_work(self):
        long = ["--steps", "100000000"]
        self.fails(1, "`output`.*No such", "fit", "--data", command.FAITHFUL, "--output", "absent/m", *long)
        self.fails(1, "`output` must be a file", "fit", "--data", command.FAITHFUL, "--output", ".", *long)
        self.fails(2, "`output` must be a file", "fit", "--data", command.FAITHFUL, "--output", "-", *long)
        checkpoint = ["--checkpoint", "absent/c", "--seed", 1]
        self.fails(1, "`checkpoint`", "fit", "--data", command.FAITHFUL, "--output", "m", *checkpoint, *long)

    def test_no_file_is_overwritten_with_another(self):
        self.write("x.csv", open(command.FAITHFUL).read())
        os.symlink("x.csv", self.path("link"))
        self.fit(data="x.csv")
        held = [self.bytes(name) for name in ("x.csv", "model.safetensors")]
        fit = ["fit", "--seed", 1, "--data"]
        sample = ["sample", "--n", 1, "--model", "model.safetensors"]
        self.fails(2, "`data` and `output`", *fit, "x.csv", "--output", "./x.csv")
        self.fails(2, "`data` and `output`", *fit, "link", "--output", "x.csv")
        self.fails(2, "`data` and `checkpoint`", *fit, "x.csv", "--output", "m", "--checkpoint", "x.csv")
        self.fails(2, "`output` and `checkpoint`", *fit, "x.csv", "--output", "m", "--checkpoint", "./m")
        self.fails(2, "`model` and `output`", *sample, "--output", "./model.safetensors")
        self.fails(2, "`model` and `paths`", *sample, "--paths", "model.safetensors")
        self.fails(2, "`output` and `paths`", *sample, "--output", "y", "--paths", "./y")
        self.assertEqual(held, [self.bytes(name) for name in ("x.csv", "model.safetensors")])

    def test_files_that_cannot_be_written(self):
        fit = ["fit", "--data", command.FAITHFUL, "--output"]
        os.mkdir(self.path("folder"))
        self.fails(1, "folder: `output` must be a file, not a folder", *fit, "folder")
        self.fails(1, "no/such: `output` cannot be written: No such file", *fit, "no/such")
        self.fails(1, "folder: `checkpoint` must be a file", *fit, "m", "--seed", 1, "--checkpoint", "folder")

    def test_devices_are_written_in_place(self):
        self.fit()
        self.call("sample", "--model", "model.safetensors", "--n", 1, "--output", "/dev/null")
        os.symlink("linked.csv", self.path("link.csv"))
        self.write("linked.csv", "")
        self.call("sample", "--model", "model.safetensors", "--n", 1, "--output", "link.csv")
        self.assertEqual(len(self.draws("linked.csv")[2]), 1)
        self.assertTrue(os.path.islink(self.path("link.csv")))


class Fit(command.Case):
    def test_result(self):
        result = self.fit()
        self.assertEqual(result["rows"], 272)
        self.assertEqual(result["columns"], 2)
        self.assertEqual(result["steps"], 50)
        self.assertEqual(result["seed"], 1)
        self.assertTrue(0 <= result["kept"] <= 50)
        self.assertTrue(0 < result["validation"] <= result["untrained"] < 2)
        self.assertEqual(result["loss"] is None, result["kept"] == 0)
        self.assertTrue(0 < result["seconds"] < 60)

    def test_without_validation(self):
        result = self.fit("--validation", "0")
        self.assertIsNone(result["validation"])
        self.assertIsNone(result["untrained"])
        self.assertTrue(result["kept"] == 50 and 0 < result["loss"] < 2)

    def test_seed_is_drawn_and_reported(self):
        args = ["fit", "--data", command.FAITHFUL, "--steps", "5", "--hidden", "8"]
        seeds = [json.loads(self.call(*args, "--output", f"m{i}")[0])["seed"] for i in range(2)]
        self.assertNotEqual(seeds[0], seeds[1])
        self.assertTrue(all(0 <= seed < 2**53 for seed in seeds))
        self.call(*args, "--output", "again", "--seed", seeds[0])
        self.assertEqual(self.bytes("m0"), self.bytes("again"))
        self.assertNotEqual(self.bytes("m0"), self.bytes("m1"))

    def test_model_is_safetensors(self):
        self.fit()
        count = sum(len(numbers) for _, numbers in self.tensors().values())
        weights = json.loads(self.call("info", "--model", "model.safetensors")[0])["weights"]
        self.assertGreater(count, weights)

    def test_torn_and_foreign_models_are_refused(self):
        self.fit()
        whole = self.bytes("model.safetensors")
        flip = random.Random(1)
        torn = [whole[:n] for n in (0, 7, 100, len(whole) // 2, len(whole) - 1)]
        for _ in range(10):
            at = flip.randrange(len(whole))
            torn.append(whole[:at] + bytes([whole[at] ^ 1 << flip.randrange(8)]) + whole[at + 1 :])
        for data in torn:
            with open(self.path("torn"), "wb") as file:
                file.write(data)
            self.fails(1, "torn", "sample", "--model", "torn", "--n", 1)
        self.fails(1, "absent", "sample", "--model", "absent")


class Sample(command.Case):
    def setUp(self):
        super().setUp()
        self.fit()

    def sample(self, *args, output="draws.csv"):
        return self.call("sample", "--model", "model.safetensors", "--output", output, *args)[0]

    def test_comments_record_the_job(self):
        self.sample("--n", 300, "--steps", 7, "--seed", 5, "--threads", 2)
        comments, names, rows = self.draws()
        self.assertEqual(len(rows), 300)
        self.assertRegex(comments[0], r"^follmer=\d+\.\d+")
        job = self.record(comments)
        self.assertEqual(job["seed"], 5)
        threads = json.loads(self.call("info", "--json", "--threads", 2)[0])["threads"]  # 1 without OpenMP
        self.assertEqual(job["threads"], threads)
        self.assertEqual(job["steps"], 7)
        del job["follmer"]
        self.write("job.json", json.dumps(job))
        self.call("run", "job.json", "--output", "again.csv")
        self.assertEqual(self.draws("again.csv")[1:], (names, rows))

    def test_comments_are_no_rows_to_programs_that_guess(self):
        """data.table's fread takes the longest run of lines with as many cells, by any separator, for the table."""
        name = "a, b;c|d 'e' \\ \"f\".csv"
        self.sample("--n", 2, "--steps", 3, output=name)
        comments = self.draws(name)[0]
        self.assertEqual(self.record(comments)["output"], name)
        self.assertGreater(len(comments), 5)
        for line in comments:
            self.assertNotRegex(line, r"[ ,;|\t']", line)

    def test_drawn_seed_is_recorded(self):
        result = json.loads(self.sample("--n", 10, "--steps", 3))
        self.assertEqual(self.record(self.draws()[0])["seed"], result["seed"])
        self.sample("--n", 10, "--steps", 3, "--seed", result["seed"], output="again.csv")
        self.assertEqual(self.draws()[1:], self.draws("again.csv")[1:])

    def test_csv_npy_and_standard_output_agree(self):
        same = ["--n", 500, "--steps", 10, "--seed", 2]
        self.sample(*same)
        self.sample(*same, output="draws.npy")
        shape, numbers = self.npy("draws.npy")
        self.assertEqual(shape, (500, 2))
        rows = self.draws()[2]
        self.assertEqual([x for row in rows for x in row], list(numbers))
        self.write("standard.csv", self.sample(*same, output="-"))
        self.assertEqual(self.draws("standard.csv")[1:], self.draws()[1:])

    def test_more_draws_begin_with_the_same(self):
        for method in ("multistep", "ancestral", "euler", "ode"):
            self.sample("--n", 700, "--steps", 5, "--seed", 2, "--method", method, output="few.npy")
            self.sample("--n", 5000, "--steps", 5, "--seed", 2, "--method", method, output="many.npy")
            few, many = self.npy("few.npy")[1], self.npy("many.npy")[1]
            self.assertEqual(few, many[: len(few)])

    def test_paths(self):
        # with 200 points a path, 3000 rows are several chunks; without paths they are one
        same = ["--n", 3000, "--steps", 200, "--seed", 2]
        self.sample(*same, "--paths", "paths.npy", output="with.npy")
        self.sample(*same, output="without.npy")
        self.assertEqual(self.bytes("with.npy"), self.bytes("without.npy"))
        shape, paths = self.npy("paths.npy")
        self.assertEqual(shape, (3000, 201, 2))
        draws = self.npy("with.npy")[1]
        tensors = self.tensors()
        center, scale = tensors["standardize.center"][1], tensors["standardize.scale"][1]
        for i in (0, 1, 1234, 2999):
            for j in range(2):
                drawn = center[j] + scale[j] * paths[(i * 201 + 200) * 2 + j]
                self.assertAlmostEqual(draws[2 * i + j], (drawn, round(drawn))[j], places=9)  # whole minutes

    def test_snr_min_is_below_snr_max(self):
        ends = ["--snr_min", 10, "--snr_max", 1]
        files = ["--model", "model.safetensors", "--output", "x.csv"]
        sentence = "`snr_min` must be below `snr_max`, 1, not 10"
        for method in ("multistep", "ancestral", "euler", "ode"):
            for grid in ("log_snr", "time"):
                self.fails(2, sentence, "sample", *files, *ends, "--method", method, "--grid", grid)
        self.write("job.json", json.dumps({"snr_min": 10, "snr_max": 1}))
        self.fails(2, sentence, "sample", "job.json", *files)
        self.assertFalse(os.path.exists(self.path("x.csv")))

    def test_csv_paths(self):
        self.sample("--n", 3, "--steps", 4, "--paths", "paths.csv")
        names, rows = self.draws("paths.csv")[1:]
        self.assertEqual(names, ["path", "point", "eruptions", "waiting"])
        self.assertEqual([row[:2] for row in rows], [[i, k] for i in (1, 2, 3) for k in range(5)])

    def test_memory_does_not_grow_with_n(self):
        peak = []
        for n in (1000, 3000000):
            process = self.start("sample", "--model", "model.safetensors", "--n", n, "--steps", 1, "--output", "x.npy")
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            self.assertEqual(process.returncode, 0)
            peak.append(usage.ru_maxrss)
        self.assertEqual(os.path.getsize(self.path("x.npy")), 128 + 3000000 * 2 * 8)
        self.assertLess(peak[1] - peak[0], 12 * 1024)  # KiB; the draws are 46 MiB

    def test_both_to_standard_output(self):
        self.fails(2, "`output` and `paths`", "sample", "--model", "model.safetensors", "--paths", "-")


class Threads(command.Case):
    def test_same_bytes(self):
        for process in ("vp", "pbm", "localization"):
            seen = set()
            for threads in (1, 2, 3, 4):
                same = ["--threads", threads, "--seed", 1]
                self.fit("--process", process, "--batch", "300", *same, output="m")
                draw = ["sample", "--model", "m", "--n", 3000, "--steps", 20, *same]
                self.call(*draw, "--output", "draws.npy", "--paths", "paths.npy")
                self.call(*draw, "--output", "draws.csv")
                seen.add((self.bytes("m"), self.bytes("draws.npy"), self.bytes("paths.npy"), str(self.draws()[1:])))
            self.assertEqual(len(seen), 1, process)

    def test_small_stacks(self):
        for number, stack in enumerate(("8m", "96k")):
            more = {"env": {**os.environ, "OMP_NUM_THREADS": "2", "OMP_STACKSIZE": stack}}
            fit = ["fit", "--data", command.FAITHFUL, "--steps", 20, "--hidden", "64,64", "--batch", 1000, "--seed", 1]
            self.call(*fit, "--output", f"m{number}", **more)
            draw = ["sample", "--model", "m0", "--n", 3000, "--steps", 5, "--seed", 1]
            self.call(*draw, "--output", f"x{number}.npy", **more)
            for method in ("rhee_glynn", "renewal", "mlmc", "euler"):
                until = ["--target_se", 0.1] if method == "mlmc" else ["--n", 3000]
                expect = ["expect", "--drift", "sin", "--method", method, "--seed", 1, *until]
                self.call(*expect, "--output", f"{method}{number}.json", **more)
        self.assertEqual(self.bytes("m0"), self.bytes("m1"))
        self.assertEqual(self.bytes("x0.npy"), self.bytes("x1.npy"))


if __name__ == "__main__":
    command.main()
