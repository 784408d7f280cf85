"""parameter_names: parameters that nobody gives by name share their names in an image.

A parameter's name is kept on the heap for calls like f(limit_ma=1) only (see private_names for
what a name costs). Where no call in the image does that, the first such parameter of every
function gets the same name, and the second: names that the VM has in ROM and no text binds or
reads (rom_names), then `_a0`, `_a1`. Functions with functions inside, and names read inside an
f-string, are left alone.

Called by: firmware_image, after global_names. The sources stay as they are.
"""

import ast
import keyword

from chargecore_tools.image.module_names import names_of
from chargecore_tools.image.source_edits import apply_edits, put_text
from chargecore_tools.image.syntax_walk import walk

_MOST = 64  # no function has so many
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def share_parameters(texts, readers=(), spare=()):
    """Return {name: rewritten text} of {"chargecore/base/ring": text}.

    readers: texts of files that are not rewritten; parameters they give by name are kept.
    spare: names to take, the best first.
    """
    trees = {name: ast.parse(text) for name, text in texts.items()}
    kept = {"self"}
    for tree in [*trees.values(), *(names_of(text).tree for text in readers)]:
        kept.update(_kept_names(tree))
    if None in kept:  # a call with **values: their keys may come from any text
        kept.update(*map(_strings_in, trees.values()))
    taken = kept.union(*map(_names_in, trees.values()))
    free = [name for name in spare if name not in taken and not keyword.iskeyword(name)]
    free += [f"_a{number}" for number in range(_MOST) if f"_a{number}" not in taken]
    made = {}
    for name, text in texts.items():
        edits = []
        for function in _flat_functions(trees[name]):
            edits += _edits_of(function, kept, free)
        made[name] = apply_edits(text, edits)
    return made


def _kept_names(tree):
    """Return what some call gives by name."""
    found = set()
    for node in walk(tree):
        if isinstance(node, ast.keyword):
            found.add(node.arg)  # None for **values
        elif isinstance(node, ast.JoinedStr):  # positions inside are not those of the file
            found.update(part.id for part in walk(node) if isinstance(part, ast.Name))
    return found


def _strings_in(tree):
    constants = (node for node in walk(tree) if isinstance(node, ast.Constant))
    return {node.value for node in constants if isinstance(node.value, str)}


def _names_in(tree):
    """Return every name that is bound or read in a text, attributes left out."""
    found = set()
    for node in walk(tree):
        found.update(getattr(node, field, None) or "" for field in ("id", "arg", "name", "asname"))
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
    return any(node is not function and isinstance(node, _SCOPES) for node in walk(function))


def _edits_of(function, kept, free):
    """Return the edits that give the parameters of one function the shared names."""
    names = [arg.arg for arg in function.args.args if arg.arg not in kept]
    new = dict(zip(names, free))
    edits = []
    for arg in function.args.args:
        if arg.arg in new:
            end = arg.col_offset + len(arg.arg)
            edits.append((arg.lineno, arg.col_offset, arg.lineno, end, new[arg.arg]))
    for line in function.body:  # a default or a decorator reads names from outside
        for node in walk(line):
            if isinstance(node, ast.Name) and node.id in new:
                edits.append(put_text(node, new[node.id]))
    return edits
