"""The section of docs/figures.md about boards: `make size` writes it, `make figures` keeps it."""

from datetime import date

_BEGIN = "<!-- boards: written by make size -->"
_END = "<!-- end of boards -->"
_HEAD = """## Boards

Written by `make size` on {date}; **no board has been measured**. Flash is compiled for each
chip. Heap is that of the 64-bit VM after boot: {linked_core} KiB with the Core profile and
{linked_all} KiB with everything from a linked image (`chargecore build`, ROMFS), {files_core} and
{files_all} KiB from `.mpy` files. What a chip needs is estimated from it: half of the objects,
all of the bytecode that lies in the heap. Left is what the collector's heap still has for a
session, and on an RP2 for TLS, which takes {tls} KiB there in one piece; on an ESP32 TLS lies
outside, in about 40 KiB of ESP-IDF's own. KiB everywhere; flash of files is for two copies in
blocks of 4 KiB and 128 KiB of what the station keeps. For frozen code the figure of ROMFS stands:
it takes no more, how much less has not been measured. "Fits" says what leaves room for TLS.

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
    return "\n".join([_BEGIN, *lines, _END])


def with_section(page, section):
    """Return the page with the section in place of the one it had, else at its end."""
    return _without(page).rstrip("\n") + "\n\n" + section + "\n" if section else page


def section_in(page):
    """Return the section that a page has, "" without one."""
    if _BEGIN not in page or _END not in page:
        return ""
    return page[page.index(_BEGIN) : page.index(_END) + len(_END)]


def _without(page):
    found = section_in(page)
    return page.replace(found, "") if found else page
