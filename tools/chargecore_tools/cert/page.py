"""page(): one of the kit's HTML pages."""

from pathlib import Path

from chargecore_tools.html_page import html_page

_TEMPLATES = Path(__file__).with_name("templates")


def page(name, **facts):
    """Return templates/NAME.html.j2 with the facts in it; every text of them is escaped."""
    return html_page(_TEMPLATES, name, **facts)
