#!/bin/bash
# Who may include whom, and which folder owns which system header. check_layers.sh [ROOT]: prints each breach as
# file:line: what, exits 1 if there is any. The tables here are the rule; DESIGN's order of layers in words:
#   protocol (base ← wire, sign ← op ← charter, exchange, beacon) ← conf, bus, journal ← store, peers ← commons ← ledger ← read ← core ← cmd
set -u
cd "${1:-$(dirname "$0")/..}" || exit 1

# folder: what its files may include besides their own folder (a folder with all below it, or one header)
layers='
protocol/base:
protocol/wire: protocol/base
protocol/sign: protocol/base
protocol/op: protocol/base protocol/wire protocol/sign
protocol/charter: protocol/base protocol/wire protocol/sign protocol/op
protocol/beacon: protocol/base protocol/wire protocol/sign protocol/op/commit.h
protocol/exchange: protocol/base protocol/wire protocol/sign protocol/op/commit.h
conf: protocol/base
daemon/bus: protocol/base protocol/wire
daemon/journal: protocol/base
daemon/store: protocol
daemon/commons: protocol conf/tr.h
daemon/ledger: protocol conf/tr.h daemon/commons
peers: protocol daemon/bus conf
daemon/index: protocol daemon/store daemon/commons daemon/read daemon/bus
daemon/http: protocol conf/tr.h daemon/bus peers/address.h
daemon/read: protocol conf/tr.h daemon/store daemon/commons daemon/ledger
daemon/html: protocol/base conf/tr.h
daemon/report: protocol conf/tr.h daemon/html daemon/read daemon/ledger daemon/store daemon/commons
daemon/scribe: protocol conf/tr.h daemon/bus daemon/store daemon/commons daemon/read daemon/ledger daemon/html daemon/report
daemon/web: daemon/core/problems.def protocol conf/tr.h daemon/html daemon/ledger daemon/http daemon/read daemon/index daemon/commons daemon/store daemon/bus
daemon/core: protocol conf daemon/store daemon/commons daemon/ledger daemon/read daemon/journal peers/session.h peers/reconcile.h peers/address.h
daemon/cmd: protocol conf peers daemon
daemon: protocol conf peers daemon
'
# header (a pattern): folders that may include it
owners='
sqlite3\.h: daemon/store daemon/index
zstd\.h: daemon/store
zmq\.h: daemon/bus peers
curl/.*: peers
microhttpd\.h: daemon/http
gnutls/.*: daemon/http
sodium\.h: protocol/sign
sodium/.*: protocol/sign
msgpack\.h: protocol/wire
msgpack/.*: protocol/wire
jansson\.h: daemon/commons daemon/read daemon/report daemon/scribe daemon/index daemon/http daemon/web daemon/core daemon/cmd daemon
confuse\.h: conf
utf8proc\.h: protocol/base
serd/serd\.h: daemon/commons/skos_read.c daemon/commons/skos_write.c daemon/commons/skos_triples.c
expat\.h: daemon/commons/skos_xml_read.c
libintl\.h:
locale\.h:
'
# protocol/ computes values from bytes: no clock, randomness of its own, files or network
pure='time|clock_gettime|gettimeofday|clock|random|rand|srand|arc4random|getrandom|getentropy|fopen|open|printf|fprintf|syslog|exit|abort|getenv|socket'

files=$(find protocol conf peers daemon -type f \( -name '*.c' -o -name '*.h' -o -name '*.def' \) 2>/dev/null | sort)
[ -n "$files" ] || { echo "check_layers: no sources under $PWD" >&2; exit 1; }

# shellcheck disable=SC2086
awk -v layers="$layers" -v owners="$owners" -v pure="(^|[^A-Za-z0-9_.>])($pure)[ ]*[(]" '
function under(file, place) { # a file itself, or a folder it lies in
    return file == place || index(file, place "/") == 1
}
function allowed(file, list,    n, part, i) {
    n = split(list, part, " ")
    for (i = 1; i <= n; i++)
        if (under(file, part[i])) return 1
    return 0
}
function breach(what) { printf "%s:%d: %s\n", FILENAME, FNR, what; bad = 1 }
function folder_of(file,    path) {
    path = file
    sub("/[^/]*$", "", path)
    return path
}
BEGIN {
    n = split(layers, row, "\n")
    for (i = 1; i <= n; i++)
        if (match(row[i], /^[^:]+:/)) may[substr(row[i], 1, RLENGTH - 1)] = substr(row[i], RLENGTH + 1)
    n = split(owners, row, "\n")
    for (i = 1; i <= n; i++)
        if (match(row[i], /^[^:]+:/)) { header[++headers] = substr(row[i], 1, RLENGTH - 1); owner[headers] = substr(row[i], RLENGTH + 1) }
}
FNR == 1 {
    comment = 0
    folder = folder_of(FILENAME)
    if (!(folder in may)) breach("a folder that the table of layers does not know: " folder)
}
{
    line = $0
    if (line ~ /^[ \t]*#[ \t]*include[ \t]*"/) {
        split(line, part, "\"")
        target = part[2]
        if (target !~ /\//) breach("an include without its whole path: " target)
        else if (folder_of(target) != folder && !allowed(target, may[folder])) breach(folder " may not include " target)
    } else if (line ~ /^[ \t]*#[ \t]*include[ \t]*</) {
        split(line, part, /[<>]/)
        for (i = 1; i <= headers; i++)
            if (part[2] ~ ("^" header[i] "$")) {
                ok = 0
                n = split(owner[i], place, " ")
                for (k = 1; k <= n; k++) if (place[k] == folder || place[k] == FILENAME) ok = 1
                if (!ok) breach("<" part[2] "> belongs to" (owner[i] == "" ? " nobody" : owner[i]))
            }
    }
    if (FILENAME !~ /^protocol\//) next
    # strings and comments are no calls
    gsub(/"([^"\\]|\\.)*"/, "\"\"", line)
    if (comment) { if (sub(/^.*\*\//, "", line)) comment = 0; else next }
    gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, " ", line)
    sub(/\/\/.*$/, "", line)
    if (match(line, /\/\*/)) { line = substr(line, 1, RSTART - 1); comment = 1 }
    if (match(line, pure)) breach("protocol/ may not call " substr(line, RSTART, RLENGTH) "…)")
}
END { exit bad }
' $files
