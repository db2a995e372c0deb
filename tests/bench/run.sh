#!/bin/bash
# make bench: what allied costs beside the machine's own price for the same bytes, in one run. run.sh BUILD
# Prints a table, writes BUILD/bench.json. There is no pass and no fail: only figures (exit 1 where one could not be had).
# BENCH_RECORDS=20000, BENCH_IDLE_S=20 and BENCH_WRITES=320 may be set lower for a quick look; the table says what they were.
set -u
[ $# = 1 ] || { echo "usage: run.sh BUILD" >&2; exit 64; }
cd "$(dirname "$0")/../.." || exit 1
for program in "$1/allied" "$1/tests/bench/bench_fill" "$1/tests/bench/bench_http" "$1/tests/bench/bench_live" "$1/tests/bench/bench_lattice" "$1/tests/bench/bench_skos" "$1/tests/bench/bench_search" "$1/tests/bench/bench_harvest"; do
    [ -x "$program" ] || { echo "bench: $program is not built; run: make bench" >&2; exit 1; }
done
exec python3 tests/bench/bench.py "$1"
