#!/bin/sh
# Install the RP2040 emulator that runs the PIO programs in the tests. Called by make: setup_node.sh VENV FOLDER
# Node is taken from the machine if it is 18 or later, else from PyPI into the virtual environment.
set -eu
venv=$1
folder=$2
source=host_tests/pio

fail() {
    echo "setup: $1" >&2
    exit 1
}

is_new_enough() {
    command -v "$1" >/dev/null 2>&1 && command -v "$2" >/dev/null 2>&1 &&
        "$1" -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' 2>/dev/null
}

node=$(command -v node 2>/dev/null || true)
npm=$(command -v npm 2>/dev/null || true)
if ! is_new_enough "$node" "$npm"; then
    node=$PWD/$venv/bin/node
    npm=$PWD/$venv/bin/npm
    if ! is_new_enough "$node" "$npm"; then
        echo "setup: no Node 18 or later with npm here: installing it from PyPI into $venv"
        "$venv/bin/python" -m pip install -q --disable-pip-version-check -e '.[node]' ||
            fail "pip could not install Node. Install Node 18 or later with npm, then run make again."
        is_new_enough "$node" "$npm" || fail "the Node from PyPI does not run here. Install Node 18 or later with npm."
    fi
fi

echo "setup: installing the RP2040 emulator into $folder"
rm -rf "$folder"
mkdir -p "$folder"
cp "$source/package.json" "$source/package-lock.json" "$source/.npmrc" "$folder/"
# npm is a script that starts `node`: the one that was found above.
(cd "$folder" && PATH="$(dirname "$node"):$PATH" "$npm" ci --ignore-scripts --no-audit --no-fund --silent) ||
    fail "npm could not install $source/package.json. A network or a package registry is needed once."
printf '%s\n' "$node" >"$folder/node_path"
