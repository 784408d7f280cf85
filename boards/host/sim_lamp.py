"""SimLamp: a connector's lamp that remembers what it shows.

Called by: the firmware (show), the control command `status` (colour). Heap: none after __init__.
"""


class SimLamp:
    """`colour` is red, green, blue as they were shown last; `changes` counts."""

    def __init__(self):
        self.colour = bytearray(3)
        self.changes = 0

    def show(self, red, green, blue):
        """Show that colour, 0..255 each."""
        colour = self.colour
        if (colour[0], colour[1], colour[2]) != (red, green, blue):
            self.changes = (self.changes + 1) & 0x1FFFFFFF
        colour[0], colour[1], colour[2] = red, green, blue
