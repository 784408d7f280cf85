"""global_names: functions, classes and tables of the linked module get names that cost nothing.

The linked module has hundreds of names at its top, and each is kept in the VM's pool of names
(see attribute_names). Nobody outside the image can ask for them, so they become names that the VM
has in ROM, and then those that attributes of the same image have. Never renamed: a class with a
base, which an error message names, and whatever is bound more than once or read inside a class's
own scope. Never taken: a name that the file, or one that imports from it, binds or reads.

Called by: firmware_image, after attribute_names. The sources stay as they are.
"""

import ast
import keyword

from chargecore_tools.image.link_modules import LINKED, definitions
from chargecore_tools.image.module_names import dotted, is_const, names_of
from chargecore_tools.image.rom_names import spare_names
from chargecore_tools.image.source_edits import apply_edits, put_text

_MODULE = dotted(LINKED)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def rename_globals(texts, readers=(), spare=None):
    """Return ({name: rewritten text}, {old: new}) of an image with a linked module.

    readers: texts of files that are not rewritten; what they import from the module stays.
    spare: names to take, the best first; without them those that the VM has.
    """
    module = names_of(texts[LINKED])
    others = {name: names_of(text) for name, text in texts.items() if name != LINKED}
    new = _new_names(module, others, readers, spare_names() if spare is None else spare)
    made = dict(texts)
    made[LINKED] = apply_edits(texts[LINKED], _own_edits(module, new))
    passed_on = _passed_on([*others.values(), *map(names_of, readers)])
    for name, other in others.items():
        edits = []
        for line in _imports(other):
            edits += _import_edits(other, line, new, passed_on)
        made[name] = apply_edits(texts[name], edits)
    return made, new


def _passed_on(modules):
    """Return the names that some file may ask another one for."""
    found = set()
    for module in modules:
        for line in module.import_lines:
            if getattr(line, "module", None) != _MODULE:
                found.update(alias.name for alias in line.names)
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Attribute):
                found.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def _new_names(module, others, readers, spare):
    """Return {old: new}."""
    used = {n.attr for n in ast.walk(module.tree) if isinstance(n, ast.Attribute)}
    stuck = _read_in_classes(module.tree)
    for text in readers:
        stuck |= {a.name for line in _imports(names_of(text)) for a in line.names}
    olds = []
    for line in module.tree.body:
        if not _is_fixed(line):
            olds += [name for name, _ in definitions(module, line) if module.bound[name] == 1]
    olds = [old for old in olds if old not in stuck and old[:2] != "__"]
    taken = set(module.bound) | set(module.loads)
    free = [n for n in spare if n not in taken and not keyword.iskeyword(n)]
    free += [n for n in sorted(used) if n not in taken and n not in free and n[:2] != "__"]
    kept_anyway = used - set(spare)
    olds = [old for old in olds if old not in kept_anyway]  # its name is there, too
    return dict(zip(olds, free))


def _is_fixed(line):
    """Return True for an exception, and for a private constant: it has no entry at all."""
    if isinstance(line, ast.ClassDef):
        return bool(line.bases)
    return is_const(line) and line.targets[0].id[0] == "_"


def _read_in_classes(tree):
    """Return the names read where a class's own names come first: bases, defaults, decorators."""
    found = set()
    for cls in ast.walk(tree):
        if isinstance(cls, ast.ClassDef):
            for node in _scope_of(cls):
                found.update(n.id for n in ast.walk(node) if isinstance(n, ast.Name))
    return found


def _scope_of(cls):
    """Return what is evaluated in a class's own scope."""
    nodes = []
    for line in cls.body:
        if isinstance(line, _FUNCTIONS):
            nodes += [*line.decorator_list, *line.args.defaults]
            nodes += [node for node in line.args.kw_defaults if node is not None]
        else:
            nodes.append(line)
    return nodes


def _imports(module):
    lines = module.import_lines
    return [line for line in lines if isinstance(line, ast.ImportFrom) and line.module == _MODULE]


def _own_edits(module, new):
    edits = []
    for line in module.tree.body:
        for name, spot in definitions(module, line):
            if name in new:
                edits.append((*spot, new[name]))
                edits += [put_text(node, new[name]) for node in module.loads.get(name, ())]
    return edits


def _import_edits(module, line, new, passed_on):
    """Return the edits of an import from the linked module, and of what reads its names."""
    edits = []
    for alias in line.names:
        if alias.name not in new:
            continue
        name, bound = new[alias.name], alias.asname or alias.name
        is_free = name not in module.bound and name not in module.loads
        if is_free and module.bound[bound] == 1 and bound not in passed_on:
            edits += [put_text(node, name) for node in module.loads.get(bound, ())]
            edits.append(put_text(alias, name))
        else:
            edits.append(put_text(alias, f"{name} as {bound}"))
    return edits
