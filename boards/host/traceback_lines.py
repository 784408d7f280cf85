"""traceback_lines: names the file and line of the source in a traceback from a linked image.

Called by: boot_image, when the firmware failed. The spots lie in the .json beside the image:
[first line in the linked file, its module], as link_modules made them.
"""

_HEAD = 'File "chargecore/linked.py", line '


def with_files(text, spots):
    """Return a traceback with every line of the linked file as the line of the module it was."""
    parts = text.split(_HEAD)
    for i in range(1, len(parts)):
        digits = 0
        while parts[i][digits : digits + 1].isdigit():
            digits += 1
        if digits:
            place = _place(int(parts[i][:digits]), spots)
            parts[i] = 'File "{}.py", line {}'.format(*place) + parts[i][digits:]
        else:
            parts[i] = _HEAD + parts[i]
    return "".join(parts)


def _place(line, spots):
    """Return (module, its line) for a line of the linked file."""
    found = (1, "chargecore/linked")
    for spot in spots:
        if spot[0] > line:
            break
        found = spot
    return found[1], line - found[0] + 1
