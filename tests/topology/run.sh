#!/bin/bash
# run.sh PATH/allied [resume|line|star|graph…]: figures of many sites on this machine. SITES, RECORDS: how many.
set -u
cd "$(dirname "$0")/../.." || exit 1
[ -x "${1:-}" ] || { echo "usage: run.sh PATH/allied [SHAPE…]" >&2; exit 64; }
# A python3 that is first in PATH need not be Debian's, which has the module of Debian's package.
for python in python3 /usr/bin/python3; do
    if "$python" -c 'import zmq' 2>/dev/null; then
        exec "$python" -B tests/topology/topology.py "$@"
    fi
done
echo "topology: python3-zmq is missing: run make deps-check" >&2
exit 1
