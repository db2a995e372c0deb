#!/bin/sh
# table.sh FILE.po …: the table of languages (struct tr_language, conf/tr.h) as a C file on stdout.
set -eu
printf '/* Made from the names in conf/translations */\n#include "conf/tr.h"\n'
for po in "$@"; do
    name=$(basename "$po" .po | tr '@-' '__')
    printf 'extern const unsigned char mo_%s[];\nextern const size_t mo_%s_len;\n' "$name" "$name"
done
printf 'const struct tr_language tr_languages[] = {\n'
for po in "$@"; do
    lang=$(basename "$po" .po)
    printf '    {"%s", mo_%s, &mo_%s_len},\n' "$lang" "$(printf %s "$lang" | tr '@-' '__')" "$(printf %s "$lang" | tr '@-' '__')"
done
printf '    {NULL, NULL, NULL},\n};\n'
