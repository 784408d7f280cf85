"""inline_constants: a module's imported numbers written into its source, before mpy-cross sees it.

MicroPython inlines `const()` within one file only. Every public constant and every import of one
is an entry in a table on the heap, and its name another. In an image all modules are known, so a
whole number that another module declares with const() can stand where it is used:

  from chargecore.base.codes import E_FULL, Parts     from chargecore.base.codes import Parts
  return E_FULL                                       return -3

A constant that nobody imports any more becomes a private one, which mpy-cross drops. Lines keep
their numbers. A name that is bound twice anywhere in a file, or read inside an f-string, is left
alone; a module that is handed on as an object keeps all its names. `const` itself and
`@micropython.viper` are read by the compiler, so their imports go too.

Called by: firmware_image. The files under firmware/ and boards/ stay as they are.
"""

import ast

from chargecore_tools.image.module_names import compiler_only, dotted, names_of
from chargecore_tools.image.source_edits import apply_edits, put_imports, put_number

_OPERATORS = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.FloorDiv: lambda a, b: a // b,
    ast.Mod: lambda a, b: a % b,
    ast.LShift: lambda a, b: a << b,
    ast.RShift: lambda a, b: a >> b,
    ast.BitOr: lambda a, b: a | b,
    ast.BitAnd: lambda a, b: a & b,
    ast.BitXor: lambda a, b: a ^ b,
    ast.Pow: lambda a, b: a**b,
}


def inline(sources, readers=(), is_compiled=True):
    """Return {name: rewritten text} of {"chargecore/base/ring": text}.

    readers: texts of files that are not rewritten; what they import stays importable.
    is_compiled: mpy-cross reads the texts; False keeps `const` for an interpreter that runs them.
    """
    image = _Image({dotted(name): names_of(text) for name, text in sources.items()})
    plans = {name: _Plan(image, module, is_compiled) for name, module in image.modules.items()}
    for text in readers:
        image.need_all(names_of(text), frozenset(), frozenset())
    image.settle(plans)
    texts = {}
    for name, text in sources.items():
        plan = plans[dotted(name)]
        edits = plan.edits + _import_edits(plan) + _make_private(image, dotted(name), plan.module)
        texts[name] = apply_edits(text, edits)
    return texts


def number_of(module, name):
    """Return the whole number that NAME = const(...) of this module is, else None."""
    if name not in module.constants:
        return None
    return _evaluate(module.constants[name].value.args[0], lambda other: number_of(module, other))


def _evaluate(node, value_of):
    """Return the whole number an expression is, None when it is none; value_of reads names."""
    if isinstance(node, ast.Constant):
        return node.value if type(node.value) is int else None
    if isinstance(node, ast.Name):
        return value_of(node.id)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.Invert)):
        value = _evaluate(node.operand, value_of)
        if value is None:
            return None
        return -value if isinstance(node.op, ast.USub) else ~value
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = _evaluate(node.left, value_of), _evaluate(node.right, value_of)
        if left is None or right is None:
            return None
        return _OPERATORS[type(node.op)](left, right)
    return None


class _Image:
    """All modules, and the names that have to stay because something still imports them."""

    def __init__(self, modules):
        self.modules = modules
        self.needed = set()  # (module, name)

    def value_of(self, module_name, name):
        """Return the whole number a name stands for, through re-exports; else None."""
        module = self.modules.get(module_name)
        if module is None:
            return None
        if name in module.constants:
            node = module.constants[name].value.args[0]
            return _evaluate(node, lambda other: self.value_of(module_name, other))
        if name in module.imports and module.imports[name][1] is not None:
            return self.value_of(*module.imports[name])
        return None

    def module_of(self, source):
        """Return the name of the module that an import binds, None when it binds no module."""
        module_name, name = source
        whole = module_name if name is None else f"{module_name}.{name}"
        return whole if whole in self.modules else None

    def settle(self, plans):
        """Find what is needed: an import that another module takes from here is not dropped."""
        for plan in plans.values():
            self.need_all(plan.module, plan.dropped, plan.inlined)
        is_settled = False
        while not is_settled:
            is_settled = True
            for module_name, plan in plans.items():
                taken = {name for name in plan.dropped if (module_name, name) in self.needed}
                if taken:
                    plan.dropped -= taken
                    self.need_all(plan.module, plan.dropped, plan.inlined)
                    is_settled = False

    def need_all(self, module, dropped, inlined):
        """Note every name that a module's imports and attributes still ask for.

        dropped: bound names whose import goes; inlined: ids of the nodes replaced by numbers.
        """
        for line in module.import_lines:
            for alias in line.names:
                if (alias.asname or alias.name) not in dropped:
                    self._need_alias(module, line, alias, inlined)

    def _need_alias(self, module, line, alias, inlined):
        is_whole = isinstance(line, ast.Import)
        source = (alias.name, None) if is_whole else (line.module, alias.name)
        target = self.module_of(source)
        if target is None:
            self.needed.add(source)
            return
        bound = alias.asname or alias.name
        if bound not in module.imports:  # bound in a function, twice, or with dots: not followed
            self._need_whole(target)
            return
        for node in module.loads.get(bound, ()):
            owner = module.owners.get(id(node))
            if owner is None:
                self._need_whole(target)
            elif id(owner) not in inlined:
                self.needed.add((target, owner.attr))

    def _need_whole(self, module_name):
        module = self.modules[module_name]
        self.needed.update((module_name, name) for name in (*module.constants, *module.imports))


class _Plan:
    """What is to be done to one module: numbers put in, and imports that may go then."""

    def __init__(self, image, module, is_compiled):
        self.module = module
        self.edits = []
        self.inlined = set()  # ids of the Attribute nodes that become numbers
        self.dropped = compiler_only(module) if is_compiled else set()  # bound names
        for bound, source in module.imports.items():
            target = image.module_of(source)
            value = None if target else image.value_of(*source)
            if value is not None:
                self.dropped.add(bound)
                self.edits += [put_number(node, value) for node in module.loads.get(bound, ())]
            elif target:
                self._put_attributes(image, bound, target)

    def _put_attributes(self, image, bound, target):
        uses = self.module.loads.get(bound, ())
        found = _attribute_edits(image, self.module, target, uses)
        self.edits += found.values()
        self.inlined.update(found)
        if uses and len(found) == len(uses):
            self.dropped.add(bound)


def _attribute_edits(image, module, target, uses):
    """Return {id of the Attribute: edit} for every `module.CONSTANT` that fits on one line."""
    found = {}
    for node in uses:
        owner = module.owners.get(id(node))
        if owner is None or not isinstance(owner.ctx, ast.Load):
            continue
        value = image.value_of(target, owner.attr)
        if value is not None and owner.lineno == owner.end_lineno:
            found[id(owner)] = put_number(owner, value)
    return found


def _import_edits(plan):
    return [edit for line in plan.module.import_lines for edit in _import_edit(line, plan.dropped)]


def _import_edit(line, dropped):
    """Return the edit of an import that loses names."""
    kept = {(alias.asname or alias.name): alias.name for alias in line.names}
    for name in dropped.intersection(kept):
        del kept[name]
    if len(kept) == len(line.names):
        return []
    module = line.module if isinstance(line, ast.ImportFrom) else None
    return [put_imports(line, [(module, kept)] if kept else [])]


def _make_private(image, module_name, module):
    """Return the edits that put `_` before every constant nobody imports any more."""
    edits = []
    for name, line in module.constants.items():
        private = "_" + name
        is_number = image.value_of(module_name, name) is not None
        is_free = private not in module.loads and private not in module.bound
        is_asked_for = name[0] == "_" or (module_name, name) in image.needed
        if is_asked_for or not is_number or not is_free:
            continue
        for node in [line.targets[0], *module.loads.get(name, ())]:
            edits.append((node.lineno, node.col_offset, node.lineno, node.col_offset, "_"))
    return edits
