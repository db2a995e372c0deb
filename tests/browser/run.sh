#!/bin/bash
# run.sh PATH/allied DIR: the pages in a real browser. DIR is where what is only needed here is kept (playwright-core and axe-core, by npm, with the sums of
# package-lock.json). What cannot be had here is said loudly, and the tests are skipped: nothing else of allied needs any of it.
set -u
cd "$(dirname "$0")/../.." || exit 1
[ -x "${1:-}" ] && [ -n "${2:-}" ] || { echo "usage: run.sh PATH/allied DIR" >&2; exit 64; }
ALLIED=$(readlink -f "$1")
export ALLIED
here=$2

skip() {
    echo "  SKIPPED  the pages in a browser: $1"
    echo "browser: 1 SKIPPED, see above"
    exit 0
}

timeout 240 sh tests/deps.sh browser </dev/null || echo "browser: could not install what is missing" >&2
command -v chromium >/dev/null || skip "chromium is missing (apt-get install chromium)"
command -v node >/dev/null || skip "node is missing (apt-get install nodejs)"
command -v npm >/dev/null || skip "npm is missing (apt-get install npm)"
mkdir -p "$here" && cp tests/browser/package.json tests/browser/package-lock.json "$here" || exit 1
if ! [ -d "$here/node_modules/playwright-core" ] || ! [ -d "$here/node_modules/axe-core" ]; then
    (cd "$here" && timeout 90 npm ci --ignore-scripts --no-audit --no-fund >npm.out 2>&1) || skip "npm cannot fetch playwright-core and axe-core: $(tail -n 1 "$here/npm.out")"
fi
NODE_MODULES=$(readlink -f "$here/node_modules")
CHROMIUM=$(command -v chromium)
export NODE_MODULES CHROMIUM
exec timeout "${BROWSER_LIMIT_S:-180}" python3 -B tests/browser/browser.py
