"""private_names: private attributes of different classes share their names in an image.

Every name is kept once, in a pool that MicroPython doubles when it is full: 11 bytes for each name
and up to as many for nothing (7 on a board). `self._resolver` of one class and `self._slots` of
another can both be `_p0`: nobody but the class itself may read them. A class that inherits or is
inherited from is left alone, and so is every name that is read off anything but `self`, defined
as a method or written in a string. Methods keep their names: a traceback shows them.

Called by: firmware_image, after link_modules. The sources stay as they are.
"""

import ast
from collections import defaultdict

from chargecore_tools.image.module_names import names_of
from chargecore_tools.image.source_edits import apply_edits
from chargecore_tools.image.syntax_walk import walk


def share(texts, readers=()):
    """Return {name: rewritten text} of {"chargecore/base/ring": text}.

    readers: texts of files that are not rewritten; the names they read are kept.
    """
    trees = {name: ast.parse(text) for name, text in texts.items()}
    kept = set()
    inherited = set()
    read = [names_of(text).tree for text in readers]
    for tree in [*trees.values(), *read]:
        _collect_kept(tree, kept, inherited)
    for tree in read:
        kept.update(_attributes(tree))
    made = {}
    for name, text in texts.items():
        edits = []
        for node in walk(trees[name]):
            if isinstance(node, ast.ClassDef) and not node.bases and node.name not in inherited:
                edits += _edits_of(node, kept)
        made[name] = apply_edits(text, edits)
    return made


def _collect_kept(tree, kept, inherited):
    """Add the names that have to stay, and the classes that others are made from."""
    for node in walk(tree):
        if isinstance(node, ast.ClassDef):
            inherited.update(_last_name(base) for base in node.bases)
            if node.bases:
                kept.update(_attributes(node))
        elif isinstance(node, (ast.FunctionDef, ast.Name)):
            kept.add(node.name if isinstance(node, ast.FunctionDef) else node.id)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            kept.add(node.value)
        elif isinstance(node, ast.JoinedStr):  # positions inside are not those of the file
            kept.update(_attributes(node))
        elif isinstance(node, ast.Attribute) and not _is_own(node):
            kept.add(node.attr)


def _last_name(base):
    return base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", None)


def _attributes(tree):
    return {node.attr for node in walk(tree) if isinstance(node, ast.Attribute)}


def _is_own(node):
    return isinstance(node.value, ast.Name) and node.value.id == "self"


def _is_private(node, kept):
    is_named_so = node.attr[0] == "_" and node.attr[1:2] != "_"
    return is_named_so and node.attr not in kept and _is_own(node)


def _edits_of(cls, kept):
    """Return the edits that give the private attributes of one class the shared names."""
    spots = defaultdict(list)
    for node in walk(cls):
        if isinstance(node, ast.Attribute) and _is_private(node, kept):
            spots[node.attr].append(node)
    edits = []
    numbers = (number for number in range(len(spots) + len(kept)) if f"_p{number}" not in kept)
    for name in sorted(spots):
        shared = f"_p{next(numbers)}"
        for node in spots[name]:
            start = node.end_col_offset - len(name)
            edits.append((node.end_lineno, start, node.end_lineno, node.end_col_offset, shared))
    return edits
