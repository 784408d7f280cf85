"""global_names: functions, classes and tables of modules get names that cost nothing.

The linked module has hundreds of names at its top, and each is kept in the VM's pool of names
(see attribute_names). Nobody outside the image can ask for them, so they become names that the VM
has in ROM, and then those that attributes of the same image have; in other modules what is read
off no module. Never renamed: a class with a base, which an error message names, and whatever is
bound more than once or read inside a class's own scope. Never taken: a name that the file, or one
that imports from it, binds or reads.

Called by: firmware_image, after attribute_names. The sources stay as they are.
"""

import ast
import keyword

from chargecore_tools.image.link_modules import LINKED, definitions
from chargecore_tools.image.module_names import dotted, is_const, names_of
from chargecore_tools.image.rom_names import spare_names
from chargecore_tools.image.source_edits import apply_edits, put_text
from chargecore_tools.image.syntax_walk import walk

_MODULE = dotted(LINKED)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def rename_globals(texts, readers=(), spare=None):
    """Return {name: rewritten text} of an image with a linked module.

    readers: texts of files that are not rewritten; what they import stays.
    spare: names to take, the best first; without them those that the VM has.
    """
    spare = [n for n in (spare_names() if spare is None else spare) if not keyword.iskeyword(n)]
    modules = {dotted(name): names_of(text) for name, text in texts.items()}
    outside = [names_of(text) for text in readers]
    asked_for = _asked_for([*modules.values(), *outside])
    stuck = {alias.name for other in outside for alias in _aliases(other, _MODULE)}
    new = {_MODULE: _names_for_linked(modules[_MODULE], stuck, spare)}
    stuck = {alias.name for other in outside for alias in _aliases(other)} | asked_for
    for name, module in modules.items():
        if name != _MODULE:
            new[name] = _names_for(module, stuck, spare)
    made = {}
    for name, text in texts.items():
        module, own = modules[dotted(name)], new[dotted(name)]
        fixed = stuck | _read_in_classes(module.tree)
        fixed |= {a.name for m in modules.values() for a in _aliases(m, dotted(name))}
        taken = {*module.bound, *module.loads, *own.values()}
        edits = _own_edits(module, own)
        for line in module.import_lines:
            edits += _import_edits(module, line, new, fixed, taken)
        made[name] = apply_edits(text, edits)
    return made


def _aliases(module, source=None):
    """Return what a file imports from a module, or from any."""
    lines = [line for line in module.import_lines if source in (None, getattr(line, "module", ""))]
    return [alias for line in lines for alias in line.names]


def _asked_for(modules):
    """Return the names that a file may read off a module."""
    found = set()
    for module in modules:
        for node in walk(module.tree):
            if isinstance(node, ast.Attribute):
                found.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def _names_for_linked(module, stuck, spare):
    """Return {old: new}; where nothing is spare, the names that attributes have anyway."""
    used = {n.attr for n in walk(module.tree) if isinstance(n, ast.Attribute)}
    more = [name for name in sorted(used) if name not in spare and name[:2] != "__"]
    return _names_for(module, stuck | used.difference(spare), [*spare, *more])


def _names_for(module, stuck, spare):
    """Return {old: new} of what one module binds at its top, once, and anybody may rename."""
    stuck = stuck | _read_in_classes(module.tree)
    olds = []
    for line in module.tree.body:
        if not _is_fixed(line):
            olds += [name for name, _ in definitions(module, line) if module.bound[name] == 1]
    olds = [old for old in olds if old not in stuck and old[:2] != "__"]
    free = (n for n in spare if n not in module.bound and n not in module.loads)
    return dict(zip(olds, free))


def _is_fixed(line):
    """Return True for an exception, and for a private constant: it has no entry at all."""
    if isinstance(line, ast.ClassDef):
        return bool(line.bases)
    return is_const(line) and line.targets[0].id[0] == "_"


def _read_in_classes(tree):
    """Return the names read where a class's own names come first: bases, defaults, decorators."""
    found = set()
    for cls in walk(tree):
        if isinstance(cls, ast.ClassDef):
            for node in _scope_of(cls):
                found.update(n.id for n in walk(node) if isinstance(n, ast.Name))
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


def _own_edits(module, new):
    edits = []
    for line in module.tree.body:
        for name, spot in definitions(module, line):
            if name in new:
                edits.append((*spot, new[name]))
                edits += [put_text(node, new[name]) for node in module.loads.get(name, ())]
    return edits


def _import_edits(module, line, new, fixed, taken):
    """Return the edits of an import from a module of the image, and of what reads its names.

    fixed: names that stay as they are bound here. taken: names bound or read here; gets the new.
    """
    edits = []
    names = new.get(line.module, {}) if isinstance(line, ast.ImportFrom) else {}
    for alias in line.names:
        if alias.name not in names:
            continue
        name, bound = names[alias.name], alias.asname or alias.name
        if name not in taken and module.bound[bound] == 1 and bound not in fixed:
            taken.add(name)
            edits += [put_text(node, name) for node in module.loads.get(bound, ())]
            edits.append(put_text(alias, name))
        else:
            edits.append(put_text(alias, f"{name} as {bound}"))
    return edits
