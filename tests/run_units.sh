#!/bin/bash
# run_units.sh PROGRAM…: runs each cmocka program by itself. One line a program, the whole output of those that fail, and
# totals: "units: N passed, N failed". A program that dies, hangs (60 s) or runs no test at all counts as one failed test.
set -u
passed=0 failed=0 programs=0
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT

# What cmocka says of itself, one number: $1 is PASSED or FAILED. Several groups in one program add up.
count() {
    sed -n "s/^\[  $1  \] \([0-9]*\) test(s).*/\1/p" "$out" | awk '{ n += $1 } END { print n + 0 }'
}

for program in "$@"; do
    programs=$((programs + 1))
    start=$(date +%s%N)
    timeout 60 "$program" >"$out" 2>&1
    status=$?
    ms=$((($(date +%s%N) - start) / 1000000))
    p=$(count PASSED) f=$(count FAILED)
    [ $status -ne 0 ] && [ "$f" -eq 0 ] && f=1
    [ $((p + f)) -eq 0 ] && f=1
    passed=$((passed + p)) failed=$((failed + f))
    name=${program##*/tests/}
    if [ "$f" -gt 0 ]; then
        printf 'FAIL  %-40s %3d passed, %d failed, exit %d, %d ms\n' "$name" "$p" "$f" "$status" "$ms"
        tail -n 200 "$out"
    else
        printf 'ok    %-40s %3d passed, %d ms\n' "$name" "$p" "$ms"
    fi
done
[ $programs -eq 0 ] && echo "no test programs" && failed=1
echo "units: $passed passed, $failed failed"
[ $failed -eq 0 ]
