#!/bin/bash
# make mutants: does the simulator find bugs? Each NAME.patch here plants one, as an honest programmer might make it; the lines above its diff say
# which. In a copy of tree and objects it is applied and built, and the seeds of seeds.txt and 1 to SEEDS run until one fails; the same seed must pass without the
# patch. One line a mutant, with what the simulator said; the last is "N passed, N failed". A patch that no longer applies is a failure.
#
# mutants.sh OBJECTS SEEDS [NAME]
set -u
cd "$(dirname "$0")/../.." || exit 1
objects=${1:?} seeds=${2:?} only=${3:-}
jobs=${SIM_JOBS:-$(nproc)}
longest=900 # seconds a mutant may run; a seed that hangs ends after two minutes by itself
passed=0 failed=0 started=$SECONDS
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

copy() { # sources and objects with their times, so that make sees only what the patch changed
    rm -rf "$work/tree"
    mkdir -p "$work/tree/tests" "$work/tree/build/tests" &&
        cp -a Makefile protocol conf peers daemon "$work/tree" &&
        cp -a tests/help tests/sim tests/deps.sh "$work/tree/tests" &&
        cp -a "$objects"/{gen,protocol,conf,peers,daemon} "$work/tree/build" &&
        cp -a "$objects"/tests/{help,sim} "$work/tree/build/tests"
}

# The seed that failed, nothing where none did; what was said is in $work/out.
hunt() {
    timeout -k 5 "$longest" "$work/tree/build/tests/sim/sim" --list tests/sim/seeds.txt --seeds "$seeds" --jobs "$jobs" --once --first >"$work/out" 2>&1
    local status=$?
    [ $status -ne 124 ] || { echo "it hangs"; return; }
    sed -n 's/^FAIL  SEED=//p' "$work/out" | sort -n | head -n 1
}

said() { # cmocka's sentence, or what ended the seed
    local sentence
    sentence=$(sed -n 's/^ERROR: //p' "$work/out" | sed 's/{.*"where": "\([^"]*\)".*"text": "\([^"]*\)".*/\1: \2/' | head -n 1)
    echo "${sentence:-$(grep -a '^ended by\|traces differ' "$work/out" | head -n 1)}" | cut -c 1-90
}

# verdict, name, the rest of the line
tell() {
    if [ "$1" = ok ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
    printf '%-6s%-34s %s\n' "$1" "$2" "$3"
}

judge() {
    local patch=$1 name start=$SECONDS seed
    name=$(basename "$patch" .patch)
    copy || { tell FAIL "$name" "cannot be copied"; return; }
    if ! (cd "$work/tree" && git apply "$patch") >"$work/out" 2>&1; then
        tell FAIL "$name" "its patch no longer applies: $(head -n 1 "$work/out")"
        return
    fi
    if ! make -s -C "$work/tree" -j"$jobs" B=build SAN= build/tests/sim/sim >"$work/out" 2>&1; then
        cat "$work/out"
        tell FAIL "$name" "does not build"
        return
    fi
    seed=$(hunt)
    if [ -z "$seed" ]; then
        tell FAIL "$name" "NOT CAUGHT by $seeds seeds, $((SECONDS - start)) s"
    elif [ "$seed" != "it hangs" ] && ! "$objects/tests/sim/sim" --seed "$seed" --once >/dev/null 2>&1; then
        tell FAIL "$name" "seed $seed fails without it as well"
    else
        tell ok "$name" "$(printf 'seed %-4s %3d s  %s' "$seed" $((SECONDS - start)) "$(said)")"
    fi
}

[ "${objects#/}" != "$objects" ] || objects=$PWD/$objects
for patch in "$PWD"/tests/mutants/*.patch; do
    [ -z "$only" ] || [ "$(basename "$patch" .patch)" = "$only" ] || continue
    sed '/^diff /,$d' "$patch" | sed 's/^/      /'
    judge "$patch"
done
[ $((passed + failed)) -gt 0 ] || { echo "no mutant is called $only" >&2; exit 64; }
echo "mutants: $((SECONDS - started)) s"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
