#!/bin/bash
# make check: every step, one after the other; a failed one does not stop the rest. The last line is "N passed, N failed":
# each unit test and each whole-program test counts as one, any other step as one. Exit 1 if anything failed.
set -u
cd "$(dirname "$0")/.." || exit 1
passed=0 failed=0
unset MAKEFLAGS MFLAGS MAKELEVEL # an outer make has its own jobs; settings such as B come by the environment
jobs=${JOBS:-2}
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT

# step NAME COMMAND…: a line "…: N passed, N failed" or "N passed, N failed" in the output gives the numbers (all such lines add
# up), else the exit status does.
step() {
    local name=$1 start=$SECONDS p f
    shift
    echo "== $name"
    "$@" 2>&1 | tee "$log"
    local status=${PIPESTATUS[0]}
    p=$(sed -n 's/^\(.*: \)\{0,1\}\([0-9]\{1,\}\) passed, \([0-9]\{1,\}\) failed$/\2/p' "$log" | awk '{ n += $1 } END { print n + 0 }')
    f=$(sed -n 's/^\(.*: \)\{0,1\}\([0-9]\{1,\}\) passed, \([0-9]\{1,\}\) failed$/\3/p' "$log" | awk '{ n += $1 } END { print n + 0 }')
    if [ "$status" -ne 0 ] && [ "$f" -eq 0 ]; then f=1; fi
    if [ "$status" -eq 0 ] && [ $((p + f)) -eq 0 ]; then p=1; fi
    passed=$((passed + p)) failed=$((failed + f))
    local word=ok
    if [ "$f" -gt 0 ]; then word=FAILED; fi
    echo "== $name: $word after $((SECONDS - start)) s"
}

make="make --no-print-directory -j$jobs"
step "build" $make build
step "lint" $make lint
step "unit" $make unit
step "asan" $make asan
step "cluster" $make cluster
step "interop" $make interop
step "browser" $make browser
step "sim" $make sim SEEDS=200
step "faults" $make faults FAULTS=sample
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
