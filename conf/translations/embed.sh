#!/bin/sh
# embed.sh LANG FILE.mo: the compiled translation as a C file on stdout. od and awk alone: xxd is not everywhere.
set -eu
name=$(printf %s "$1" | tr '@-' '__')
printf '/* Made from conf/translations/%s.po */\n#include <stddef.h>\n' "$1"
printf 'extern const unsigned char mo_%s[];\nextern const size_t mo_%s_len;\n' "$name" "$name"
printf 'const unsigned char mo_%s[] = {\n' "$name"
od -An -v -tu1 "$2" | awk '{ for (i = 1; i <= NF; i++) printf "%d,", $i; print "" }'
printf '};\nconst size_t mo_%s_len = sizeof mo_%s;\n' "$name" "$name"
