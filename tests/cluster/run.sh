#!/bin/bash
# run.sh PATH/allied [NAME…]: the whole-program tests, with real daemons on loopback. NAME: a part of a test's name, or a file's name.
set -u
cd "$(dirname "$0")/../.." || exit 1
[ -x "${1:-}" ] || { echo "usage: run.sh PATH/allied [NAME…]" >&2; exit 64; }
ALLIED=$(readlink -f "$1")
export ALLIED
shift
# A python3 that is first in PATH need not be Debian's, which has the module of Debian's package. Without it a test is skipped, and says so.
for python in python3 /usr/bin/python3; do
    if "$python" -c 'import zmq' 2>/dev/null; then
        exec "$python" -B tests/cluster/runner.py "$@"
    fi
done
exec python3 -B tests/cluster/runner.py "$@"
