"""traceback_lines: names file, line and function of the source in a traceback from an image.

Called by: boot_image, when the firmware failed. The spots lie in the .json beside the image:
[first line in a file of the image, its module, its line there] by file. The .functions beside it
have a row "module line name" for every place where a function begins or goes on, by line.
"""

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
    name, number = _file_and_line(line)
    if name is None or _IN + "<" in line or _IN not in line:
        return None
    return [idx, name, number, ""]


def with_files(text, files):
    """Return a traceback with every line of the image as the line of the module it was.

    files: {"chargecore/linked": spots} of the files whose lines are not those of the sources.
    """
    lines = text.split("\n")
    for idx in range(len(lines)):
        name, number = _file_and_line(lines[idx])
        if name in files:
            was = 'File "{}.py", line {}'.format(name, number)
            place = 'File "{}.py", line {}'.format(*_place(number, files[name]))
            lines[idx] = lines[idx].replace(was, place)
    return "\n".join(lines)


def _file_and_line(line):
    """Return (module, number) of a line of a traceback, else (None, 0)."""
    words = line.split('"')
    if len(words) == 3 and words[1][-3:] == ".py":
        digits = words[2].split(_IN)[0].replace(", line ", "")
        if digits.isdigit():
            return words[1][:-3], int(digits)
    return None, 0


def _place(line, spots):
    """Return (module, its line) for a line of a file of the image."""
    found = spots[0]
    for spot in spots:
        if spot[0] > line:
            break
        found = spot
    return found[1], found[2] + line - found[0]
