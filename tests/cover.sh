#!/bin/bash
# make cover: line coverage of the unit tests by gcov, one line a file, least covered first, and the total. Builds in B/cover.
set -eu
cd "$(dirname "$0")/.."
dir=${B:-build}/cover
list=$(mktemp)
trap 'rm -f "$list"' EXIT
make --no-print-directory -j2 B="$dir" \
    HARD="-O0 --coverage -fPIE -fprofile-update=atomic" LINK="-pie --coverage" unit || echo "some tests failed: the figures are too low" >&2
find "$dir"/protocol "$dir"/conf "$dir"/peers "$dir"/daemon -name '*.gcda' 2>/dev/null | sort >"$list"
[ -s "$list" ] || { echo "no coverage was written" >&2; exit 1; }
while read -r data; do
    gcov --no-output --object-file "$data" "${data%.gcda}.c" 2>/dev/null
done <"$list" | awk '
    /^File / { file = substr($2, 2, length($2) - 2) }
    /^Lines executed:/ && file ~ /^(protocol|conf|peers|daemon)\/.*\.c$/ && !(file in seen) {
        seen[file] = 1
        split($2, part, /[:%]/)
        printf "%6.2f %% of %5d  %s\n", part[2], $4, file | "sort -n"
        lines += $4
        hit += part[2] * $4 / 100
    }
    END {
        close("sort -n")
        if (lines) printf "%6.2f %% of %5d  all\n", 100 * hit / lines, lines
    }'
