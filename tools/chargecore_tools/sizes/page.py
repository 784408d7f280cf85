"""The sections of docs/figures.md that others write and `make figures` keeps.

boards: this file, for `make size`; vm32: figures_32, for `make figures-32`.
"""

from datetime import date

BOARDS = ("<!-- boards: written by make size -->", "<!-- end of boards -->")
VM32 = ("<!-- vm32: written by make figures-32 -->", "<!-- end of vm32 -->")
_HEAD = """## Boards

Written by `make size` on {date}; **no board has been measured**. Flash is compiled for each
chip. Heap is that of the 64-bit VM after boot: {linked_core} KiB with the Core profile and
{linked_all} KiB with everything from a linked image (`chargecore build`, ROMFS), {files_core} and
{files_all} KiB from `.mpy` files. What a chip needs is estimated from it: the share that a
32-bit VM takes (`make figures-32`), all of the bytecode that lies in the heap. Left is what the
collector's heap still has for a session, and on an RP2 for TLS, which takes {tls} KiB there in one
piece; on an ESP32 TLS lies outside, in about 40 KiB of ESP-IDF's own. KiB everywhere; flash of
files is for two copies in blocks of 4 KiB and 128 KiB of what the station keeps. For frozen code
the figure of ROMFS stands: it takes no more, how much less has not been measured. "Fits" says what
leaves room for TLS.

| board | mode | flash | heap | Core needs | left | all need | left | fits |
|---|---|---|---|---|---|---|---|---|
"""


def section_of(rows, heap):
    """Return the section. rows: of modes.rows_of(); heap: modes.Heap."""
    kib = {
        "linked_core": heap.linked["core"] // 1024,
        "linked_all": heap.linked["all"] // 1024,
        "files_core": heap.files["core"] // 1024,
        "files_all": heap.files["all"] // 1024,
    }
    lines = [_HEAD.format(date=date.today().isoformat(), tls=28, **kib).rstrip("\n")]
    for row in rows:
        fits = "all" if row["fits_all"] else "Core" if row["fits_core"] else "no"
        cells = [row[name] for name in ("flash", "heap", "core", "left_core", "all", "left_all")]
        lines.append(
            f"| {row['board']} | {row['mode']} | {' | '.join(map(str, cells))} | {fits} |"
        )
    return "\n".join([BOARDS[0], *lines, BOARDS[1]])


def with_section(page, section, marks=BOARDS):
    """Return the page with the section in place of the one it had, else at its end."""
    if not section:
        return page
    found = section_in(page, marks)
    if found:
        return page.replace(found, section)
    return page.rstrip("\n") + "\n\n" + section + "\n"


def section_in(page, marks=BOARDS):
    """Return the section between two marks, "" when the page has none."""
    begin, end = marks
    if begin not in page or end not in page:
        return ""
    return page[page.index(begin) : page.index(end) + len(end)]
