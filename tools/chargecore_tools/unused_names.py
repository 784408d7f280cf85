"""unused_names: functions, methods and tables that nothing in an image names are left out of it.

Some are for tests, for generated pages or for a part that this image does not hold. A name counts
as used when it is read, given by name, imported or written as a string anywhere in the image but
where it is defined. Classes that inherit, decorated functions but properties, and names with two
underscores stay; so does a table that is made by a call.

Called by: firmware_image, after link_modules. The sources stay as they are.
"""

import ast
from collections import Counter

from chargecore_tools.source_edits import apply_edits, put_text


def drop_unused(texts):
    """Return {name: rewritten text} of {"chargecore/base/ring": text}."""
    while True:
        trees = {name: ast.parse(text) for name, text in texts.items()}
        used = Counter()
        for tree in trees.values():
            used.update(_used_names(tree))
        edits = {name: _edits_of(tree, used) for name, tree in trees.items()}
        if not any(edits.values()):
            return texts
        texts = {name: apply_edits(text, edits[name]) for name, text in texts.items()}


def _used_names(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, (ast.keyword, ast.arg)):
            yield node.arg
        elif isinstance(node, ast.alias):
            yield node.name
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            yield from node.names
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _edits_of(tree, used):
    edits = []
    for line in tree.body:
        if isinstance(line, ast.ClassDef) and not line.bases:
            edits += [_left_out(node) for node in line.body if _is_unused(node, used)]
        elif _is_unused(line, used) or _is_unused_table(line, used):
            edits.append(_left_out(line))
    return edits


def _is_unused(node, used):
    if not isinstance(node, ast.FunctionDef) or node.name[:2] == "__" or used[node.name]:
        return False
    return all(isinstance(d, ast.Name) and d.id == "property" for d in node.decorator_list)


def _is_unused_table(line, used):
    if not isinstance(line, ast.Assign) or len(line.targets) != 1:
        return False
    target = line.targets[0]
    is_free = isinstance(target, ast.Name) and not used[target.id] and target.id[:2] != "__"
    return is_free and not any(isinstance(node, ast.Call) for node in ast.walk(line.value))


def _left_out(node):
    first = node
    if isinstance(node, ast.FunctionDef) and node.decorator_list:
        first = node.decorator_list[0]
    lines = node.end_lineno - first.lineno
    at = first.col_offset - (first is not node)  # the @ before a decorator
    edit = put_text(node, "pass")
    return (first.lineno, at, *edit[2:4], "pass" + "\n" * lines)
