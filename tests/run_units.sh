#!/bin/bash
# run_units.sh PROGRAM…: runs each cmocka program by itself, JOBS of them (default: 2) at a time. One line a program as it ends, the whole output of
# those that fail, and totals: "units: N passed, N failed". A program that dies, hangs (60 s) or runs no test at all counts as one failed test.
set -u

# What cmocka says of itself, one number: $1 is PASSED or FAILED. Several groups in one program add up.
count() {
    sed -n "s/^\[  $1  \] \([0-9]*\) test(s).*/\1/p" "$2" | awk '{ n += $1 } END { print n + 0 }'
}

# One program; what there is to say of it goes out in one piece, so that two at a time don't mix.
run_one() {
    local program=$1 out start status ms p f name
    out=$(mktemp) || exit 1
    start=$(date +%s%N)
    timeout 60 "$program" >"$out" 2>&1
    status=$?
    ms=$((($(date +%s%N) - start) / 1000000))
    p=$(count PASSED "$out") f=$(count FAILED "$out")
    [ $status -ne 0 ] && [ "$f" -eq 0 ] && f=1
    [ $((p + f)) -eq 0 ] && f=1
    name=${program##*/tests/}
    if [ "$f" -gt 0 ]; then
        printf 'FAIL  %-40s %3d passed, %d failed, exit %d, %d ms\n%s\n' "$name" "$p" "$f" "$status" "$ms" "$(tail -n 200 "$out")"
    else
        printf 'ok    %-40s %3d passed, %d ms\n' "$name" "$p" "$ms"
    fi
    echo "$p $f" >>"$TALLY"
    rm -f "$out"
}

if [ "${1:-}" = --one ]; then
    run_one "$2"
    exit
fi
[ $# -gt 0 ] || { echo "no test programs"; echo "units: 0 passed, 1 failed"; exit 1; }
TALLY=$(mktemp) || exit 1
export TALLY
trap 'rm -f "$TALLY"' EXIT
printf '%s\0' "$@" | xargs -0 -n 1 -P "${JOBS:-2}" bash "$0" --one
awk -v programs=$# '{ p += $1; f += $2 } END { f += programs - NR; printf "units: %d passed, %d failed\n", p, f; exit f > 0 }' "$TALLY"
