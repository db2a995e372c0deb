#!/bin/sh
# Installs what is missing on Debian 12, and nothing else: `deps.sh build` for building, `deps.sh check` for the checks as well, `deps.sh browser` for the pages in a browser; `deps.sh modules` says
# by which names pkg-config knows the libraries. Quick and silent when nothing is missing. Needs to be root, or sudo without a password; otherwise it prints the line to run.
set -u

build="gcc libc6-dev make pkg-config git gettext libzmq3-dev libmsgpack-dev libsqlite3-dev libsodium-dev libjansson-dev libconfuse-dev
libutf8proc-dev libserd-dev libexpat1-dev libzstd-dev libcurl4-openssl-dev libmicrohttpd-dev libgnutls28-dev ca-certificates"
check="libcmocka-dev clang-format clang-tidy cppcheck python3 nginx
python3-zmq python3-msgpack python3-nacl raptor2-utils libxml2-utils prometheus"

# Debian's own node, where there is none: another one brings its npm, which Debian's would not stand beside.
browser="chromium"
command -v node >/dev/null || browser="$browser nodejs"
command -v npm >/dev/null || browser="$browser npm"

case "${1:-}" in
build) want="$build" ;;
check) want="$build $check" ;;
browser) want="$browser" ;;
modules)
    if pkg-config --exists msgpack-c; then msgpack=msgpack-c; else msgpack=msgpack; fi
    echo libzmq libsodium sqlite3 jansson libutf8proc serd-0 expat libconfuse libzstd libcurl libmicrohttpd gnutls $msgpack
    exit
    ;;
*)
    echo "usage: deps.sh build|check|browser|modules" >&2
    exit 64
    ;;
esac

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "allied: this is not Debian; please install by hand what these Debian packages hold:" $want >&2
    exit 0
fi

# Virtual packages and renamed ones (pkg-config is pkgconf's) count where their own row says installed.
missing=""
# shellcheck disable=SC2086
have=" $(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' $want 2>/dev/null | sed -n 's/^ii *//p' | tr '\n' ' ') "
for p in $want; do
    case "$have" in
    *" $p "*) ;;
    *) missing="$missing $p" ;;
    esac
done
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ]; then
    as=""
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as="sudo -n"
else
    echo "allied: some packages are missing. Please run, then try again:" >&2
    echo "  sudo apt-get install --yes --no-install-recommends$missing" >&2
    exit 1
fi

# Only files are wanted: without a policy of its own, a container would start nginx, on port 80, as soon as it is there.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ] && printf '#!/bin/sh\nexit 101\n' | $as tee $policy >/dev/null && $as chmod 755 $policy; then
    # shellcheck disable=SC2064
    trap "$as rm -f $policy" EXIT
    trap 'exit 1' HUP INT TERM
fi

echo "allied: installing$missing" >&2
install="$as env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends -qq"
# A fresh machine has no package lists yet: fetch them only when the first try fails.
# shellcheck disable=SC2086
$install $missing >/dev/null 2>&1 || { $as apt-get update -qq && $install $missing >/dev/null; } || {
    echo "allied: apt-get failed. Please run:" >&2
    echo "  sudo apt-get update && sudo apt-get install --yes --no-install-recommends$missing" >&2
    exit 1
}
