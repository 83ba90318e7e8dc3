#!/usr/bin/env python3
"""Expectations: against closed forms, in parts, of models, and what is refused."""

import json
import math
import os
import os
import signal
import statistics
import time

import command

LEVELS = ["unknown", "baseline", "x86-64-v3", "x86-64-v4"]
METHODS = {
    "rhee_glynn": ["--n", 40000],
    "renewal": ["--method", "renewal", "--n", 40000],
    "mlmc": ["--method", "mlmc", "--target_se", 0.01],
    "euler": ["--method", "euler", "--steps", 64, "--n", 20000],
}


def normal(mean, sd):
    """Values of the functions under a normal distribution, the threshold at 0.5."""
    z = (0.5 - mean) / sd
    above = math.erfc(z / math.sqrt(2)) / 2
    density = math.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    return {
        "mean": mean,
        "second_moment": mean**2 + sd**2,
        "exceedance": above,
        "excess": (mean - 0.5) * above + sd * density,
        "squared_norm": mean**2 + sd**2,
        "cosine": math.cos(mean) * math.exp(-(sd**2) / 2),
    }


class Case(command.Case):
    def expect(self, *args, output="result.json", seed=1):
        """The result of a run."""
        shown = json.loads(self.call("expect", "--seed", seed, "--output", output, *args)[0])
        with open(self.path(output)) as file:
            result = json.load(file)
        self.assertTrue(result.pop("tallies"))
        self.assertEqual(shown, result)
        return result

    def near(self, result, truth, errors=4):
        """Each estimate is within that many standard errors of the truth, but for what euler and mlmc admit."""
        for value in result["summary"]["values"]:
            bound = errors * value["se"] + 2 * abs(value["bias"] or 0)
            self.assertLess(abs(value["estimate"] - truth), bound, result["job"])
            self.assertGreater(value["se"], 0)

    def exact(self, name):
        """The text of a result without its times, and without what says how it was split."""
        with open(self.path(name)) as file:
            result = json.load(file)
        for key in ("command", "job", "threads"):
            result.pop(key, None)
        for part in [result["summary"], *result["tallies"]]:
            part.pop("seconds")
        return json.dumps(result)


class Truth(Case):
    def test_every_drift_and_method(self):
        """MATH 7.5's values; OU and Brownian motion by formula."""
        cases = [
            (["--drift", "sin", "--g", "second_moment"], 2.008672302),
            (["--drift", "sin", "--g", "cosine"], 0.307734376),
            (["--drift", "sin", "--g", "exceedance", "--threshold", 1], 0.269507438),
            (["--drift", "sin", "--g", "excess", "--threshold", 0.5], 0.370687504),
            (["--drift", "tanh", "--g", "second_moment"], 2),
            (["--drift", "tanh", "--g", "cosine"], 0.327709914),
            (["--drift", "ou", "--start", 1, "--g", "mean"], math.exp(-1)),
            (["--drift", "ou", "--start", 1, "--g", "second_moment"], math.exp(-2) + (1 - math.exp(-2)) / 2),
            (["--drift", "zero", "--start", 1, "--g", "second_moment"], 2),
        ]
        for args, truth in cases:
            for method, how in METHODS.items():
                result = self.expect(*args, *how)
                self.near(result, truth)
                self.assertEqual(result["job"]["method"], method)
                self.assertEqual(len(result["summary"]["values"]), 1)

    def test_every_function(self):
        truths = normal(0.3, 2 * math.sqrt(0.49))
        where = ["--drift", "zero", "--start", 0.3, "--sigma", 2, "--horizon", 0.49, "--dim", 3]
        for g, truth in truths.items():
            more = ["--threshold", 0.5] if g in ("exceedance", "excess") else []
            result = self.expect(*where, "--g", g, *more, "--n", 20000)
            each = g not in ("squared_norm", "cosine")
            self.assertEqual(result["names"], [f"{g} {j}" for j in (1, 2, 3)] if each else [g])
            self.near(result, {"squared_norm": 3, "cosine": math.sqrt(3)}.get(g, 1) * truth)

    def test_keys_of_drifts(self):
        rate, mean, start, sigma, horizon = 2, 1.5, -1, 0.7, 0.6
        sd = sigma * math.sqrt((1 - math.exp(-2 * rate * horizon)) / (2 * rate))
        truth = normal(mean + (start - mean) * math.exp(-rate * horizon), sd)
        ou = ["--rate", rate, "--mean", mean, "--start", start, "--sigma", sigma, "--horizon", horizon]
        for g in ("mean", "second_moment"):
            for how in METHODS.values():
                self.near(self.expect(*ou, "--g", g, *how), truth[g])
        tanh = ["--drift", "tanh", "--amplitude", 0.7, "--frequency", 0.7, "--g", "second_moment", "--n", 40000]
        self.near(self.expect(*tanh), 1 + 0.7**2)

    def test_starts_from_a_table(self):
        self.write("x0.csv", "a,b\n0,1\n2,1\n4,1\n")
        command.write_npy(self.path("x0.npy"), [[0, 1], [2, 1], [4, 1]])
        results = [self.expect("--drift", "zero", "--x0", x0, "--n", 20000) for x0 in ("x0.csv", "x0.npy")]
        self.assertEqual(results[0]["names"], ["mean a", "mean b"])
        self.assertEqual(results[1]["names"], ["mean 1", "mean 2"])
        for result in results:
            for value, truth in zip(result["summary"]["values"], (2, 1)):
                self.assertLess(abs(value["estimate"] - truth), 4 * value["se"])
        first = results[0]["summary"]["values"][0]
        self.assertLess(abs(first["variance"] - (1 + 8 / 3)), 4 * first["variance_se"])  # between starts, too

    def test_methods_of_levels_and_gaps(self):
        sin = ["--drift", "sin", "--g", "second_moment", "--n", 40000]
        for levels in ("stratified", "sum", "single"):
            self.near(self.expect(*sin, "--levels", levels, "--base_level", 1, "--decay", 1.5), 2.008672302)
        renewal = [*sin, "--method", "renewal", "--gap"]
        for gap in (
            ["exponential", "--gap_rate", 2],
            ["gamma", "--gap_rate", 1, "--gap_shape", 0.5],
            ["uniform", "--gap_max", 1.5],
        ):
            self.near(self.expect(*renewal, *gap), 2.008672302)

    def test_intervals(self):
        two, one = (self.expect("--n", 10000, "--conf_level", x)["summary"]["values"][0] for x in (0.95, 0.68))
        self.assertAlmostEqual((two["upper"] - two["lower"]) / two["se"], 2 * 1.975, delta=0.01)
        self.assertAlmostEqual((one["upper"] - one["lower"]) / one["se"], 2 * 0.998, delta=0.01)
        self.assertIsNone(self.expect("--n", 10000, "--resamples", 0)["summary"]["values"][0]["lower_t"])

    def test_targets(self):
        reached = self.expect("--drift", "sin", "--target_se", 0.02)
        self.assertLessEqual(reached["summary"]["values"][0]["se"], 0.02)
        self.assertNotIn("target", str(reached["warnings"]))
        missed = self.expect("--drift", "sin", "--target_se", 0.0001, "--n", 20000)
        self.assertRegex(missed["warnings"][-1], "target was not reached: the standard error of `mean 1` is")
        timed = self.expect("--drift", "sin", "--seconds", 0.3)
        self.assertLess(timed["summary"]["seconds"], 1)

    def test_levels(self):
        """Weak order 1, and strong order 1 as the noise is additive (G08)."""
        args = ["--drift", "sin", "--g", "second_moment", "--method", "mlmc", "--target_se", 0.003]
        (table,) = self.expect(*args)["levels"]
        self.assertEqual(table["name"], "second_moment 1")
        self.assertAlmostEqual(table["alpha"], 1, delta=0.35)
        self.assertAlmostEqual(table["beta"], 2, delta=0.35)
        self.assertAlmostEqual(table["gamma"], 1, delta=0.35)
        self.assertEqual(len({len(table[key]) for key in ("count", "cost", "mean", "variance", "check")}), 1)

    def test_warnings(self):
        self.assertEqual(self.expect("--drift", "sin", "--n", 200000)["warnings"], [])
        euler = ["--method", "euler", "--g", "second_moment"]
        biased = self.expect("--drift", "sin", *euler, "--steps", 2, "--n", 20000)
        self.assertRegex(biased["warnings"][0], "bias of `second_moment 1` is about -.*take more steps")
        heavy = ["--drift", "sin", "--amplitude", 8, "--method", "renewal", "--n", 20000]
        self.assertRegex(self.expect(*heavy)["warnings"][0], "variance of `mean 1` looks infinite")
        few = self.expect("--drift", "sin", "--n", 128, "--batch", 64)["warnings"]
        self.assertRegex(few[0], "standard error of `mean 1` is itself uncertain by about [0-9]+ %: take more draws")
        levels = ["--drift", "sin", "--method", "mlmc", "--target_se", 0.0001, "--n", 2000]
        self.assertRegex(str(self.expect(*levels)["warnings"]), "the root mean square error of `mean 1` is")


class Parts(Case):
    HOW = [
        ["--n", 20000],
        ["--n", 20000, "--levels", "single"],
        ["--n", 20000, "--method", "renewal"],
        ["--n", 10000, "--method", "euler", "--steps", 8],
    ]

    def run_parts(self, *args, parts=4):
        names = [f"part-{i}.json" for i in range(1, parts + 1)]
        for i, name in enumerate(names, 1):
            self.expect("--drift", "sin", "--part", i, "--parts", parts, *args, output=name)
        return names

    def test_parts_are_the_whole(self):
        for how in self.HOW:
            self.expect("--drift", "sin", "--dim", 2, *how, output="whole.json")
            parts = self.run_parts("--dim", 2, *how)
            self.call("combine", *reversed(parts), "--output", "all.json")
            self.assertEqual(self.exact("all.json"), self.exact("whole.json"))
            self.call("combine", *parts[:2], "--output", "a.json")
            self.call("combine", *parts[2:], "--output", "b.json")
            self.call("combine", "b.json", "a.json", "--output", "all.json")
            self.assertEqual(self.exact("all.json"), self.exact("whole.json"))

    def test_same_bits_on_any_number_of_threads(self):
        for how in [*self.HOW, ["--method", "mlmc", "--target_se", 0.01]]:
            seen = set()
            for threads in (1, 2):
                self.expect("--drift", "sin", *how, "--threads", threads)
                seen.add(self.exact("result.json"))
            self.assertEqual(len(seen), 1, how)

    def test_runs_of_different_seeds_are_pooled(self):
        runs = [self.expect("--n", n, output=f"{n}.json", seed=n) for n in (10000, 30000)]
        values = [run["summary"]["values"][0] for run in runs]
        result = json.loads(self.call("combine", "10000.json", "30000.json")[0])
        pooled = result["summary"]["values"][0]
        self.assertEqual(result["summary"]["n"], 40000)
        self.assertAlmostEqual(pooled["estimate"], values[0]["estimate"] / 4 + values[1]["estimate"] * 3 / 4, places=12)
        self.assertAlmostEqual(pooled["se"], math.hypot(values[0]["se"] / 4, values[1]["se"] * 3 / 4), places=12)
        self.assertEqual([tally["seed"] for tally in result["tallies"]], ["10000", "30000"])

    def test_methods_are_pooled(self):
        self.expect("--n", 10000, output="a.json", seed=1)
        self.expect("--n", 10000, "--method", "renewal", output="b.json", seed=2)
        result = json.loads(self.call("combine", "a.json", "b.json")[0])
        self.assertEqual([tally["method"] for tally in result["tallies"]], ["rhee_glynn", "renewal"])

    def test_standard_input_and_job_files(self):
        parts = self.run_parts("--n", 20000, parts=2)
        self.call("combine", *parts, "--output", "all.json", "--conf_level", "0.9")
        with open(self.path(parts[0]), "rb") as file:
            out = self.call("combine", "-", parts[1], "--conf_level", "0.9", stdin=file)[0]
        self.write("piped.json", out)
        self.assertEqual(self.exact("piped.json"), self.exact("all.json"))
        job = {"command": "combine", "files": parts, "output": "run.json", "conf_level": 0.9}
        self.call("run", self.write("job.json", job))
        self.assertEqual(self.exact("run.json"), self.exact("all.json"))
        self.call("run", self.write("job.json", {"command": "combine", "files": parts[0], "output": "one.json"}))
        with open(self.path("all.json")) as file:
            self.assertEqual(json.load(file)["job"], json.loads(out)["job"] | {"files": parts, "output": "all.json"})

    def test_recorded_jobs_run(self):
        """The job of a result, as a job file, gives the result."""
        self.write("x0.csv", "1,2\n3,4\n")
        self.fit(output="m")
        for how in [*self.HOW, ["--x0", "x0.csv", "--n", 1000], ["--model", "m", "--n", 1000]]:
            drift = [] if "--model" in how else ["--drift", "tanh"]
            job = self.expect(*drift, *how)["job"]
            before = self.exact("result.json")
            self.call("run", self.write("job.json", job))
            self.assertEqual(self.exact("result.json"), before)

    def test_refused(self):
        one, two = self.run_parts("--n", 20000, parts=2)
        self.fails(1, f"{one}: `files` have batch 0 of the run of seed 1 twice", "combine", one, two, one)
        self.expect("--drift", "sin", "--n", 10000, output="n.json")
        self.fails(1, "n.json: `files` have two different runs of seed 1", "combine", one, "n.json")
        for args, why in (
            (["--drift", "tanh"], '`drift` must be "sin", as in the files before it, not "tanh"'),
            (["--drift", "sin", "--g", "exceedance"], '`g` must be "mean", as in the files before it, not "exceedance"'),
            (["--drift", "sin", "--sigma", 2], "`sigma` must be 1.0, as in the files before it, not 2.0"),
            (["--drift", "ou"], '`drift` must be "sin", .* not "ou"'),
        ):
            self.expect(*args, "--n", 1000, output="other.json", seed=2)
            self.fails(1, f"other.json: {why}", "combine", one, "other.json")
        self.write("x0.csv", "0\n")
        self.expect("--drift", "sin", "--x0", "x0.csv", "--n", 1000, output="x0.json", seed=2)
        self.fails(1, "x0.json: `(dim|start)` must be .*, not absent", "combine", one, "x0.json")
        self.fails(1, f"{one}: `x0` must be .*, not absent", "combine", "x0.json", one)
        self.expect("--drift", "sin", "--method", "euler", "--n", 1000, output="euler.json", seed=2)
        self.fails(1, "euler.json: `files` of method euler, ", "combine", one, "euler.json")

    def test_a_table_is_known_by_what_it_holds(self):
        self.write("x0.csv", "0\n1\n")
        self.write("same.csv", "0\n1\n")
        self.write("other.csv", "0\n2\n")
        for seed, name in enumerate(("x0", "same", "other")):
            self.expect("--x0", f"{name}.csv", "--n", 1000, output=f"{name}.json", seed=seed)
        self.call("combine", "x0.json", "same.json")
        self.fails(1, "other.json: `x0` must be ", "combine", "x0.json", "other.json")

    def test_files_that_are_no_results(self):
        self.expect("--n", 1000, output="good.json")
        with open(self.path("good.json")) as file:
            good = json.load(file)
        not_a = "is not a result of `follmer expect`"
        for text, why in (
            ("{", rf"bad.json {not_a}: line 1, column 1"),
            ([], rf"bad.json {not_a}: `problem`"),
            ({}, rf"bad.json {not_a}: `problem`"),
            ({"problem": {}}, rf"bad.json {not_a}: `names`"),
            ({"problem": {}, "names": [3], "tallies": []}, rf"bad.json {not_a}: `names`"),
            ({"problem": {}, "names": ["a"], "tallies": []}, rf"bad.json {not_a}: `tallies`"),
            ({"problem": {}, "names": ["a"], "tallies": [{}]}, "bad.json, tally 1: "),
            ({**good, "names": ["a", "b"]}, rf"bad.json {not_a}: `names` must be as many"),
            ({**good, "tallies": [{**good["tallies"][0], "count": [1]}]}, "bad.json, tally 1: .*`count`"),
            (command.FAITHFUL, "bad.json"),
        ):
            self.write("bad.json", text)
            self.fails(1, why, "combine", "good.json", "bad.json")
        self.fails(1, "absent.json cannot be read: No such file", "combine", "absent.json")
        self.fails(1, "cannot be read: Is a directory", "combine", ".")
        self.call("combine", "good.json")
        self.fails(2, "needs files", "combine")
        self.fails(2, "`files` must be a list", "run", self.write("job.json", {"command": "combine", "files": [1]}))
        self.fails(2, "needs files", "run", self.write("job.json", {"command": "combine", "files": []}))
        self.fails(2, "no key `files`", "run", self.write("job.json", {"command": "expect", "files": ["a"]}))
        self.fails(2, "`files` and `output`", "combine", "good.json", "--output", "./good.json")


class Model(Case):
    """A model whose weights are zero is that of a normal distribution, exactly."""

    def setUp(self):
        super().setUp()
        self.fit(output="fitted")
        with open(self.path("model"), "wb") as file:
            file.write(command.without_weights(self.bytes("fitted")))
        tensors = self.tensors("model")
        self.center, self.scale = tensors["standardize.center"][1], tensors["standardize.scale"][1]
        self.mean = tensors["mean"][1]
        head = command.split_model(self.bytes("model"))[0]
        self.sd = json.loads(head["__metadata__"]["follmer"])["data_sd"]

    def test_the_follmer_process_ends_in_it(self):
        exact = ["--model", "model", "--snr_max", "inf"]
        for sigma in (1, 2):
            for how in (METHODS["rhee_glynn"], METHODS["renewal"]):
                for g in ("mean", "second_moment"):
                    result = self.expect(*exact, "--sigma", sigma, "--g", g, *how)
                    self.assertEqual(result["names"], [f"{g} eruptions", f"{g} waiting"])
                    for j, value in enumerate(result["summary"]["values"]):
                        place = self.center[j] + self.scale[j] * self.mean[j]
                        truth = normal(place, self.scale[j] * self.sd)[g]
                        self.assertLess(abs(value["estimate"] - truth), 4 * value["se"])

    def test_levels_of_parts_are_told(self):
        """Parts of a network's run at other vector instructions, or whose file does not say at which, join with a word."""
        sentence = "were made at different SIMD levels ({}), between which"
        run = ["--model", "fitted", "--n", 1000, "--parts", 2]
        self.expect(*run, "--part", 2, output="2.json")
        for other in ("unknown", "baseline", None):
            self.expect(*run, "--part", 1, output="1.json")
            with open(self.path("1.json")) as file:
                part = json.load(file)
            tally = part["tallies"][0]
            own = tally.pop("simd")
            if other:
                tally["simd"] = other
            self.write("1.json", json.dumps(part))
            levels = "|".join(sorted({own, other or "unknown"}, key=LEVELS.index))
            for order in (["1.json", "2.json"], ["2.json", "1.json"]):
                result = json.loads(self.call("combine", *order, "--output", "all.json")[0])
                told = [warning for warning in result["warnings"] if sentence.format(levels) in warning]
                self.assertEqual(len(told), 0 if own == other else 1, result["warnings"])
            again = json.loads(self.call("combine", "all.json")[0])
            self.assertEqual(again["warnings"], result["warnings"])

    def test_levels_that_do_not_count_are_not_recorded(self):
        self.expect("--drift", "sin", "--n", 1000)
        with open(self.path("result.json")) as file:
            self.assertNotIn("simd", json.load(file)["tallies"][0])

    def test_a_model_is_known_by_what_it_holds(self):
        for i, model in enumerate(("model", "fitted")):
            self.expect("--model", model, "--n", 1000, output=f"{model}.json", seed=i)
        os.rename(self.path("model"), self.path("moved"))
        self.expect("--model", "moved", "--n", 1000, output="moved.json", seed=3)
        self.call("combine", "model.json", "moved.json")
        self.fails(1, "fitted.json: `model` must be ", "combine", "model.json", "fitted.json")

    def test_refused(self):
        for key, value in (("drift", "ou"), ("rate", 1), ("dim", 2), ("start", 0), ("x0", "x.csv"), ("horizon", 1)):
            pattern = f"`{key}` does not go with `model`"
            self.fails(2, pattern, "expect", "--model", "model", f"--{key}", value)
        self.fails(1, "absent", "expect", "--model", "absent")
        self.fails(2, "`model` and `output`", "expect", "--model", "model", "--output", "./model")
        self.fails(2, "`model` and `draws`", "expect", "--model", "model", "--n", 10, "--draws", "model")


class Refused(Case):
    def test_keys_that_do_not_go_together(self):
        for args, pattern in (
            (["--x0", "x.csv", "--start", 1], "`start` does not go with `x0`"),
            (["--x0", "x.csv", "--dim", 2], "`dim` does not go with `x0`"),
            (["--snr_max", 10], "`snr_max` goes with `model`, which is not given"),
            (["--drift", "sin", "--rate", 2], "`rate` goes with `drift` ou, not with sin"),
            (["--drift", "zero", "--mean", 2], "`mean` goes with `drift` ou, not with zero"),
            (["--amplitude", 2], "`amplitude` goes with `drift` sin or tanh, not with ou"),
            (["--drift", "ou", "--frequency", 2], "`frequency` goes with `drift` sin or tanh, not with ou"),
            (["--threshold", 1], "`threshold` goes with `g` exceedance or excess, not with mean"),
            (["--gap_rate", 1], "`gap_rate` goes with `method` renewal, not with rhee_glynn"),
            (["--gap", "gamma"], "`gap` goes with `method` renewal, not with rhee_glynn"),
            (["--method", "renewal", "--gap_max", 2], "`gap_max` goes with `gap` uniform, not with exponential"),
            (["--method", "renewal", "--gap_shape", 2], "`gap_shape` goes with `gap` gamma.*, not with exponential"),
            (["--method", "renewal", "--gap", "uniform", "--gap_rate", 2], "`gap_rate` goes with `gap` exponential or"),
            (["--method", "renewal", "--levels", "sum"], "`levels` goes with `method` rhee_glynn"),
            (["--method", "euler", "--base_level", 2], "`base_level` goes with `method` rhee_glynn or mlmc"),
            (["--method", "mlmc", "--target_se", 0.1, "--decay", 2], "`decay` goes with `method` rhee_glynn"),
            (["--steps", 8], "`steps` goes with `method` euler or antithetic, not with rhee_glynn"),
            (["--method", "mlmc", "--target_se", 0.1, "--n", 10, "--draws", "d"], "`draws` goes with `method`"),
            (["--draws", "d.csv"], "`n` must be given with `draws`"),
            (["--n", 100, "--draws", "d", "--output", "./d"], "`output` and `draws` must be two files"),
            (["--n", 100, "--draws", "-"], "`output` and `draws`"),
            (["--x0", "x.csv", "--output", "x.csv"], "`x0` and `output`"),
            (["--part", 3, "--parts", 2], "`part` must be at most `parts`"),
            (["--parts", 2, "--target_se", 1], "`parts` cannot be used with `target_se`"),
            (["--method", "mlmc"], "`target_se` must be given"),
            (["--method", "euler", "--steps", 7], "`steps` must be even"),
        ):
            self.fails(2, pattern, "expect", *args)
        job = {"command": "expect", "method": "renewal", "gap": "uniform"}
        pattern = "`gap` goes with `method` renewal, not with euler"
        self.fails(2, pattern, "run", self.write("job.json", job), "--method", "euler")

    def test_values(self):
        for args, pattern in (
            (["--sigma", 0], "`sigma` must be a number greater than 0"),
            (["--horizon", "inf"], "`horizon` must be"),
            (["--dim", 0], "`dim` must be a whole number"),
            (["--g", "median"], "`g` must be one of mean, "),
            (["--drift", "cos"], "`drift` must be one of ou, sin, tanh, zero or"),
            (["--rate", "inf"], "`rate` must be a finite number"),
            (["--conf_level", 1], "`conf_level` must be"),
            (["--method", "renewal", "--gap", "uniform", "--gap_max", 1], "`gap_max` must be a number greater than 1"),
            (["--method", "renewal", "--gap", "cauchy"], "`gap` must be one of exponential, gamma.* uniform"),
            (["--n", 1], "`n` must be"),
        ):
            self.fails(2, pattern, "expect", *args)
        self.write("x0.csv", "1,2\n3,nan\n")
        self.fails(1, "x0.csv", "expect", "--x0", "x0.csv")
        self.fails(1, "absent.csv", "expect", "--x0", "absent.csv")
        self.fails(1, "`output`.*No such", "expect", "--output", "absent/x.json")
        self.fails(1, "`draws`.*No such", "expect", "--n", 100, "--draws", "absent/x.csv")
        self.fails(1, "`batch` must leave", "expect", "--n", 100, "--batch", 100)

    def test_a_process_that_explodes(self):
        self.fails(1, "finite", "expect", "--rate", "-1e300", "--start", "1e300", "--n", 100)


class Interrupted(Case):
    def test_keep_interrupted(self):
        args = ["expect", "--drift", "sin", "--n", 10**12, "--batch", 1000, "--seed", 1, "--output", "result.json"]
        for more in (["--keep_interrupted", "true"], []):
            process = self.start(*args, *more)
            time.sleep(1)
            process.send_signal(signal.SIGINT)
            err = process.communicate(timeout=20)[1].decode()
            self.assertEqual(process.returncode, 130, err)
            if more:
                with open(self.path("result.json")) as file:
                    result = json.load(file)
                n = result["summary"]["n"]
                self.assertEqual(err, f"follmer: Interrupted; the result is that of {n:.0f} draws.\n")
                self.assertEqual(
                    result["warnings"][0], f"The run of seed 1 was interrupted: it has {n:.0f} of {10**12} draws."
                )
                self.near(result, 0)
                os.remove(self.path("result.json"))
        self.assertFalse(os.path.exists(self.path("result.json")))


class Draws(Case):
    def test_draws(self):
        for how in ([], ["--method", "renewal"], ["--method", "euler", "--steps", 4]):
            same = ["--drift", "sin", "--dim", 2, "--n", 5000, *how]
            result = self.expect(*same, "--draws", "draws.csv")
            comments, names, rows = self.draws()
            self.assertEqual(names, ["mean 1", "mean 2", "layers", "weight"])
            self.assertEqual(self.record(comments)["seed"], 1)
            self.assertEqual(len(rows), 5000)
            for j, value in enumerate(result["summary"]["values"]):
                self.assertAlmostEqual(statistics.fmean(row[j] for row in rows), value["estimate"], places=12)
            first = {row[3] for row in rows if row[2] == 0}
            if "renewal" in how:  # 1 / P(no layer) with gaps of rate 1
                self.assertAlmostEqual(max(first), math.e, places=12)
                self.assertAlmostEqual(min(first), math.e, places=12)
            elif "euler" in how:
                self.assertEqual(first, {1})
            shares = result["summary"]["layers"]
            for layers, share in enumerate(shares):
                self.assertEqual(sum(row[2] == layers for row in rows), round(5000 * share))
            self.expect(*same, "--draws", "draws.npy")
            shape, numbers = self.npy("draws.npy")
            self.assertEqual(shape, (5000, 4))
            self.assertEqual(list(numbers), [x for row in rows for x in row])

    def test_draws_of_parts_are_those_of_the_whole(self):
        rows = []
        for i in (1, 2, 3):
            self.expect("--n", 3000, "--part", i, "--parts", 3, "--draws", "part.csv")
            rows += self.draws("part.csv")[2]
        self.expect("--n", 3000, "--draws", "whole.csv")
        self.assertEqual(rows, self.draws("whole.csv")[2])

    def test_to_standard_output(self):
        shown = self.call("expect", "--n", 100, "--seed", 1, "--output", "r.json", "--draws", "-")[0]
        self.write("shown.csv", shown)
        self.assertEqual(len(self.draws("shown.csv")[2]), 100)

    def test_fewer_than_n(self):
        result = self.expect("--n", 1000000, "--target_se", 0.05, "--draws", "draws.csv")
        self.assertEqual(len(self.draws()[2]), result["summary"]["n"])
        self.assertLess(result["summary"]["n"], 100000)


class Run(Case):
    def test_result(self):
        result = self.expect("--drift", "sin", "--n", 1000)
        self.assertEqual(result["command"], "expect")
        self.assertEqual(result["job"]["seed"], 1)
        self.assertEqual(result["job"]["n"], 1000)
        self.assertNotIn("rate", result["job"])
        self.assertNotIn("gap", result["job"])
        keys = {"dim", "start", "horizon", "sigma", "drift", "amplitude", "frequency", "g"}
        self.assertEqual(set(result["problem"]), keys)
        for key in ("estimate", "se", "lower", "upper", "variance", "work", "kurtosis", "tail_index"):
            self.assertIsInstance(result["summary"]["values"][0][key], float)

    def test_seed_is_drawn_and_reported(self):
        results = [json.loads(self.call("expect", "--n", 1000)[0]) for _ in range(2)]
        self.assertNotEqual(results[0]["job"]["seed"], results[1]["job"]["seed"])
        self.assertEqual(str(results[0]["job"]["seed"]), results[0]["tallies"][0]["seed"])

    def test_interrupt(self):
        args = ["expect", "--drift", "sin", "--n", 10**11, "--output", "r.json"]
        for number in (signal.SIGINT, signal.SIGTERM):
            process = self.start(*args)
            time.sleep(0.5)
            sent = time.monotonic()
            process.send_signal(number)
            err = process.communicate(timeout=20)[1].decode()
            self.assertEqual(process.returncode, 130, err)
            self.assertEqual(err, "follmer: Interrupted; no result is written.\n")
            self.assertLess(time.monotonic() - sent, 2)
            self.assertEqual(os.listdir(self.folder), [])

    def test_progress(self):
        err = self.call("expect", "--n", 1000000, "--drift", "sin", "--progress", "true", "--output", "r.json")[1]
        self.assertRegex(err.splitlines()[-1], r"^follmer: expect +\d+%")

    def test_full_disk(self):
        self.fails(1, "No space left|cannot be written", "expect", "--n", 1000, "--output", "/dev/full")
        with open("/dev/full", "w") as full:
            process = self.start("expect", "--n", 1000, stdout=full)
            err = process.communicate(timeout=60)[1].decode()
        self.assertEqual(process.returncode, 1)
        self.assertRegex(err, r"\Afollmer: .*standard output")


if __name__ == "__main__":
    command.main()
