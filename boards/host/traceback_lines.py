"""traceback_lines: names file, line and function of the source in a traceback from an image.

Called by: boot_image, when the firmware failed. The spots lie in the .json beside the image:
[first line in the linked file, its module], as link_modules made them. The .functions beside it
have a row "module line name" for every place where a function begins or goes on, by line.
"""

_HEAD = 'File "chargecore/linked.py", line '


_IN = ", in "


def with_functions(text, rows):
    """Return a traceback with the names that the functions have in the sources, by their lines.

    rows: any iterable of "chargecore/linked 12 poll"; comes before with_files, on the same text.
    """
    lines = text.split("\n")
    frames = [frame for frame in map(_frame, range(len(lines)), lines) if frame]
    for row in rows:
        words = row.split()
        for frame in frames:
            if frame[1] == words[0] and frame[2] >= int(words[1]):
                frame[3] = words[2]
    for idx, _, _, name in frames:
        if name:
            lines[idx] = lines[idx][: lines[idx].rfind(_IN)] + _IN + name
    return "\n".join(lines)


def _frame(idx, line):
    """Return [idx, module, line, ""] of a line about a function, else None."""
    words = line.split('"')
    if len(words) != 3 or _IN + "<" in line or _IN not in line:
        return None
    digits = words[2].split(_IN)[0].replace(", line ", "")
    return [idx, words[1][:-3], int(digits), ""] if digits.isdigit() else None


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
