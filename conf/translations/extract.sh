#!/bin/sh
# extract.sh [FILE.pot]: every English sentence that allied shows, as a .pot (default: stdout). Sentences stand in N_("…"), tr(lang, "…"),
# tr_n(lang, "…", "…", n), and in the columns of err.def, settings.def and discipline.h's rules, which the preprocessor lays bare.
set -eu
cd "$(dirname "$0")/../.."
out=${1:--}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat > "$work/tables.h" <<'EOF'
#include "protocol/base/err.def"
#include "conf/settings.def"
#include "daemon/commons/discipline.h"
#define X(id, number, exit_code, name, what, next) N_(what) N_(next)
ERR_TABLE(X)
#undef X
#define X(id, section, key, type, fallback, form, use, meaning) N_(meaning)
SETTINGS(X)
#undef X
#define X(id, code, experiences, sentence) N_(sentence)
DISCIPLINE_RULES(X)
EOF
# The empty sentence is the key of the .po's header, and is never translated.
${CC:-gcc} -E -P -I. "$work/tables.h" | sed 's/N_("")//g' > "$work/tables.c"

find protocol conf peers daemon \( -name '*.c' -o -name '*.h' -o -name '*.def' \) | LC_ALL=C sort > "$work/files"
xgettext --from-code=UTF-8 --language=C --no-location --sort-output --keyword --keyword=N_ --keyword=tr:2 \
    --keyword=tr_n:2,3 --keyword=html_say_n:2,3 --package-name=allied --output="$work/allied.pot" --files-from="$work/files" "$work/tables.c"
sed -i '1,/^$/{/^"POT-Creation-Date/d;/^#/d;}' "$work/allied.pot"
sed -i 's/charset=CHARSET/charset=UTF-8/' "$work/allied.pot"
if [ "$out" = - ]; then cat "$work/allied.pot"; else cp "$work/allied.pot" "$out"; fi
