#!/usr/bin/env python3
"""Keys: help, mistyped ones, job files, the order of precedence, exit codes."""

import json
import os
import re

import command


class Help(command.Case):
    def test_general(self):
        for args in (["--help"], ["-h"], ["help"]):
            out, err = self.call(*args)
            for word in ("fit", "sample", "expect", "combine", "info", "run", "manual"):
                self.assertRegex(out, rf"(?m)^  {word} +\S")
            self.assertEqual(err, "")

    def test_every_command_lists_keys_in_80_columns(self):
        for name in ("fit", "sample", "expect", "combine", "info", "run"):
            out = self.call(name, "--help")[0]
            self.assertEqual(out, self.call("help", name)[0])
            self.assertIn(f"Usage: follmer {name} ", out)
            self.assertLessEqual(max(map(len, out.splitlines())), 80)

    def test_types_ranges_defaults(self):
        out = re.sub(r"\s+", " ", self.call("fit", "--help")[0])
        self.assertIn("--steps INT optimiser steps; in [1,1e9]; default ", out)
        self.assertIn("--hidden INT,... widths of the hidden layers (by the number of rows); each in [1,65536] ", out)
        self.assertIn("--process WORD noising process; one of vp, pbm, ", out)
        self.assertRegex(out, r"--process [^-]*; default vp; vp: variance preserving; pbm: ")
        self.assertIn("--beta_min REAL noise rate at the data end; in (0,inf); default 0.1 (vp), 1 (pbm)", out)
        self.assertRegex(out, r"--standardize BOOL [^;]*; default true")
        self.assertRegex(out, r"--data TEXT [^;]*; required")

    def test_defaults_are_live(self):
        self.fit()
        config = self.config()
        out = re.sub(r"\s+", " ", self.call("fit", "--help")[0])
        for key in ("learning_rate", "ema", "validation"):
            self.assertAlmostEqual(float(re.search(rf"--{key} .*?default ([0-9.e-]+)", out)[1]), config[key])

    def test_version(self):
        with open(os.path.join(command.SOURCE, "DESCRIPTION")) as file:
            version = re.search(r"(?m)^Version: (.*)$", file.read())[1]
        self.assertEqual(self.call("--version")[0], f"follmer {version}\n")

    def test_manual_is_committed(self):
        with open(os.path.join(command.SOURCE, "src", "cli", "follmer.1")) as file:
            self.assertEqual(self.call("manual")[0], file.read())

    def test_manual_has_every_key(self):
        manual = self.call("manual")[0].replace("\\-", "-")
        for name in ("fit", "sample", "expect", "combine", "info"):
            keys = re.findall(r"(?m)^  --(\w+) ", self.call(name, "--help")[0])
            self.assertGreater(len(keys), 2)
            for key in keys:
                self.assertIn(f"\\fB--{key}\\fR", manual)


class Mistyped(command.Case):
    def test_commands(self):
        self.fails(2, "command `smaple`; did you mean `sample`", "smaple")
        self.fails(2, "command `xyzzy`; `follmer --help`", "xyzzy")
        self.fails(2, "command is wanted")
        self.fails(2, "did you mean `fit`", "help", "fti")

    def test_keys(self):
        self.fails(2, "no key `batchsize`; `follmer fit --help`", "fit", "--batchsize", "3")
        self.fails(2, "no key `step`; did you mean `steps`", "fit", "--step", "3")
        self.fails(2, "no key `learning-rate`; did you mean `learning_rate`", "fit", "--learning-rate=3")
        self.fails(2, "no key `model`", "fit", "--model", "m")
        self.fails(2, "not `-n`", "sample", "-n", "3")

    def test_values(self):
        self.fails(2, "value is wanted after `--steps`", "fit", "--steps")
        self.fails(2, "`steps` must be a whole number of at least 1, not 0", "fit", "--steps", "0")
        self.fails(2, "`steps` must be .*not 'many'", "fit", "--steps=many")
        self.fails(2, "`seed` must be .*not -1", "fit", "--seed", "-1")
        self.fails(2, "`seed` must be ", "fit", "--seed", 2**53)
        self.fails(2, "`process` must be one of vp, pbm.*, not 'ou'", "fit", "--process", "ou")
        self.fails(2, "`--help` takes no value", "fit", "--help=all")

    def test_keys_of_another_kind(self):
        sentence = "`snr_end` goes with `process` localization, not with vp"
        self.fails(2, sentence, "fit", "--process", "vp", "--snr_end", "5")
        self.fails(2, sentence, "fit", "--snr_end", "5")
        self.write("job.json", {"snr_end": 5, "process": "localization"})
        self.fails(2, "job.json: `snr_end` goes with `process` localization, not with pbm", "fit", "job.json", "--process", "pbm")
        job = {"horizon": 2, "process": "pbm", "beta_max": 3, "data": command.FAITHFUL, "output": "m", "steps": 1}
        self.write("job.json", job)
        self.call("fit", "job.json")  # whatever the order of keys
        config = self.config("m")
        self.assertEqual([config[k] for k in ("process", "beta_min", "beta_max", "horizon")], ["pbm", 1, 3, 2])
        self.assertNotIn("snr_end", config)

    def test_required(self):
        self.fails(2, "needs `data`", "fit", "--output", "m")
        self.fails(2, "needs `output`", "fit", "--data", "x.csv")
        self.fails(2, "needs `model`", "sample")
        self.fails(2, "needs a job file", "run")

    def test_bool_may_stand_alone(self):
        for args, json_out in ((["--json"], True), (["--json", "true"], True), (["--json", "false"], False)):
            out = self.call("info", *args)[0]
            self.assertEqual(out.startswith("{"), json_out)
        self.fails(2, "`json` must be true or false, not 'maybe'", "info", "--json=maybe")


class JobFiles(command.Case):
    def test_order_of_precedence(self):
        job = {"command": "fit", "data": command.FAITHFUL, "output": "m", "hidden": [8], "batch": 32, "steps": 5}
        self.write("job.json", job)
        self.call("fit", "job.json", "--batch", "16")
        config = self.config("m")
        self.assertEqual(config["hidden"], [8])  # the file, not the default
        self.assertEqual(config["batch"], 16)  # the command line, not the file
        self.assertEqual(config["activation"], "silu")  # the default

    def test_words_after_two_dashes_are_files(self):
        job = {"data": command.FAITHFUL, "output": "m", "hidden": [8], "steps": 5}
        self.write("--job.json", json.dumps(job))
        self.call("fit", "--steps", 3, "--", "--job.json")
        self.assertTrue(os.path.exists(self.path("m")))
        self.fails(2, "One job file is wanted at most, not `--job.json` and `--`", "fit", "--", "--job.json", "--")
        self.fails(2, "no key `job.json`", "fit", "--job.json")

    def test_last_of_a_repeated_key_holds(self):
        self.fit("--batch", "16", "--batch=24")
        self.assertEqual(self.config()["batch"], 24)

    def test_standard_input(self):
        job = {"data": command.FAITHFUL, "output": "m", "hidden": [8], "steps": 5}
        self.call("fit", "-", text=json.dumps(job))
        self.assertTrue(os.path.exists(self.path("m")))
        self.fails(2, "standard input: .* no key `lr`", "fit", "-", text='{"lr": 1}')

    def test_run(self):
        fit = {"command": "fit", "data": command.FAITHFUL, "output": "m", "hidden": [8], "steps": 5, "seed": 3}
        sample = {"command": "sample", "model": "m", "output": "draws.csv", "n": 7, "progress": False}
        self.write("jobs.json", [fit, sample])
        out = self.call("run", "jobs.json", "--threads", "1")[0]
        self.assertEqual(len(self.draws()[2]), 7)
        self.assertIn('"command": "fit"', out)
        self.assertIn('"command": "sample"', out)

    def test_run_checks_all_jobs_first(self):
        fit = {"command": "fit", "data": command.FAITHFUL, "output": "m", "hidden": [8], "steps": 5}
        self.write("jobs.json", [fit, {"command": "sample", "model": "m", "n": 0}])
        self.fails(2, "jobs.json, job 2: `n` must be", "run", "jobs.json")
        self.assertFalse(os.path.exists(self.path("m")))

    def test_run_stops_at_a_failure(self):
        info = {"command": "info", "model": "absent"}
        self.write("jobs.json", [info, {"command": "info", "json": True}])
        out = self.fails(1, r"job 1 \(info\): .*absent", "run", "jobs.json")
        self.assertEqual(out, "")

    def test_examples_are_jobs(self):
        folder = os.path.dirname(command.FAITHFUL)
        for name in sorted(n for n in os.listdir(folder) if n.endswith(".json")):
            small = ["--threads", "1", "--progress", "false"]
            with open(os.path.join(folder, name)) as file:
                jobs = json.load(file)
            for job in jobs if isinstance(jobs, list) else [jobs]:
                if "data" in job:
                    job["data"] = command.FAITHFUL
                    job["steps"] = 5
            self.call("run", self.write(name, jobs), *small)

    def test_byte_order_mark(self):
        job = json.dumps({"command": "expect", "n": 1000, "seed": 1})
        with open(self.path("job.json"), "w", encoding="utf-8-sig") as file:
            file.write(job)
        self.assertEqual(json.loads(self.call("run", "job.json")[0])["job"]["n"], 1000)
        self.assertEqual(json.loads(self.call("run", "-", text="\ufeff" + job)[0])["job"]["n"], 1000)

    def test_bad_files(self):
        cases = [
            ('{"steps": 3,\n  "batch" 4}', 2, r"job.json is not a job file: line 2, column \d+: "),
            ('{"steps": 3, "steps": 4}', 2, "duplicate"),
            ('{"stesp": 3}', 2, "job.json: .*no key `stesp`; did you mean `steps`"),
            ('{"steps": 3.5}', 2, "job.json: `steps` must be a whole number .*not 3.5"),
            ('{"steps": "3"}', 2, "`steps` must be a whole number"),
            ('{"hidden": [64, "x"]}', 2, "`hidden` must be"),
            ('{"standardize": "yes"}', 2, "`standardize` must be true or false"),
            ('{"process": true}', 2, "`process` must be one of"),
            ('{"command": "sample"}', 2, "job.json: This is a job for `follmer sample`, not for `follmer fit`"),
            ('{"command": "run"}', 2, "job.json: There are no jobs for the command `run`"),
            ('{"command": 3}', 2, "job.json: `command` must be"),
            ("[]", 2, "a JSON object|A job is a JSON object"),
            ("eruptions,waiting\n3.6,79\n", 2, "not a job file"),
        ]
        for text, code, pattern in cases:
            self.write("job.json", text)
            self.fails(code, pattern, "fit", "job.json", "--data", "x", "--output", "y")
        self.fails(1, "absent.json cannot be read: No such file", "fit", "absent.json")
        self.fails(2, "One job file", "fit", "job.json", "job.json")
        self.fails(1, "cannot be read: Is a directory", "run", ".")
        self.write("jobs.json", "[]")
        self.fails(2, "jobs.json has a list without jobs", "run", "jobs.json")
        self.write("jobs.json", "[3]")
        self.fails(2, "job 1: A job is a JSON object", "run", "jobs.json")
        fit = {"command": "fit", "data": "x", "output": "m"}
        self.write("jobs.json", [fit, {"command": "fit", "data": "x"}])
        self.fails(2, "jobs.json, job 2: `follmer fit` needs `output`", "run", "jobs.json")
        self.write("jobs.json", [fit, {**fit, "checkpoint_every": 3}])
        self.fails(2, "jobs.json, job 2: `checkpoint_every` goes with `checkpoint`", "run", "jobs.json")
        self.write("jobs.json", [fit, {**fit, "stesp": 3}])
        self.fails(2, "jobs.json, job 2: `follmer fit` has no key `stesp`; did you mean `steps`", "run", "jobs.json")
        self.write("jobs.json", [{"data": "x"}])
        self.fails(2, "`command` must be the name", "run", "jobs.json")


class Info(command.Case):
    def test_no_kernel_of_blis_ends_the_process(self):
        plain = self.call("info")[0]
        for choice in ("99", "9999", "-5", "word", "0", "7x", "", "-1"):
            shown = self.call("info", env={**os.environ, "BLIS_ARCH_TYPE": choice})[0]
            if "BLIS" in plain and choice in ("99", "9999", "-5", "word", "7x"):
                self.assertRegex(shown, rf"built-in kernel \(BLIS_ARCH_TYPE={choice}: BLIS .* has no such kernel")
            self.assertIn("GFLOP/s", shown)

    def test_build(self):
        info = json.loads(self.call("info", "--json", "--threads", "1")[0])
        self.assertEqual(info["threads"], 1)
        self.assertGreater(info["gemm_gflops"], 0)
        out = self.call("info")[0]
        self.assertIn(info["gemm"], out)
        self.assertIn(info["simd"], out)

    def test_model(self):
        self.fit()
        info = json.loads(self.call("info", "--model", "model.safetensors")[0])
        self.assertEqual(info["columns"], 2)
        self.assertEqual(info["names"], ["eruptions", "waiting"])
        self.assertEqual(info["seed"], 1)
        self.assertEqual(info["rows"], 272)
        self.fails(1, "not|model", "info", "--model", command.FAITHFUL)

    def test_full_disk(self):
        with open("/dev/full", "w") as full:
            for args in (["--help"], ["info"], ["info", "--json"], ["manual"]):
                process = self.start(*args, stdout=full)
                err = process.communicate(timeout=60)[1].decode()
                self.assertEqual(process.returncode, 1, args)
                self.assertRegex(err, r"\Afollmer: .*[Ss]tandard output")


if __name__ == "__main__":
    command.main()
