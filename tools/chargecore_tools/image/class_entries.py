"""class_entries: what the compiler puts into every class, taken out again.

py/compile.c begins a class with two entries nobody here reads, `__module__` and `__qualname__`: 16
bytes each in the table of the class (8 on a board). A `del` behind the docstring frees both places
before the first method is put there. A class without a docstring is left alone: there is no line
to do it on.

Called by: firmware_image, as the last step. The sources stay as they are.
"""

import ast

from chargecore_tools.image.source_edits import apply_edits
from chargecore_tools.image.syntax_walk import walk

_ENTRIES = ("__module__", "__qualname__")


def drop_entries(texts, readers=()):
    """Return {name: rewritten text} of {"chargecore/base/ring": text}.

    readers: texts of files that are not rewritten. Nothing is done when some text reads an entry.
    """
    if any(entry in text for text in [*texts.values(), *readers] for entry in _ENTRIES):
        return dict(texts)
    made = {}
    for name, text in texts.items():
        classes = (node for node in walk(ast.parse(text)) if isinstance(node, ast.ClassDef))
        made[name] = apply_edits(text, [_edit(cls) for cls in classes if _has_docstring(cls)])
    return made


def _has_docstring(cls):
    return ast.get_docstring(cls, clean=False) is not None


def _edit(cls):
    line, column = cls.body[0].end_lineno, cls.body[0].end_col_offset
    return line, column, line, column, "; del " + ", ".join(_ENTRIES)
