#!/bin/sh
# R and the command agree to the bit: the same seed gives the same model file, the same draws and the same
# expectations, and each reads what the other wrote. Needs the command as FOLLMER and R with the package (R_LIBS says
# where); is skipped without R's.
set -eu
: "${FOLLMER:=follmer}"
if ! Rscript -e 'library(follmer)' >/dev/null 2>&1; then
  echo 'Skipped: Rscript with follmer installed is wanted.'
  exit 77
fi
cd "$(dirname "$0")/../.."
data=$(pwd)/inst/examples/faithful.csv
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
passed=0 failed=0

# check NAME COMMAND...: one test.
check() {
  name=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
    echo "ok: $name"
  else
    failed=$((failed + 1))
    echo "FAILED: $name"
  fi
}

fit() { "$FOLLMER" fit --data "$data" --steps 200 --batch 300 --hidden 24,24 --seed 7 "$@" >fit.json; }
draw() { "$FOLLMER" sample --n 1000 --steps 30 --seed 9007199254740991 "$@" >draw.json; }

for process in vp pbm localization; do
  fit --process $process --output command-$process.safetensors
  for method in multistep ancestral euler ode; do
    draw --model command-$process.safetensors --method $method --output command-$process-$method.npy \
      --paths command-$process-$method-paths.npy
  done
done
draw --model command-vp.safetensors --output command.csv
fit --standardize false --clip 1 --schedule exponential --activation gelu --validation 0 \
  --output command-plain.safetensors

expect() {
  file=$1
  shift
  "$FOLLMER" expect --seed 11 --n 20000 --output "$file.json" "$@" >expect.out
}
expect ou --drift ou --rate 2 --mean 0.5 --start 1 --sigma 0.8 --horizon 1.5 --g second_moment
expect sum --drift sin --frequency 1.3 --dim 3 --g excess --threshold 0.2 --levels sum --base_level 1 --decay 1.7 \
  --draws sum.csv
expect renewal --drift tanh --amplitude 0.7 --frequency 0.7 --g cosine --method renewal --gap gamma --gap_rate 2 \
  --gap_shape 0.7 --batch 100
expect euler --drift sin --method euler --steps 8 --g exceedance --threshold 0.3
expect mlmc --drift sin --method mlmc --target_se 0.02 --n 1000000 --g squared_norm
expect model --model command-vp.safetensors --sigma 1.5 --snr_max 50 --n 2000
expect x0 --drift zero --x0 "$data"
for part in 1 2 3; do expect part-$part --drift sin --g cosine --part $part --parts 3; done
"$FOLLMER" combine part-3.json part-1.json part-2.json --output whole.json >combine.out

cat >agree.R <<'END'
library(follmer)
data <- read.csv(commandArgs(TRUE))
network <- mlp(c(24, 24))
fit <- function(...) fit_denoiser(data, steps = 200, batch = 300, seed = 7, progress = FALSE, ...)
draw <- function(model, ...) {
  simulate(model, 1000, seed = 9007199254740991, steps = 30, progress = FALSE, ...)
}
write_doubles <- function(x, file) writeBin(as.vector(x), file, size = 8, endian = "little")
for (process in list(vp(), pbm(), localization(1000))) {
  name <- process$process
  model <- fit(process = process, network = network)
  model$call <- NULL # which a file has not
  write_model(model, paste0("r-", name, ".safetensors"))
  read <- read_model(paste0("command-", name, ".safetensors"))
  stopifnot(identical(read, model))
  for (method in c("multistep", "ancestral", "euler", "ode")) {
    draws <- draw(read, method = method, keep_paths = TRUE)
    file <- paste0("r-", name, "-", method)
    write_doubles(t(draws), file)
    write_doubles(aperm(attr(draws, "paths")), paste0(file, "-paths"))
  }
}
write_model(
  fit(network = mlp(c(24, 24), activation = "gelu"), standardize = FALSE, clip = 1,
      schedule = "exponential", validation = 0),
  "r-plain.safetensors"
)
csv <- read_draws("command.csv")
same <- draw(read_model("command-vp.safetensors"))
stopifnot(identical(as.matrix(csv), as.matrix(same)), attr(csv, "seed") == attr(same, "seed"))

# Expectations: the tallies have the same bits but for the time that they took, and so has all that comes of them.
same_expectation <- function(file, ...) {
  ours <- expectation(..., seed = 11, progress = FALSE)
  theirs <- read_expectation(paste0(file, ".json"))
  bits <- function(x) lapply(x$tallies, function(tally) tally[names(tally) != "seconds"])
  fields <- c("estimate", "se", "lower", "upper_t", "work", "tail_index", "vcov", "layers",
              "warnings")
  stopifnot(identical(bits(theirs), bits(ours)), identical(theirs[fields], ours[fields]))
  invisible(ours)
}
same_expectation("ou", sde(drift_ou(2, 0.5), 1, 1.5, 0.8), "second_moment", n = 20000)
sum <- same_expectation("sum", sde(drift_sin(1, 1.3), c(0, 0, 0)), "excess", threshold = 0.2,
                        n = 20000, levels = "sum", base_level = 1, decay = 1.7, keep_draws = TRUE)
kept <- as.matrix(read_draws("sum.csv"))
stopifnot(identical(unname(kept), unname(do.call(cbind, sum$draws))))
same_expectation("renewal", sde(drift_tanh(0.7, 0.7), 0), "cosine", "renewal", n = 20000,
                 gap = gap_gamma(0.7, 2), batch = 100)
same_expectation("euler", sde(drift_sin(), 0), "exceedance", "euler", threshold = 0.3, steps = 8,
                 n = 20000)
same_expectation("mlmc", sde(drift_sin(), 0), "squared_norm", "mlmc", target_se = 0.02, n = 1e6)
model <- read_model("command-vp.safetensors")
same_expectation("model", sde(model, sigma = 1.5, snr_max = 50), n = 2000)
same_expectation("x0", sde(drift_zero(), data), n = 20000)
same_expectation("whole", sde(drift_sin(), 0), "cosine", n = 20000)
parts <- lapply(1:3, function(part) read_expectation(sprintf("part-%d.json", part)))
stopifnot(identical(do.call(c, parts)$se, read_expectation("whole.json")$se))
write_job("expect-job.json", "expect", drift = drift_ou(2, 0.5), start = 1, horizon = 1.5, sigma = 0.8,
          g = "second_moment", n = 20000, seed = 11, output = "again.json")

write_job("job.json", "fit", data = commandArgs(TRUE), output = "job.safetensors", process = vp(),
          network = network, steps = 200, batch = 300, seed = 7)
END
check "R reads what the command writes, and has the same objects" Rscript agree.R "$data"

for process in vp pbm localization; do
  check "$process: the same model file" cmp command-$process.safetensors r-$process.safetensors
  for method in multistep ancestral euler ode; do
    for part in "" -paths; do
      file=$process-$method$part
      tail -c +129 command-$file.npy >command-$file
      check "$process, $method$part: the same bits" cmp command-$file r-$file
    done
    draw --model r-$process.safetensors --method $method --output again.npy
    check "$process, $method: the command draws the same from R's model" cmp command-$process-$method.npy again.npy
  done
done
check "other keys: the same model file" cmp command-plain.safetensors r-plain.safetensors
run_job() { "$FOLLMER" run job.json >run.json; }
check "R's job file runs" run_job
check "R's job file: the same model file" cmp command-vp.safetensors job.safetensors
run_expect() {
  "$FOLLMER" run expect-job.json >run.json
  for file in ou again; do sed '1,/"problem"/d; /"seconds"/d; /"tallies"/q' $file.json >$file.txt; done
  cmp ou.txt again.txt
}
check "R's job file: the same expectation" run_expect

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
