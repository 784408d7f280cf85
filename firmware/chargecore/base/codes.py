"""Result codes that parts return while running: OK, or a negative E_ code (style.md rule 19)."""

from micropython import const

OK = const(0)
E_FULL = const(-1)  # no room: nothing was taken
E_EMPTY = const(-2)  # nothing there
E_SYNTAX = const(-3)  # not what RFC 8259 calls JSON
E_TOO_DEEP = const(-4)  # nesting beyond the reader's limit
E_TOO_MANY = const(-5)  # more tokens or items than the limit
E_MISSING = const(-6)  # a required field is absent
E_TYPE = const(-7)  # a field has the wrong JSON type
E_RANGE = const(-8)  # a number or word outside the allowed ones
E_LENGTH = const(-9)  # a text longer than allowed
E_UNKNOWN_FIELD = const(-10)  # a field the message does not have
E_IO = const(-11)  # flash or socket refused
E_CORRUPT = const(-12)  # checksum does not fit
E_READ_ONLY = const(-13)
E_UNKNOWN_KEY = const(-14)
E_BUSY = const(-15)  # not now
E_REBOOT = const(1)  # accepted, acts after the next boot
