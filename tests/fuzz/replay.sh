#!/bin/bash
# replay.sh PROGRAM…: runs each built fuzz target (its file name is the target's) over tests/fuzz/corpus/TARGET.
# One line a target, then "fuzz-replay: N passed, N failed".
set -u
here=$(cd "$(dirname "$0")" && pwd)
passed=0 failed=0
for program in "$@"; do
    target=$(basename "$program")
    if out=$(timeout 120 "$program" "$here/corpus/$target" 2>&1); then
        passed=$((passed + 1))
        printf 'ok    %s: %s\n' "$target" "${out##*: }"
    else
        failed=$((failed + 1))
        printf 'FAIL  %s\n%s\n' "$target" "$out"
    fi
done
[ $((passed + failed)) -eq 0 ] && echo "no fuzz targets" && failed=1
echo "fuzz-replay: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
