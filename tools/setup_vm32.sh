#!/bin/sh
# Build a 32-bit MicroPython VM: its objects and small ints are those of a board. Called by: make vm32
# Source: Debian's packages micropython and mbedtls, the newest ones; the machine's own apt sources stay as they are.
# Needs a Debian or Ubuntu on x86-64 with make, xz, bzip2 and gcc-multilib.
set -eu
folder=$PWD/build/vm32
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
own=$PWD/tools/vm32

fail() {
    echo "vm32: $1" >&2
    exit 1
}

for tool in apt-get make gcc python3 xz bzip2; do
    command -v "$tool" >/dev/null 2>&1 || fail "no $tool here: a Debian or Ubuntu on x86-64 with build tools is needed"
done
[ -r "$keyring" ] || fail "no Debian keyring here. As root: apt-get install debian-archive-keyring"
mkdir -p "$folder"
cd "$folder"
echo 'int main(void) { return sizeof(void *) - 4; }' >probe.c
{ gcc -m32 probe.c -o probe && ./probe; } >/dev/null 2>&1 ||
    fail "gcc makes no 32-bit programs here. As root: apt-get install gcc-multilib"

echo "vm32: fetching the sources from Debian (35 MB with the list of packages)"
rm -rf apt fetched source
mkdir -p apt/lists/partial apt/cache/archives/partial fetched
for suite in trixie sid; do
    echo "deb-src [signed-by=$keyring] http://deb.debian.org/debian $suite main"
done >apt/sources.list
apt() {
    apt-get -q -o Dir::Etc::sourcelist="$folder/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::State::lists="$folder/apt/lists" -o Dir::Cache="$folder/apt/cache" -o APT::Sandbox::User="$(id -un)" "$@"
}
apt update >apt/log 2>&1 || fail "apt-get update failed, a network is needed once: see $folder/apt/log"
(cd fetched && apt source --download-only micropython mbedtls) >>apt/log 2>&1 ||
    fail "apt-get could not fetch the sources: see $folder/apt/log"

mkdir -p source
tar -xf fetched/micropython_*.orig.tar.* -C source --strip-components=1
rm -rf source/lib/mbedtls
mkdir source/lib/mbedtls
tar -xf fetched/mbedtls_*.orig.tar.* -C source/lib/mbedtls --strip-components=1
port=source/ports/unix
sed -i 's/= malloc(heap_size);/= vm32_heap(heap_size);/
        s/stack_size = 40000 \* (sizeof(void \*) \/ 4);/stack_size = vm32_stack();/' $port/main.c
sed -i 's/\(define MICROPY_ALLOC_PATH_MAX *\).*/\1(128) \/\/ as esp32 and rp2: it lies on the stack/' $port/mpconfigport.h
[ "$(grep -c vm32_ $port/main.c)" = 2 ] || fail "this MicroPython places heap and stack in another way: look at $port/main.c"

echo "vm32: building, a minute or two"
# Without git the version is that of the sources, not of this repository around them.
GIT_DIR=/dev/null make -C $port -j2 MICROPY_FORCE_32BIT=1 BUILD=build-vm32 FROZEN_MANIFEST= \
    MICROPY_PY_FFI=0 MICROPY_PY_BTREE=0 MICROPY_USE_READLINE=0 MICROPY_PY_BLUETOOTH=0 \
    CFLAGS_EXTRA="-DMICROPY_FLOAT_IMPL=MICROPY_FLOAT_IMPL_FLOAT -fno-pie -include $own/board_like.h" \
    LDFLAGS_EXTRA=-no-pie >build.log 2>&1 || fail "MicroPython does not build: see $folder/build.log"
mv $port/build-vm32/micropython micropython
rm -rf apt fetched source probe probe.c
./micropython -c 'import sys; print("vm32:", sys.version.split("; ")[1], "with", len("%x" % sys.maxsize) * 4, "bits")'
