"""page(): one of the kit's HTML pages: self-contained, for the screen and for paper."""

import functools
from pathlib import Path

import jinja2

_TEMPLATES = Path(__file__).with_name("templates")


def page(name, **facts):
    """Return templates/NAME.html.j2 with the facts in it; every text of them is escaped."""
    return _environment().get_template(f"{name}.html.j2").render(**facts)


@functools.lru_cache
def _environment():
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
