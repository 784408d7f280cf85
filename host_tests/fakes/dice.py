"""Dice: the same random numbers on both interpreters, from a seed. Heap: none."""


class Dice:
    """A 31-bit linear congruential generator; the low bits are not used."""

    def __init__(self, seed):
        self._state = (seed * 48_271 + 1) & 0x3FFFFFFF

    def below(self, count):
        """Return 0..count-1."""
        self._state = (self._state * 1_103 + 12_345) & 0x3FFFFFFF
        return (self._state >> 10) * count >> 20

    def pick(self, items):
        """Return one of the items."""
        return items[self.below(len(items))]
