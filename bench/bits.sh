#!/bin/sh
# Same bits: models and draws on 1, 2, 3 and 4 threads from the command and from R, and of fits that were killed
# (kill -9) at random moments and resumed. Prints a checksum a line; fails when two that should agree do not.
# Run: ./bootstrap build && bench/bits.sh   (with the R package installed; FOLLMER=path: another command)
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
FOLLMER=${FOLLMER:-$root/build/follmer}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$root/inst/examples/faithful.csv" "$work"
cd "$work"
differ=0
OMP_WAIT_POLICY=passive # more threads than cores: those that wait leave the cores to the others
export OMP_WAIT_POLICY

sum() { sha256sum <"$1" | cut -c1-16; }

# same NAME FILE REFERENCE: prints a line, notes a difference.
same() {
  verdict=same
  if ! cmp -s "$2" "$3"; then verdict=DIFFERENT differ=1; fi
  printf '%-47s %s  %s\n' "$1" "$(sum "$2")" "$verdict"
}

fit() { # fit MODEL STEPS [--key value]...
  model=$1 steps=$2
  shift 2
  exec "$FOLLMER" fit --data faithful.csv --output "$model" --seed 7 --steps "$steps" --hidden 64,64 "$@" >/dev/null
}

draw() { # draw MODEL FILE METHOD [--key value]...
  model=$1 file=$2 method=$3
  shift 3
  "$FOLLMER" sample --model "$model" --output "$file" --n 3000 --steps 50 --method "$method" --seed 8 "$@" >/dev/null
}

for threads in 1 2 3 4; do
  (fit "fit-$threads" 500 --threads $threads)
  same "command, fit, threads = $threads" "fit-$threads" fit-1
  for method in multistep ancestral euler ode; do
    draw fit-1 "$method-$threads.npy" $method --threads $threads
    same "command, $method, threads = $threads" "$method-$threads.npy" "$method-1.npy"
  done
done

if Rscript -e 'library(follmer)' >/dev/null 2>&1; then
  cat >bits.R <<'END'
library(follmer)
x <- read.csv("faithful.csv")
for (threads in 1:4) {
  model <- fit_denoiser(x, network = mlp(c(64, 64)), steps = 500, seed = 7, threads = threads, progress = FALSE)
  write_model(model, paste0("r-fit-", threads))
  for (method in c("multistep", "ancestral", "euler", "ode")) {
    draws <- simulate(model, 3000, seed = 8, steps = 50, method = method, threads = threads, progress = FALSE)
    writeBin(as.double(t(draws)), paste0("r-", method, "-", threads), endian = "little")
  }
}
END
  Rscript bits.R >/dev/null
  for threads in 1 2 3 4; do
    same "R, fit, threads = $threads, against the command" "r-fit-$threads" fit-1
    for method in multistep ancestral euler ode; do
      tail -c $((3000 * 2 * 8)) "$method-1.npy" >"$method-numbers"
      same "R, $method, threads = $threads, against the command" "r-$method-$threads" "$method-numbers"
    done
  done
else
  echo "R: the package is not installed; left out"
fi

# killed_fit MODEL CHECKPOINT SECONDS: kills a fit within 5 to 60 per cent of the seconds that a whole one takes,
# again and again until one comes through.
killed_fit() {
  kills=0
  while :; do
    fit "$1" 3000 --checkpoint "$2" --checkpoint_every 0.05 &
    pid=$!
    sleep "$(od -An -N2 -tu2 /dev/urandom | awk -v whole="$3" '{ print whole * (0.05 + 0.55 * $1 / 65536) }')"
    kill -9 $pid 2>/dev/null || true
    if wait $pid; then return; fi
    kills=$((kills + 1))
  done 2>/dev/null
}

start=$(date +%s.%N)
(fit whole 3000)
seconds=$(date +%s.%N | awk -v start="$start" '{ print $1 - start }')
for run in 1 2 3; do
  killed_fit "resumed-$run" "checkpoint-$run" "$seconds"
  same "command, resumed after $kills kills, run $run" "resumed-$run" whole
done
exit $differ
