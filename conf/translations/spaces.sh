#!/bin/sh
# spaces.sh FILE.po: the catalogue on stdout, with the spaces that must not break made so: French sets one before ; : ! ? » %, and one behind «. Who translates
# types plain ones.
set -eu
nbsp=$(printf '\302\240')
case ${1##*/} in
fr*.po) sed "/^msgstr/{s/ \([;:!?»]\)/$nbsp\1/g; s/\([}0-9]\) %/\1$nbsp%/g; s/« /«$nbsp/g;}" "$1" ;;
*) cat "$1" ;;
esac
