"""signoff_text(): the sheet that a maker signs: what is frozen, and where to check it."""

from chargecore_tools.cert.page import page

_HOW = {
    "files": "compiled files, one copy of two (chargecore deploy)",
    "romfs": "one ROMFS image (chargecore build --mode romfs)",
}


def signoff_text(facts):
    """Return the page for the facts of freeze.json."""
    return page("signoff", facts=facts, how=_HOW[facts["mode"]])
