"""Reader and writer on the VM: each line of hex on stdin is parsed and written out again.

Called by: test_json_on_vm.py; the firmware folder is sys.argv[1]. Answers with a line each: the
reader's code and, when it is OK, the text put together again through a small window, in hex.
"""

import binascii
import sys

sys.path.insert(0, sys.argv[1])

from chargecore.wire.json_reader import (  # noqa: E402  the path is set above
    T_ARRAY,
    T_FALSE,
    T_NULL,
    T_NUMBER,
    T_OBJECT,
    T_STRING,
    T_TRUE,
    JsonReader,
)
from chargecore.wire.json_writer import JsonWriter  # noqa: E402

_READER = JsonReader(2000, 60)
_TEXT_BUF = bytearray(4000)
_WINDOW = bytearray(37)
_WRITER = JsonWriter(_WINDOW)


def write(w, idx):
    """Write token idx and all in it."""
    kind = _READER.kind(idx)
    if kind == T_OBJECT or kind == T_ARRAY:
        write_items(w, idx, kind == T_OBJECT)
    elif kind == T_STRING:
        w.text_range(_TEXT_BUF, 0, _READER.copy_text(idx, _TEXT_BUF, 1000))
    elif kind == T_NUMBER:
        at = 4 * (idx + 1)
        w.raw_range(_READER.buf, _READER.tokens[at + 1], _READER.tokens[at + 2])
    elif kind == T_NULL:
        w.null()
    elif kind == T_TRUE or kind == T_FALSE:
        w.boolean(_READER.bool_value(idx))


def write_items(w, idx, is_object):
    """Write an object as the list of its names and values: key() takes plain names only."""
    w.open_array()
    if is_object:
        w.raw(b"{}")
    item = _READER.first(idx)
    for _ in range(_READER.count(idx)):
        write(w, item)
        item = _READER.next(item)
        if is_object:
            write(w, item)
            item = _READER.next(item)
    w.close_array()


def answer(data):
    """Return what to print about data."""
    code = _READER.parse(data, len(data))
    if code:
        return str(code)
    text = b""
    while True:
        _WRITER.begin(len(text))
        write(_WRITER, 0)
        text += bytes(_WINDOW[: _WRITER.filled])
        if len(text) == _WRITER.length:
            return "0 " + binascii.hexlify(text).decode()


while True:
    line = sys.stdin.readline()
    if not line:
        break
    print(answer(binascii.unhexlify(line.strip())))
