"""What a lamp shows: a colour and a rhythm per row. docs/lamps.md is made from this table.

A rhythm is 16 slots of 128 ms, 2.048 s in all, the first slot in the highest bit. The colours stay
apart on lamps that can only switch, where everything from half on counts as on.
"""

from micropython import const

ROW_LEN = const(5)  # red, green, blue, rhythm as two bytes
SLOT_SHIFT = const(7)  # ms to slots
SLOTS = const(16)

# Rows; the first nine are the numbers of station.statuses.
ROW_OFFLINE = const(9)
ROW_AUTHORIZED = const(10)
ROW_REFUSED = const(11)

PATTERNS = (
    b"\x00\xff\x00\xff\xff"  # Available: green
    b"\x00\x00\xff\xf0\xf0"  # Preparing: blue, blinks
    b"\x00\x00\xff\xff\xff"  # Charging: blue
    b"\x00\x00\xff\xc0\x00"  # SuspendedEV: blue, a flash every 2 s
    b"\xff\xa0\x00\xc0\x00"  # SuspendedEVSE: yellow, a flash every 2 s
    b"\x00\xff\x00\xf0\xf0"  # Finishing: green, blinks
    b"\xff\xa0\x00\xff\xff"  # Reserved: yellow
    b"\xa0\x00\xff\xff\xff"  # Unavailable: violet
    b"\xff\x00\x00\xff\xff"  # Faulted: red
    b"\x00\xff\x00\xc0\x00"  # Available without a server: green, a flash every 2 s
    b"\x00\xff\x00\xaa\xaa"  # card accepted, for 2 s: green, flickers
    b"\xff\x00\x00\xaa\xaa"  # card refused, for 2 s: red, flickers
)
