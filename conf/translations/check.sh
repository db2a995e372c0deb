#!/bin/sh
# check.sh: every sentence is translated into every language, none is fuzzy or left over, and the places for values ({1}, %d) are the same.
# Prints what is wrong; exit 1 if anything is.
set -eu
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0

sh conf/translations/extract.sh "$work/all.pot"
msgattrib --no-obsolete "$work/all.pot" -o "$work/sorted.pot"
ids() { msgcat --no-wrap "$1" | grep '^msgid "..*"$' | LC_ALL=C sort -u; }
ids "$work/sorted.pot" > "$work/wanted"

for po in conf/translations/*.po; do
    msgfmt --check --check-format -o /dev/null "$po" || bad=1
    msgattrib --translated --no-fuzzy --no-obsolete "$po" -o "$work/done.po"
    ids "$work/done.po" > "$work/have"
    LC_ALL=C comm -23 "$work/wanted" "$work/have" | sed "s|^|$po: not translated: |" > "$work/findings"
    LC_ALL=C comm -13 "$work/wanted" "$work/have" | sed "s|^|$po: no longer used: |" >> "$work/findings"
    msgattrib --only-fuzzy --no-wrap "$po" | grep '^msgid "..*"' | sed "s|^|$po: fuzzy: |" >> "$work/findings" || true
    grep -n '^#~' "$po" | sed "s|^|$po: obsolete: |" >> "$work/findings" || true
    # The places {1} to {9}: the same ones in the sentence and in each form of its translation.
    msgcat --no-wrap "$work/done.po" | awk -v po="$po" '
    function places(t,    i, set) {
        set = ""
        for (i = 1; i <= 9; i++) if (index(t, "{" i "}")) set = set i
        return set
    }
    /^msgid "/ { id = $0; wanted = places($0); next }
    /^msgid_plural "/ { wanted = places($0); next }
    /^msgstr(\[[1-9]\])? "/ { if (id != "msgid \"\"" && places($0) != wanted) print po ": other places for values: " id }
    ' >> "$work/findings"
    if [ -s "$work/findings" ]; then
        cat "$work/findings"
        bad=1
    fi
done
exit $bad
