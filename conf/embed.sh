#!/bin/sh
# embed.sh NAME FILE: a file as C on stdout: the bytes NAME, their count NAME_len, and NAME_sum, a number that tells one content from another. od and awk alone:
# xxd is not everywhere. A sheet (*.css) goes in without the blanks and line ends that only its writers need.
set -eu
squeeze() {
    case $1 in
    *.css) sed 's/^ *//; s/ *{ */{/g; s/ *} */}/g; s/: /:/g; s/; */;/g; s/;}/}/g; s/, /,/g; /^$/d' "$1" ;;
    *) cat "$1" ;;
    esac
}
name=$(printf %s "$1" | tr '@-' '__')
sum=$(squeeze "$2" | cksum)
printf '/* Made from %s */\n#include <stddef.h>\n' "${2##*/}"
printf 'extern const unsigned char %s[];\nextern const size_t %s_len;\nextern const char %s_sum[];\n' "$name" "$name" "$name"
printf 'const char %s_sum[] = "%s";\n' "$name" "${sum%% *}"
printf 'const unsigned char %s[] = {\n' "$name"
squeeze "$2" | od -An -v -tu1 | awk '{ for (i = 1; i <= NF; i++) printf "%d,", $i; print "" }'
printf '};\nconst size_t %s_len = sizeof %s;\n' "$name" "$name"
