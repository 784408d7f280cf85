"""html_page(): one of the tools' HTML pages: self-contained, for the screen and for paper."""

import functools

import jinja2


def html_page(folder, name, **facts):
    """Return NAME.html.j2 of a folder with the facts in it; every text of them is escaped."""
    return _environment(folder).get_template(f"{name}.html.j2").render(**facts)


@functools.lru_cache
def _environment(folder):
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
