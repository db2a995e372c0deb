#!/bin/bash
# run.sh PATH/allied [NAME…]: a peer in Python, written from protocol/PROTOCOL.md alone, against real daemons on loopback.
set -u
cd "$(dirname "$0")/../.." || exit 1
[ -x "${1:-}" ] || { echo "usage: run.sh PATH/allied [NAME…]" >&2; exit 64; }
ALLIED=$(readlink -f "$1")
export ALLIED
shift
# A python3 that is first in PATH need not be Debian's, which has the modules of Debian's packages.
for python in python3 /usr/bin/python3; do
    if "$python" -c 'import zmq, msgpack, nacl' 2>/dev/null; then
        exec "$python" -B tests/cluster/runner.py --in tests/interop "$@"
    fi
done
echo "interop: python3-zmq, python3-msgpack and python3-nacl are missing: run make deps-check" >&2
exit 1
