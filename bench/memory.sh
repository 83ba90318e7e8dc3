#!/bin/sh
# Peak memory: a million trajectories in ten dimensions, from the command (draws written as they come) and from R
# (the draws and the interpreter), and fits of 10 MB and 80 MB of data. Prints peaks in MiB, beside the data's own.
# Run: ./bootstrap build && bench/memory.sh   (GNU time; with the R package installed; FOLLMER=path: another command)
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
FOLLMER=${FOLLMER:-$root/build/follmer}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# peak NAME MIB COMMAND...: prints the peak memory of the command beside the MiB of its data or draws.
peak() {
  name=$1 data=$2
  shift 2
  /usr/bin/time -f %M -o peak "$@" >/dev/null
  printf '%-52s %8.1f %8.1f\n' "$name" "$data" "$(awk '{ print $1 / 1024 }' peak)"
}

# table ROWS FILE: ROWS x 10 standard normals as .npy.
table() {
  python3 - "$1" "$2" <<'END'
import random, struct, sys
rows, path = int(sys.argv[1]), sys.argv[2]
header = "{'descr': '<f8', 'fortran_order': False, 'shape': (%d, 10), }" % rows
header += " " * (63 - (10 + len(header)) % 64) + "\n"
random.seed(1)
with open(path, "wb") as file:
    file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
    for _ in range(rows):
        file.write(struct.pack("<10d", *(random.gauss(0, 1) for _ in range(10))))
END
}

table 1000 small.npy
table 131072 ten.npy
table 1048576 eighty.npy
printf '%-52s %8s %8s\n' "" "data" "peak MiB"
peak "follmer --version" 0 "$FOLLMER" --version
for data in small ten eighty; do
  mib=$(wc -c <$data.npy | awk '{ print $1 / 1048576 }')
  peak "fit, $data" "$mib" "$FOLLMER" fit --data $data.npy --output model --steps 50 --hidden 128,128 --seed 1
done
for n in 10000 1000000; do
  mib=$(awk "BEGIN { print $n * 80 / 1048576 }")
  peak "sample, $n trajectories, 20 steps, .npy" "$mib" \
    "$FOLLMER" sample --model model --output draws.npy --n $n --steps 20 --seed 1
done
if Rscript -e 'library(follmer)' >/dev/null 2>&1; then
  for n in 10000 1000000; do
    mib=$(awk "BEGIN { print $n * 80 / 1048576 }")
    peak "R: simulate(), $n trajectories, 20 steps" "$mib" Rscript -e '
      library(follmer)
      n <- as.numeric(commandArgs(TRUE))
      draws <- simulate(read_model("model"), n, seed = 1, steps = 20, progress = FALSE)' "$n"
  done
fi
