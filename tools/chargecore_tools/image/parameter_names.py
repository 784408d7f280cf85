"""parameter_names: parameters that nobody gives by name share their names in an image.

A parameter's name is kept on the heap for calls like f(limit_ma=1) only (see private_names for
what a name costs). Where no call in the image does that, and nothing else is called so, the first
such parameter of every function can be `_a0`, the second `_a1`. Functions with functions inside,
and names read inside an f-string, are left alone.

Called by: firmware_image, after private_names. The sources stay as they are.
"""

import ast

from chargecore_tools.image.source_edits import apply_edits, put_text

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def share_parameters(texts, readers=()):
    """Return {name: rewritten text} of {"chargecore/base/ring": text}.

    readers: texts of files that are not rewritten; parameters they give by name are kept.
    """
    trees = {name: ast.parse(text) for name, text in texts.items()}
    kept = {"self"}
    for tree in [*trees.values(), *map(ast.parse, readers)]:
        kept.update(_kept_names(tree))
    made = {}
    for name, text in texts.items():
        edits = []
        for function in _flat_functions(trees[name]):
            edits += _edits_of(function, kept)
        made[name] = apply_edits(text, edits)
    return made


def _kept_names(tree):
    """Return what is given by name, and what is a name on the heap for another reason anyway."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword):
            found.add(node.arg)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
        elif isinstance(node, ast.JoinedStr):  # positions inside are not those of the file
            found.update(part.id for part in ast.walk(node) if isinstance(part, ast.Name))
        elif isinstance(node, ast.Name) and node.id[:2] == "_a":
            found.add(node.id)
    return found


def _flat_functions(tree):
    """Return the functions that have none inside and are inside of none."""
    found = []
    places = [tree.body, *(node.body for node in tree.body if isinstance(node, ast.ClassDef))]
    for body in places:
        for node in body:
            if isinstance(node, ast.FunctionDef) and not _has_scopes(node):
                found.append(node)
    return found


def _has_scopes(function):
    return any(node is not function and isinstance(node, _SCOPES) for node in ast.walk(function))


def _edits_of(function, kept):
    """Return the edits that give the parameters of one function the shared names."""
    names = [arg.arg for arg in function.args.args if arg.arg not in kept]
    free = (f"_a{number}" for number in range(len(names) + len(kept)) if f"_a{number}" not in kept)
    new = dict(zip(names, free))
    edits = []
    for arg in function.args.args:
        if arg.arg in new:
            end = arg.col_offset + len(arg.arg)
            edits.append((arg.lineno, arg.col_offset, arg.lineno, end, new[arg.arg]))
    for line in function.body:  # a default or a decorator reads names from outside
        for node in ast.walk(line):
            if isinstance(node, ast.Name) and node.id in new:
                edits.append(put_text(node, new[node.id]))
    return edits
