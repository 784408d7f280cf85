"""Draws a circuit from a table of parts as SVG: no program but this one is needed.

Called by: gen_circuits. A row is (kind, x, y, *what), in units of a grid; y grows downwards. Kinds
are the methods of Drawing. Parts with two legs are 2 units long and begin at (x, y): down, or to
the right for kinds that end in _h. The list of parts below the drawing is made from the same rows.
"""

from xml.sax.saxutils import escape

_UNIT = 20  # pixels
_HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}" '
    'font-family="sans-serif" font-size="12" fill="none" stroke="black" stroke-width="1.5">\n'
    '<rect width="{w}" height="{h}" fill="white" stroke="none"/>\n'
)


class Drawing:
    """The SVG of one table."""

    def __init__(self, title, size, rows):
        self._lines = []
        self._parts = []  # (name, value)
        self._width, self._height = size
        self._text(0.5, 1, title, size_px=16)
        for kind, *what in rows:
            getattr(self, kind)(*what)

    def svg(self):
        """Return the file's text."""
        rows = [f"{name}: {value}" for name, value in self._parts]
        half = (len(rows) + 1) // 2
        for idx, row in enumerate(rows):
            x = 0.5 if idx < half else self._width / 2
            self._text(x, self._height + 1 + idx % half * 0.9, row)
        height = self._height + 1 + half * 0.9
        head = _HEAD.format(w=round(self._width * _UNIT), h=round(height * _UNIT))
        return head + "\n".join(self._lines) + "\n</svg>\n"

    # ---- the pen ----

    def _path(self, data, fill="none"):
        self._lines.append(f'<path d="{data}" fill="{fill}"/>')

    def _line(self, *points):
        steps = " L ".join(f"{x * _UNIT:g} {y * _UNIT:g}" for x, y in points)
        self._path("M " + steps)

    def _text(self, x, y, text, anchor="start", size_px=12):
        self._lines.append(
            f'<text x="{x * _UNIT:g}" y="{y * _UNIT:g}" text-anchor="{anchor}" '
            f'font-size="{size_px}" fill="black" stroke="none">{escape(text)}</text>'
        )

    def _box(self, x, y, width, height, fill="white"):
        self._lines.append(
            f'<rect x="{x * _UNIT:g}" y="{y * _UNIT:g}" width="{width * _UNIT:g}" '
            f'height="{height * _UNIT:g}" fill="{fill}"/>'
        )

    def _name(self, x, y, name, value):
        """Write a part's name and short value beside it; the list gets the whole value."""
        self._parts.append((name, value))
        self._text(x, y, name)
        self._text(x, y + 0.7, value.split(",")[0])

    # ---- kinds ----

    def wire(self, *points):
        """A wire through points."""
        self._line(*points)

    def dot(self, x, y):
        """Wires that cross here are joined."""
        at = f'cx="{x * _UNIT:g}" cy="{y * _UNIT:g}" r="3"'
        self._lines.append(f'<circle {at} fill="black"/>')

    def note(self, x, y, text):
        """A text."""
        self._text(x, y, text)

    def pin(self, x, y, text):
        """A signal that comes from the left and ends at (x, y)."""
        self._line((x - 0.5, y), (x, y))
        self._text(x - 0.7, y + 0.2, text, anchor="end")

    def socket(self, x, y, text):
        """A terminal at (x, y) to which a wire comes from the left."""
        at = f'cx="{(x + 0.2) * _UNIT:g}" cy="{y * _UNIT:g}" r="4"'
        self._lines.append(f'<circle {at} fill="white"/>')
        self._text(x + 0.7, y + 0.2, text)

    def arrow(self, x, y, heads):
        """A wire from (x, y) to the right; heads: ">" the signal goes out, "<" comes in, "<>"."""
        self._line((x, y), (x + 2, y))
        if ">" in heads:
            self._triangle((x + 2, y), (x + 1.4, y - 0.25), (x + 1.4, y + 0.25))
        if "<" in heads:
            self._triangle((x, y), (x + 0.6, y - 0.25), (x + 0.6, y + 0.25))

    def frame(self, x, y, size, text):
        """A box with its name in the lower left corner."""
        self._box(x, y, *size)
        self._text(x + 0.5, y + size[1] - 0.7, text, size_px=14)

    def leg(self, x, y, text):
        """A text that ends at (x, y): what is printed beside a pin."""
        self._text(x - 0.2, y + 0.2, text, anchor="end")

    def label(self, x, y, text):
        """A text that stands out."""
        self._text(x, y, text, size_px=13)

    def group(self, x, y, height, text):
        """A bracket on the right of some rows, and what they are."""
        self._line((x - 0.3, y), (x, y), (x, y + height), (x - 0.3, y + height))
        self._text(x + 0.4, y + height / 2 + 0.2, text)

    def supply(self, x, y, text):
        """A supply above (x, y)."""
        self._line((x, y), (x, y - 0.6))
        self._line((x - 0.5, y - 0.6), (x + 0.5, y - 0.6))
        self._text(x, y - 0.9, text, anchor="middle")

    def ground(self, x, y):
        """Ground below (x, y)."""
        self._line((x, y), (x, y + 0.5))
        for row, half in enumerate((0.6, 0.4, 0.2)):
            at = y + 0.5 + 0.2 * row
            self._line((x - half, at), (x + half, at))

    def resistor(self, x, y, name, value):
        """A resistor downwards."""
        self._line((x, y), (x, y + 0.4))
        self._box(x - 0.25, y + 0.4, 0.5, 1.2)
        self._line((x, y + 1.6), (x, y + 2))
        self._name(x + 0.5, y + 0.8, name, value)

    def resistor_h(self, x, y, name, value):
        """A resistor to the right."""
        self._line((x, y), (x + 0.4, y))
        self._box(x + 0.4, y - 0.25, 1.2, 0.5)
        self._line((x + 1.6, y), (x + 2, y))
        self._name(x + 0.3, y - 1.2, name, value)

    def capacitor(self, x, y, name, value):
        """A capacitor downwards."""
        self._line((x, y), (x, y + 0.85))
        self._line((x - 0.5, y + 0.85), (x + 0.5, y + 0.85))
        self._line((x - 0.5, y + 1.15), (x + 0.5, y + 1.15))
        self._line((x, y + 1.15), (x, y + 2))
        self._name(x + 0.7, y + 0.8, name, value)

    def capacitor_h(self, x, y, name, value):
        """A capacitor to the right."""
        self._line((x, y), (x + 0.85, y))
        self._line((x + 0.85, y - 0.5), (x + 0.85, y + 0.5))
        self._line((x + 1.15, y - 0.5), (x + 1.15, y + 0.5))
        self._line((x + 1.15, y), (x + 2, y))
        self._name(x + 0.3, y - 1.4, name, value)

    def diode_up(self, x, y, name, value):
        """A diode whose cathode is at the top."""
        self._line((x, y), (x, y + 2))
        self._triangle((x, y + 0.7), (x - 0.4, y + 1.4), (x + 0.4, y + 1.4))
        self._line((x - 0.4, y + 0.7), (x + 0.4, y + 0.7))
        self._name(x + 0.6, y + 0.9, name, value)

    def zener_down(self, x, y, name, value):
        """A Zener diode whose cathode is at the bottom."""
        self._line((x, y), (x, y + 2))
        self._triangle((x, y + 1.4), (x - 0.4, y + 0.7), (x + 0.4, y + 0.7))
        self._line((x - 0.6, y + 1.6), (x - 0.4, y + 1.4), (x + 0.4, y + 1.4), (x + 0.6, y + 1.2))
        self._name(x + 0.8, y + 0.9, name, value)

    def tvs(self, x, y, name, value):
        """A suppressor for both directions, downwards."""
        self._line((x, y), (x, y + 2))
        self._triangle((x, y + 1), (x - 0.4, y + 0.4), (x + 0.4, y + 0.4))
        self._triangle((x, y + 1), (x - 0.4, y + 1.6), (x + 0.4, y + 1.6))
        self._line((x - 0.6, y + 1.2), (x - 0.4, y + 1), (x + 0.4, y + 1), (x + 0.6, y + 0.8))
        self._name(x + 0.8, y + 0.8, name, value)

    def diode_h(self, x, y, name, value):
        """A diode whose cathode is on the right."""
        self._line((x, y), (x + 2, y))
        self._triangle((x + 1.4, y), (x + 0.7, y - 0.4), (x + 0.7, y + 0.4))
        self._line((x + 1.4, y - 0.4), (x + 1.4, y + 0.4))
        self._name(x + 0.3, y - 1.4, name, value)

    def _triangle(self, *points):
        steps = " L ".join(f"{x * _UNIT:g} {y * _UNIT:g}" for x, y in points)
        self._path(f"M {steps} Z", fill="black")

    def nmos(self, x, y, name, value):
        """A MOSFET: gate at (x, y), drain at (x + 2, y - 1), source at (x + 2, y + 1)."""
        self._line((x, y), (x + 1.2, y))
        self._line((x + 1.2, y - 0.7), (x + 1.2, y + 0.7))
        self._line((x + 1.45, y - 0.9), (x + 1.45, y + 0.9))
        self._line((x + 2, y - 1), (x + 2, y - 0.6), (x + 1.45, y - 0.6))
        self._line((x + 2, y + 1), (x + 2, y + 0.6), (x + 1.45, y + 0.6))
        self._line((x + 1.45, y), (x + 2, y), (x + 2, y + 0.6))
        self._triangle((x + 1.5, y), (x + 1.85, y - 0.2), (x + 1.85, y + 0.2))
        self._name(x + 2.4, y - 0.1, name, value)

    def contact(self, x, y, name, value):
        """A contact downwards, drawn open: it is closed while all is well."""
        self._line((x, y), (x, y + 0.5))
        self._line((x - 0.6, y + 0.6), (x, y + 1.5))
        self._line((x, y + 1.5), (x, y + 2))
        self._name(x + 0.6, y + 0.8, name, value)

    def coil(self, x, y, name, value):
        """A coil downwards."""
        self._line((x, y), (x, y + 0.5))
        self._box(x - 0.7, y + 0.5, 1.4, 1)
        self._line((x - 0.7, y + 1.5), (x + 0.7, y + 0.5))
        self._line((x, y + 1.5), (x, y + 2))
        self._parts.append((name, value))
        self._text(x - 1, y + 1.2, name, anchor="end")

    def chip(self, x, y, size, name, value, pins):
        """A box with pins: (side "l", "r", "t" or "b", distance from the corner, text)."""
        width, height = size
        self._box(x, y, width, height)
        self._parts.append((name, value))
        self._text(x + width / 2, y + height / 2, name, anchor="middle")
        self._text(x + width / 2, y + height / 2 + 0.8, value.split(",")[0], anchor="middle")
        for side, at, text in pins:
            if side == "l":
                self._text(x + 0.2, y + at + 0.2, text)
            elif side == "r":
                self._text(x + width - 0.2, y + at + 0.2, text, anchor="end")
            elif side == "t":
                self._text(x + at, y + 0.8, text, anchor="middle")
            else:
                self._text(x + at, y + height - 0.3, text, anchor="middle")
