"""rom_names: names that cost an image nothing, because the VM has them in its program memory.

Called by: attribute_names, global_names. The list is data/rom_names.txt.
"""

from pathlib import Path

PATH = Path(__file__).resolve().parent.parent / "data" / "rom_names.txt"

# Asked for by the VM itself of an object that Python made (py/runtime.c mp_resume, py/objdict.c
# dict_update, py/stream.c, extmod/vfs*.c, py/objexcept.c, lib/uzlib), or read by the compiler.
_ASKED_FOR = """args chdir close errno getcwd ilistdir ioctl items keys mkdir mount open read
 readinto readline remove rename rmdir seek send stat statvfs tell throw umount value values write
 flush const micropython super range self print bytecode native viper ptr ptr8 ptr16 ptr32 uint
 match main object type""".split()


def known_names():
    """Return every name that builtin objects, or the parts of a board, may be asked for."""
    words = []
    for line in PATH.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            words += line.split()
    return frozenset(words)


def spare_names():
    """Return the names that anything may be called, the best first, in an order that stays."""
    text = PATH.read_text(encoding="utf-8").split("# board:")[0]
    words = [word for line in text.splitlines() if line[:1] != "#" for word in line.split()]
    return sorted((w for w in words if w not in _ASKED_FOR and w[0] != "_"), key=_rank)


def _rank(word):
    """Lower case first: those are the ones that every port has."""
    return not word.islower(), word
