#!/bin/bash
# make lint: what STYLE asks and a machine can see. Every part runs, whatever the others found; one line a part, its findings
# above it. lint.sh [PART…] runs only those. Exit 1 if any failed.
set -u
cd "$(dirname "$0")/.." || exit 1
jobs=${JOBS:-2}
bad=0
build=${B:-build}/lint
mkdir -p "$build"

list() { # the files of ours that match, tracked or new, and still there; without git (a tarball) all that match
    {
        git ls-files --cached --others --exclude-standard -- "$@" 2>/dev/null || for pattern; do
            find . -path "./$pattern" -type f -not -path './build*' | sed 's|^\./||'
        done
    } | sort -u | while read -r f; do [ -f "$f" ] && echo "$f"; done
}
flags() {
    echo -D_GNU_SOURCE "-DALLIED_VERSION=\"lint\"" -I. -std=c11 \
        "$(sh tests/deps.sh modules | xargs pkg-config --cflags | sed 's/-I/-isystem /g')"
}

part_layers() {
    bash tests/check_layers.sh
}

part_format() {
    # Many files at a time, as starting it costs more than a file does; version 14 dies of tables with rows of unequal length, and names no file.
    # shellcheck disable=SC2016
    list '*.c' '*.h' | xargs -r -n 40 -P "$jobs" sh -c 'out=$(clang-format --dry-run -Werror "$@" 2>&1) && exit 0
        if [ $? -lt 128 ]; then echo "$out"; exit 1; fi
        for f; do
            clang-format --dry-run -Werror "$f" || echo "$f: where clang-format dies of it, put its table between clang-format off and on"
        done
        exit 1' format 2>&1
}

# Calls that cannot be used safely, and floating point where replicas must agree.
part_banned() {
    # shellcheck disable=SC2046
    awk '
    FNR == 1 { comment = 0 }
    {
        line = $0
        if (line ~ /^[ \t]*#[ \t]*include/) next
        gsub(/\\"/, "", line)
        gsub(/"[^"]*"/, "\"\"", line)
        if (comment) { if (sub(/^.*\*\//, "", line)) comment = 0; else next }
        gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, " ", line)
        sub(/\/\/.*$/, "", line)
        if (match(line, /\/\*/)) { line = substr(line, 1, RSTART - 1); comment = 1 }
        if (match(line, /(^|[^A-Za-z0-9_])(strcpy|strncpy|sprintf|vsprintf|strcat|strncat|atoi|atol|atoll|atof|strtok|system|alloca|gets|popen|tmpnam|mktemp|setlocale)[ ]*[(]/)) {
            printf "%s:%d: banned: %s\n", FILENAME, FNR, $0
            bad = 1
        }
        if (FILENAME ~ /^(protocol|daemon\/store)\// && match(line, /(^|[^A-Za-z0-9_])(float|double)([^A-Za-z0-9_]|$)/)) {
            printf "%s:%d: floating point where replicas must agree: %s\n", FILENAME, FNR, $0
            bad = 1
        }
    }
    END { exit bad }' $(list 'protocol/*.[ch]' 'conf/*.[ch]' 'peers/*.[ch]' 'daemon/*.[ch]' 'tests/*.[ch]')
}

# Every op kind, message and error of the tables stands in PROTOCOL.md, between backquotes; errors with their number and sentence. Every request
# has its line in request.h.
part_documented() {
    local missing=0 table name names
    for table in protocol/op/kinds.def protocol/wire/msg.def protocol/base/err.def; do
        names=$(grep -o '^ *X([A-Z][A-Z0-9_]*, *[0-9][^"]*"[^"]*"' "$table" | sed 's/.*"\([^"]*\)"$/\1/')
        [ -n "$names" ] || { echo "$table: no row is understood"; missing=1; }
        while read -r name; do
            grep -qF "\`$name\`" protocol/PROTOCOL.md || { echo "$table: $name is not in protocol/PROTOCOL.md"; missing=1; }
        done <<<"$names"
    done
    # What clients may ask stands in one contract, whichever table answers it.
    for name in $(grep -ohE '^ *X\("[a-z.]+", (req|read)_' daemon/core/req.h daemon/read/read.h | cut -d'"' -f2); do
        grep -qE "^ \*   (.*, )?${name//./\\.}[ ,]" daemon/core/request.h || { echo "daemon/core/request.h: the request $name is missing"; missing=1; }
    done
    # §11 is the table of errors again, for those who do not read C.
    while IFS= read -r name; do
        grep -qxF -- "$name" protocol/PROTOCOL.md || { echo "protocol/PROTOCOL.md §11 lacks the row: $name"; missing=1; }
    done < <(sed -n 's/^X(ERR_[A-Z0-9_]*, *\([0-9]*\), *[0-9]*, *"\([^"]*\)", *"\([^"\\]*\(\\.[^"\\]*\)*\)".*/| \1 | `\2` | \3 |/p' protocol/base/err.def |
        sed 's/\\\(.\)/\1/g')
    return $missing
}

# A setting is `used` where something reads it, and `unused` where nothing does: nobody shall set one in vain without being told.
part_settings() {
    local id use wrong=0
    while read -r id use; do
        if grep -rqw --include='*.c' "SETTING_$id" peers daemon; then
            [ "$use" = used ] || { echo "conf/settings.def: $id is used"; wrong=1; }
        else
            [ "$use" = unused ] || { echo "conf/settings.def: nothing uses $id"; wrong=1; }
        fi
    done < <(sed -n 's/^X(\([A-Z_]*\),.*, *\(used\|unused\), .*/\1 \2/p' conf/settings.def)
    return $wrong
}

part_translations() {
    if [ -f conf/translations/check.sh ]; then bash conf/translations/check.sh; fi
}

part_sh() {
    local f bad_sh=0
    for f in $(list '*.sh' .ci/run); do
        bash -n "$f" || bad_sh=1
    done
    return $bad_sh
}

# The bugs that `make mutants` plants: patches of code that goes on changing.
part_mutants() {
    local f stale=0
    for f in tests/mutants/*.patch; do
        git apply --check "$f" 2>&1 || { echo "$f: plant it anew in the code as it is now"; stale=1; }
    done
    return $stale
}

# Suppressed: what it gets wrong here. Outputs are written only on success, which it cannot follow from file to file.
part_cppcheck() {
    # shellcheck disable=SC2046
    cppcheck -j "$jobs" --quiet --std=c11 --error-exitcode=1 --enable=warning,performance,portability --inline-suppr \
        --suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches --suppress=varFuncNullUB \
        --suppress=uninitStructMember --suppress=uninitvar --suppress=ctuuninitvar --suppress=nullPointerRedundantCheck \
        --suppress=memleak:protocol/base/arena.c --include=tests/cppcheck.h \
        --template='{file}:{line}: {id}: {message}' \
        --cppcheck-build-dir="$build" -D_GNU_SOURCE '-DALLIED_VERSION="lint"' -I. \
        $(list 'protocol/*.c' 'conf/*.c' 'peers/*.c' 'daemon/*.c')
}

# What was clean is not looked at again until it, or a header, or the rules change.
part_tidy() {
    local rules f mark todo=()
    rules=$( (cat .clang-tidy && list '*.h' '*.def' | xargs cat) | sha256sum | cut -c1-16)
    for f in $(list 'protocol/*.c' 'conf/*.c' 'peers/*.c' 'daemon/*.c'); do
        mark=$build/tidy-$(cat <(echo "$rules $f") "$f" | sha256sum | cut -c1-32)
        [ -e "$mark" ] || todo+=("$f" "$mark")
    done
    [ ${#todo[@]} -eq 0 ] && return 0
    # shellcheck disable=SC2016,SC2046
    printf '%s\n' "${todo[@]}" | FLAGS=$(flags) xargs -n 2 -P "$jobs" sh -c \
        'out=$(clang-tidy --quiet "$0" -- $FLAGS 2>/dev/null) && [ -z "$out" ] && : > "$1" || { printf "%s\n" "$out"; exit 1; }'
}

run() {
    local start=$SECONDS out
    if out=$("part_$1" 2>&1); then
        echo "ok    lint $1, $((SECONDS - start)) s"
    else
        bad=1
        printf '%s\n' "$out" | head -n 60
        echo "FAIL  lint $1, $((SECONDS - start)) s"
    fi
}

[ -n "$(list 'protocol/*.c')" ] || { echo "lint: no sources under $PWD" >&2; exit 1; }
[ $# -gt 0 ] || set -- layers banned documented settings translations sh mutants format cppcheck tidy
for part in "$@"; do
    if ! declare -F "part_$part" >/dev/null; then
        echo "lint: no part is called $part" >&2
        exit 64
    fi
    run "$part"
done
exit $bad
