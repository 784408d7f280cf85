"""constant_tables: tables and texts at the top of the linked module become private constants.

A name at the top of a module is an entry of 16 bytes in its table (8 on a board). mpy-cross puts a
`_NAME = const(...)` where it is used and keeps no entry, also when it is a text or a tuple of
numbers and texts (py/parse.c), and then reads it without a look-up. Only what is written out whole
is taken, only in the linked module, and only what no other file imports from it.

Called by: firmware_image, before global_names. The sources stay as they are.
"""

import ast

from chargecore_tools.image.link_modules import LINKED
from chargecore_tools.image.module_names import dotted, is_const, names_of
from chargecore_tools.image.source_edits import apply_edits, put_text

_SMALL_INT_LIMIT = 1 << 30  # from here on a number is an object on a board


def make_private(texts, readers=(), linked=(LINKED,)):
    """Return {name: rewritten text} of an image with linked modules.

    readers: texts of files that are not rewritten; what they import from a module stays.
    linked: the files that were made of several modules.
    """
    for name in linked:
        texts = {**texts, name: _made_private(name, texts, readers)}
    return texts


def _made_private(linked, texts, readers):
    module = names_of(texts[linked])
    imported = set()
    for text in [*(text for name, text in texts.items() if name != linked), *readers]:
        for line in names_of(text).import_lines:
            if isinstance(line, ast.ImportFrom) and line.module == dotted(linked):
                imported.update(alias.name for alias in line.names)
    edits = []
    for line in module.tree.body:
        if _is_table(line) and line.targets[0].id not in imported:
            edits += _edits_of(module, line)
    return apply_edits(texts[linked], edits)


def _is_table(line):
    """Return True for `NAME = ` and a value that the compiler knows, small numbers left out."""
    if not isinstance(line, ast.Assign) or not isinstance(line.targets[0], ast.Name):
        return False
    value = line.value.args[0] if is_const(line) else line.value
    is_number = isinstance(value, ast.Constant) and not isinstance(value.value, (bytes, str))
    return len(line.targets) == 1 and not is_number and _is_literal(value)


def _is_literal(node):
    if isinstance(node, ast.Tuple):
        return bool(node.elts) and all(map(_is_literal, node.elts))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return _is_literal(node.operand)
    if not isinstance(node, ast.Constant):
        return False
    is_small = isinstance(node.value, int) and abs(node.value) < _SMALL_INT_LIMIT
    return node.value is None or is_small or isinstance(node.value, (bytes, str))


def _edits_of(module, line):
    """Return the edits that make one name private, none when that name is taken."""
    name = line.targets[0].id
    private = name if name[0] == "_" else "_" + name
    is_taken = private != name and (private in module.bound or private in module.loads)
    is_early = any(node.lineno < line.lineno for node in module.loads.get(name, ()))
    if is_taken or is_early or module.bound[name] != 1:  # mpy-cross knows it only from there on
        return []
    edits = [] if is_const(line) else _put_const(line.value)
    if private != name:
        edits += [put_text(node, private) for node in module.loads.get(name, ())]
        edits.append(put_text(line.targets[0], private))
    return edits


def _put_const(value):
    """Return the edits that put `const(` and `)` around a value."""
    start = value.lineno, value.col_offset, value.lineno, value.col_offset, "const("
    row, column = value.end_lineno, value.end_col_offset
    return [start, (row, column, row, column, ")")]
