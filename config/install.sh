#!/bin/sh
# Makes .venv with the pinned requirements, and installs from Debian what only Debian has.
#   config/install.sh run     what the product needs
#   config/install.sh test    also what its tests, checks and benchmarks need
# Does nothing when nothing changed.
set -eu
cd "$(dirname "$0")/.."
purpose=${1:-run}

say() { echo "xinxia: $*" >&2; }
refuse() { say "$*"; exit 1; }

find_python() {
    for candidate in python3.11 python3 python3.12 python3.13 python3.14; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

# Installs Debian packages when it may (root, or sudo without a password), else says which ones in a sentence.
install_packages() {
    if ! command -v apt-get >/dev/null; then
        refuse "please install the counterparts of these Debian packages, then try again: $*"
    elif [ "$(id -u)" = 0 ]; then
        as_root=
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        as_root="sudo -n"
    else
        refuse "please run 'apt-get install $*' as root once, then try again"
    fi
    say "installing from Debian: $*"
    $as_root apt-get update -qq >/dev/null || say "the list of packages could not be refreshed; trying with the old one"
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null ||
        refuse "apt-get could not install $*; its message stands above"
}

missing_packages() {
    "$python" -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
    "$python" -c 'import ctypes; ctypes.CDLL("libmagic.so.1")' 2>/dev/null || echo libmagic1
    [ "$purpose" = test ] || return 0
    command -v chromium >/dev/null || echo chromium
    [ -e /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc ] || echo fonts-noto-cjk
}

python=$(find_python) || {
    install_packages python3 python3-venv
    python=$(find_python) || refuse "Xinxia needs Python 3.11 or newer, and this system has none"
}
packages=$(missing_packages)
# shellcheck disable=SC2086  # several words on purpose
[ -z "$packages" ] || install_packages $packages
"$python" -c 'import ensurepip, venv' 2>/dev/null ||
    refuse "$python cannot make environments (its venv or ensurepip is missing); please install them or use Debian's python3"

if [ "$purpose" = test ]; then requirements=requirements-dev.txt; else requirements=requirements.txt; fi
stamp=.venv/installed-$purpose
wanted=$(cat requirements.txt "$requirements" | cksum)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && .venv/bin/python -c '' 2>/dev/null; then
    exit 0
fi

say "installing what $requirements names into .venv (once; a minute or two)"
.venv/bin/python -c '' 2>/dev/null || "$python" -m venv --clear .venv
rm -f .venv/installed-*
.venv/bin/python -m pip install -qq --disable-pip-version-check --requirement "$requirements" ||
    refuse "pip could not install $requirements; its message stands above (is the package index reachable?)"
echo "$wanted" >"$stamp"
[ "$purpose" = run ] || cat requirements.txt requirements.txt | cksum >.venv/installed-run
