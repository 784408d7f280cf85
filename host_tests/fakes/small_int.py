"""SmallInt: a whole number that refuses to leave what a 32-bit board keeps without heap.

CPython only: what is computed from one is one again, so that a value put in at the bus is watched
through every step of a sum.
"""

SMALL_MAX = (1 << 30) - 1
_OPERATIONS = (
    "add radd sub rsub mul rmul floordiv rfloordiv mod rmod lshift rlshift rshift rrshift"
)
_OPERATIONS += " and rand or ror xor rxor neg abs invert"


class SmallInt(int):
    """Raises OverflowError beyond -2^30..2^30-1."""

    def __new__(cls, value):
        if not -SMALL_MAX - 1 <= value <= SMALL_MAX:
            raise OverflowError(value)
        return super().__new__(cls, value)


def _watched(name):
    plain = getattr(int, name)

    def operation(self, *others):
        result = plain(self, *others)
        return result if result is NotImplemented else SmallInt(result)

    return operation


for _word in _OPERATIONS.split():
    setattr(SmallInt, f"__{_word}__", _watched(f"__{_word}__"))
