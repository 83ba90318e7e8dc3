#!/bin/sh
# R and the command agree to the bit: the same seed gives the same model file and the same draws, and each reads what
# the other wrote. Needs the command as FOLLMER and R with the package (R_LIBS says where); is skipped without R's.
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
  for method in ancestral euler ode; do
    draw --model command-$process.safetensors --method $method --output command-$process-$method.npy \
      --paths command-$process-$method-paths.npy
  done
done
draw --model command-vp.safetensors --output command.csv
fit --standardize false --clip 1 --schedule exponential --activation gelu --validation 0 --output command-plain.safetensors

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
  write_model(model, paste0("r-", name, ".safetensors"))
  read <- read_model(paste0("command-", name, ".safetensors"))
  stopifnot(identical(read, model))
  for (method in c("ancestral", "euler", "ode")) {
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
write_job("job.json", "fit", data = commandArgs(TRUE), output = "job.safetensors", process = vp(),
          network = network, steps = 200, batch = 300, seed = 7)
END
check "R reads the command's models and draws, and has the same objects" Rscript agree.R "$data"

for process in vp pbm localization; do
  check "$process: the same model file" cmp command-$process.safetensors r-$process.safetensors
  for method in ancestral euler ode; do
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

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
