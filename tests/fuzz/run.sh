#!/bin/bash
# run.sh [SECONDS] [TARGET…]: builds every tests/fuzz/fuzz_*.c with libFuzzer and AddressSanitizer and runs each for that long (default 30).
# What it finds is left in BUILD/fuzz; an input worth keeping goes to tests/fuzz/corpus/TARGET, which `make fuzz-replay` replays.
set -u
cd "$(dirname "$0")/../.." || exit 1
seconds=${1:-30}
[ $# -gt 0 ] && shift
build=${B:-build}/fuzz
clang=${CLANG:-clang}
mkdir -p "$build" || exit 1

if ! command -v "$clang" >/dev/null; then
    echo "fuzz: clang is missing: install it (apt install clang), or use: make fuzz-replay" >&2
    exit 1
fi
echo 'int LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n); int LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n) { (void)d; (void)n; return 0; }' >"$build/probe.c"
if ! "$clang" -fsanitize=fuzzer,address "$build/probe.c" -o "$build/probe" 2>"$build/probe.txt"; then
    echo "fuzz: this clang has no libFuzzer runtime: install it (apt install clang libclang-rt-14-dev), or use: make fuzz-replay" >&2
    head -3 "$build/probe.txt" >&2
    exit 1
fi

packages=$(sh tests/deps.sh modules)
# shellcheck disable=SC2086
flags="-std=c11 -O1 -g -D_GNU_SOURCE -I. $(pkg-config --cflags $packages) -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined"
# shellcheck disable=SC2086
libs=$(pkg-config --libs $packages)

# The decoders of foreign bytes: all of protocol/, the readers of backups, bundles and SKOS, and those of requests over HTTP, with a table of no languages.
sh conf/translations/table.sh >"$build/tr_table.c" || exit 1
objects=()
for source in protocol/*/*.c daemon/store/archive.c daemon/store/bundle.c daemon/store/whole.c daemon/commons/skos_*.c \
    daemon/http/{accept,framing,gate,route,uri}.c conf/tr.c conf/plural.c "$build/tr_table.c"; do
    object=$build/${source#"$build"/}
    object=${object%.c}.o
    mkdir -p "$(dirname "$object")"
    # shellcheck disable=SC2086
    "$clang" $flags -c "$source" -o "$object" || exit 1
    objects+=("$object")
done

failed=0
[ $# -gt 0 ] || set -- $(basename -s .c tests/fuzz/fuzz_*.c)
for target in "$@"; do
    # shellcheck disable=SC2086
    "$clang" $flags -fsanitize=fuzzer "tests/fuzz/$target.c" "${objects[@]}" $libs -o "$build/$target" || exit 1
    mkdir -p "$build/found/$target" "tests/fuzz/corpus/$target"
    if "$build/$target" -max_total_time="$seconds" -max_len=65536 -rss_limit_mb=2048 -timeout=10 -print_final_stats=1 \
        -artifact_prefix="$build/$target-" "$build/found/$target" "tests/fuzz/corpus/$target" >"$build/$target.txt" 2>&1; then
        echo "ok    $target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$build/$target.txt") inputs tried"
    else
        failed=1
        echo "FAIL  $target: see $build/$target.txt"
        tail -20 "$build/$target.txt"
    fi
done
exit $failed
