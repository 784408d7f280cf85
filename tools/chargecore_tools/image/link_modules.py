"""link_modules: the modules that are always there, put into one file of an image.

A module costs about 250 bytes of heap on the 64-bit VM before it holds anything, every import of a
name 20, and each keeps its own copy of every word it uses. So the image holds the modules that
main.py reaches by imports at the top of a file as one, in an order that needs nothing before it is
there; a name that two of them use gets its module's before it. Modules that are imported while the
station runs stay files of their own. The sources stay as they are.

Called by: firmware_image, after inline_constants. What a traceback says of the one file is put
right by boards/host/traceback_lines.py, with the `spots` made here.
"""

import ast
import re
from collections import defaultdict
from dataclasses import dataclass

from chargecore_tools.image.inline_constants import number_of
from chargecore_tools.image.module_names import dotted, is_const, names_of
from chargecore_tools.image.source_edits import apply_edits, put_imports, put_number, put_text
from chargecore_tools.image.syntax_walk import walk

LINKED = "chargecore/linked"
_PACKAGE = "chargecore."


class LinkError(Exception):
    """A module uses another in a way that cannot be followed."""


@dataclass
class Linked:
    """An image's files, and what became of the modules that are no files any more."""

    texts: dict  # {"chargecore/linked": text}
    spots: list  # [first line in the linked file, "chargecore/base/ring"], by line
    names: dict  # {("chargecore.base.ring", name): name in the linked file}


def link(texts, start="main", order=None, target=LINKED):
    """Return texts, {"chargecore/base/ring": text}, Linked. Errors: LinkError.

    order: the modules that become one, each behind those it needs; without it what start needs.
    target: the file that they become.
    """
    modules = {dotted(name): names_of(text) for name, text in texts.items()}
    program = _Program(modules, order or in_order(modules, start), dotted(target))
    made = {}
    for name, text in texts.items():
        made[name] = apply_edits(text, program.edits_of(dotted(name)))
    files = {dotted(name): name for name in texts}
    return _joined(made, [files[name] for name in program.order], program.names, target)


def _joined(made, order, names, target):
    first_line = 1
    spots = []
    parts = []
    for name in order:
        text = made.pop(name)
        text += "" if text.endswith("\n") else "\n"
        spots.append([first_line, name])
        first_line += text.count("\n")
        parts.append(text)
    made[target] = "".join(parts)
    return Linked(made, spots, names)


def in_order(modules, start, fixed=()):
    """Return the modules that start needs at once, each behind those it imports itself.

    fixed: modules that are left out, and what only they need.
    """
    order = []
    seen = set(fixed)

    def visit(name):
        if name in seen:
            return
        seen.add(name)
        for line in modules[name].tree.body:
            for target in targets_of(modules, line):
                visit(target)
        if name.startswith(_PACKAGE):
            order.append(name)

    visit(start)
    return order


def targets_of(modules, line):
    """Return the modules of the image that an import loads, packages left out."""
    if isinstance(line, ast.Import):
        return [alias.name for alias in line.names if alias.name in modules]
    if not isinstance(line, ast.ImportFrom):
        return []
    whole = [f"{line.module}.{alias.name}" for alias in line.names]
    found = [name for name in whole if name in modules]
    if line.module in modules and len(found) < len(whole):
        found.append(line.module)
    return found


class _Program:
    """All modules, and the name that everything at the top of a linked one has afterwards."""

    def __init__(self, modules, order, target):
        self._modules = modules
        self._target = target
        self.order = order
        self._linked = frozenset(order)
        self.names = {}  # (module, name) -> name in the linked file
        self._find_names()

    def _find_names(self):
        owners = defaultdict(set)
        for module_name in self.order:
            for name in _top_names(self._modules[module_name]):
                owners[name].add(module_name)
            for name, source in self._outside(module_name).items():
                owners[name].add(source)  # the same import in two modules is the same name
        read = self._names_of_builtins()
        for name, places in owners.items():
            is_shared = len(places) > 1 or name in read
            keeper = self._keeper(name, places) if name not in read else None
            for place in places:
                self.names[place, name] = name
                if is_shared and place != keeper:
                    self.names[place, name] = _prefixed(place, name)

    def _keeper(self, name, places):
        """Return who of several keeps the name as it is: the one that cannot give it up."""
        outside = [place for place in places if place not in self._linked]
        stuck = [p for p in places if p in self._linked and self._modules[p].bound[name] != 1]
        if len(outside + stuck) > 1:
            raise LinkError(f"{name} stands for several things: {', '.join(outside + stuck)}")
        return (outside + stuck or [None])[0]

    def _outside(self, module_name):
        """Return {bound name: what it is} of a module's imports from files that are not linked."""
        found = {}
        for line in self._modules[module_name].tree.body:
            if isinstance(line, ast.ImportFrom) and line.module not in self._linked:
                for alias in line.names:
                    if f"{line.module}.{alias.name}" not in self._linked:
                        found[alias.asname or alias.name] = f"{line.module}:{alias.name}"
            elif isinstance(line, ast.Import):
                for alias in line.names:
                    found[alias.asname or alias.name] = alias.name + ":"
        return found

    def _names_of_builtins(self):
        """Return the names that some linked module reads without binding them anywhere."""
        found = set()
        for module_name in self.order:
            module = self._modules[module_name]
            found.update(name for name in module.loads if not module.bound[name])
        return found

    def _final(self, module_name, name):
        """Return the linked name behind (module, name), through re-exports. Errors: LinkError."""
        if (module_name, name) in self.names:
            return self.names[module_name, name]
        source = self._modules[module_name].imports.get(name)
        if source is None or source[0] not in self._linked or source[1] is None:
            raise LinkError(f"{module_name}.{name} is not known")
        return self._final(*source)

    def edits_of(self, module_name):
        """Return the edits of one module, linked or not."""
        edits = []
        module = self._modules[module_name]
        is_linked = module_name in self._linked
        if is_linked:
            edits += self._own_edits(module_name, module)
        for line in module.import_lines:
            edits += self._import_edits(module, line, is_linked and line in module.tree.body)
        return edits

    def _own_edits(self, module_name, module):
        edits = []
        for line in module.tree.body:
            if is_const(line) and self._put_constant(module, line, edits):
                continue
            for name, spot in definitions(module, line):
                new = self.names[module_name, name]
                if new != name:
                    edits += [(*spot, new)] + _renamed(module, name, new)
        return edits

    def _put_constant(self, module, line, edits):
        """Write a private number where it is used: the next module may have one of that name."""
        name = line.targets[0].id
        value = number_of(module, name)
        if value is None or name[0] != "_":
            return False
        edits += [put_number(node, value) for node in module.loads.get(name, ())]
        edits.append(put_text(line, "pass"))
        return True

    def _import_edits(self, module, line, is_dropped):
        """Return the edits for one import line and everything that reads what it binds."""
        if isinstance(line, ast.Import):
            return []
        kept = {}
        taken = {}  # name bound here -> name in the linked file
        edits = []
        for alias in line.names:
            bound = alias.asname or alias.name
            whole = f"{line.module}.{alias.name}"
            if whole in self._linked:
                edits += self._attributes(module, bound, whole, taken, is_dropped)
            elif line.module in self._linked:
                new = self._final(line.module, alias.name)
                if is_dropped:
                    taken[bound] = new
                    edits += _renamed(module, bound, new) if new != bound else []
                else:
                    edits += self._bound_as(module, bound, new, taken)
            else:
                kept[bound] = alias.name
        if len(kept) == len(line.names):
            return []
        parts = [(line.module, kept)] if kept else []
        if taken and not is_dropped:
            parts.append((self._target, taken))
        return edits + [put_imports(line, parts)]

    def _bound_as(self, module, bound, new, taken):
        """Note what an import binds: the linked name, so that it is the same one in every file."""
        if new == bound or module.bound[bound] != 1 or new in module.bound or new in module.loads:
            taken[bound] = new
            return []
        taken[new] = new
        return _renamed(module, bound, new)

    def _attributes(self, module, bound, target, taken, is_dropped):
        """Return the edits of `bound.name`, bound being the linked module target."""
        if bound not in module.imports:
            raise LinkError(f"{bound} is bound again where {target} is imported")
        edits = []
        for node in module.loads.get(bound, ()):
            owner = module.owners.get(id(node))
            if owner is None or owner.lineno != owner.end_lineno:
                raise LinkError(f"{target} is used as an object")
            new = self._final(target, owner.attr)
            local = new if is_dropped else f"{bound}_{owner.attr}"
            if local in module.bound:
                raise LinkError(f"{local} is taken where {target} is imported")
            taken[local] = new
            edits.append(put_text(owner, local))
        return edits


def _prefixed(module_name, name):
    return module_name.removeprefix(_PACKAGE).replace(".", "_") + "_" + name


def _top_names(module):
    """Return the names that a module's own statements bind at its top, numbers left out."""
    found = set()
    for line in module.tree.body:
        if is_const(line) and number_of(module, line.targets[0].id) is not None:
            if line.targets[0].id[0] == "_":
                continue
        found.update(name for name, _ in definitions(module, line))
    return found


def functions_of(texts):
    """Return ["chargecore/linked 12 poll"]: where each function begins, and where one goes on."""
    rows = []
    for name in sorted(texts):
        starts = {}
        _note_functions(ast.parse(texts[name]), "", starts)
        rows += [f"{name} {line} {starts[line]}" for line in sorted(starts) if starts[line]]
    return rows


def _note_functions(node, outer, starts):
    """Note {line: function} of what is inside a node: an inner one, and the outer behind it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            starts.setdefault(child.end_lineno + 1, outer)
            starts[child.lineno] = child.name
            _note_functions(child, child.name, starts)
        else:
            _note_functions(child, outer, starts)


def definitions(module, line):
    """Return [(name, place of the name)] that a statement at the top of a module binds."""
    if isinstance(line, (ast.FunctionDef, ast.ClassDef)):
        text = module.text.splitlines()[line.lineno - 1].encode("utf-8")
        at = re.compile(rb"(def|class)\s+").match(text, line.col_offset).end()
        return [(line.name, (line.lineno, at, line.lineno, at + len(line.name)))]
    if isinstance(line, (ast.Import, ast.ImportFrom, ast.Expr, ast.Pass)):
        return []
    found = []
    for node in walk(line):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            spot = (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)
            found.append((node.id, spot))
    return found


def _renamed(module, name, new):
    """Return the edits of every reader of a name. Errors: LinkError when a local may hide it."""
    if module.bound[name] != 1 or new in module.bound:
        raise LinkError(f"{name} cannot become {new}: a local name may hide it")
    return [put_text(node, new) for node in module.loads.get(name, ())]
