#!/bin/bash
# run.sh PATH/allied [NAME…]: the whole-program tests, with real daemons on loopback. NAME: a part of a test's name, or a file's name.
set -u
cd "$(dirname "$0")/../.." || exit 1
[ -x "${1:-}" ] || { echo "usage: run.sh PATH/allied [NAME…]" >&2; exit 64; }
ALLIED=$(readlink -f "$1")
export ALLIED
shift
exec python3 -B tests/cluster/runner.py "$@"
