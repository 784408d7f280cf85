"""built_tables: what a module would make of a table while it is imported, made already.

`NAME = table((...))` packs rows into a text, and the rows stay: a module keeps every constant that
it mentions. So the packing is done here: the text stands in the image and is read where it lies,
and a table that nobody else reads is left out. Only calls of the packers below are done, and only
on what is written out: numbers, texts and tuples, by name or not.

Called by: firmware_image, after inline_constants. The sources stay as they are; of them only the
packers are run.
"""

import ast

from chargecore_tools.image.module_names import dotted, is_const, names_of
from chargecore_tools.image.source_edits import apply_edits, put_text
from chargecore_tools.image.syntax_walk import walk

PACKERS = (("chargecore.wire.fields", "table"), ("chargecore.store.setting_rows", "pack"))
_OPERATIONS = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.BitOr: lambda a, b: a | b,
}


class _NotWritten(Exception):
    """A value that is not written out in the sources."""


def build_tables(texts):
    """Return {name: rewritten text} of {"chargecore/base/ring": text}."""
    modules = {dotted(name): names_of(text) for name, text in texts.items()}
    values = _Values(modules)
    made = {}
    for name, text in texts.items():
        edits, built = _built(dotted(name), modules, values)
        made[name] = apply_edits(text, edits)
        if built:
            imported = _imported_names(modules, dotted(name))
            before = None
            while before != made[name]:  # one that goes may have been the last to read another
                before = made[name]
                made[name] = _without(before, built, imported)
    return made


def _built(name, modules, values):
    """Return the edits that put what is packed, and the names that went into it."""
    edits = []
    used = set()
    for line in modules[name].tree.body:
        if isinstance(line, ast.Assign) and values.is_packed(name, line.value):
            edits.append(put_text(line.value, repr(values.of(name, line.value))))
            used |= values.names_in(name, line.value)
    return edits, used


def _without(text, used, imported):
    """Return a text without the tables that only packing has read, and what deletes them."""
    module = names_of(text)
    edits = []
    gone = {
        name
        for name in used
        if name not in module.loads and name not in imported and _is_plain(module, name)
    }
    for line in module.tree.body:
        if isinstance(line, ast.Assign) and getattr(line.targets[0], "id", "") in gone:
            edits.append(put_text(line, "pass"))
        elif isinstance(line, ast.Delete):
            kept = [target.id for target in line.targets if target.id not in gone]
            edits.append(put_text(line, "del " + ", ".join(kept) if kept else "pass"))
    return apply_edits(text, edits)


def _is_plain(module, name):
    """Return True for a name that is bound once, and then deleted at most."""
    deleted = [
        target
        for line in module.tree.body
        if isinstance(line, ast.Delete)
        for target in line.targets
        if getattr(target, "id", "") == name
    ]
    return module.bound[name] - len(deleted) == 1


def _imported_names(modules, name):
    """Return what other modules take from one; all of it when one takes the module itself."""
    module = modules[name]
    found = set()
    package, _, leaf = name.rpartition(".")
    for other in modules.values():
        for line in other.import_lines:
            if isinstance(line, ast.ImportFrom):
                names = {alias.name for alias in line.names}
                found |= names if line.module == name else set()
                if line.module == package and leaf in names:
                    found |= set(module.bound)
            elif any(alias.name == name for alias in line.names):
                found |= set(module.bound)
    return found


class _Values:
    """What names at the top of modules stand for, as far as that is written out."""

    def __init__(self, modules):
        self._modules = modules
        self._packers = {}

    def is_packed(self, name, node):
        """Return True for a call of a packer whose rows are written out."""
        if not isinstance(node, ast.Call) or self._packer(name, node) is None:
            return False
        try:
            self.of(name, node)
        except _NotWritten:
            return False
        return True

    def of(self, name, node):
        """Return the value of an expression in a module. Errors: _NotWritten."""
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Tuple):
            return tuple(self.of(name, part) for part in node.elts)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -self.of(name, node.operand)
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
            sides = self.of(name, node.left), self.of(name, node.right)
            return _OPERATIONS[type(node.op)](*sides)
        if isinstance(node, ast.Name):
            return self._of_name(name, node.id)
        if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
            packer = self._packer(name, node)
            if packer is not None:
                return packer(self.of(name, node.args[0]))
        raise _NotWritten

    def names_in(self, name, node):
        """Return the names of a module that an expression is made from, by whatever way."""
        found = set()
        for part in walk(node):
            if isinstance(part, ast.Name) and part.id not in found:
                found.add(part.id)
                for line in self._modules[name].tree.body:
                    if isinstance(line, ast.Assign):
                        if getattr(line.targets[0], "id", "") == part.id:
                            found |= self.names_in(name, line.value)
        return found

    def _of_name(self, name, wanted):
        module = self._modules[name]
        if _is_plain(module, wanted):
            for line in module.tree.body:
                if isinstance(line, ast.Assign) and getattr(line.targets[0], "id", "") == wanted:
                    return self.of(name, line.value.args[0] if is_const(line) else line.value)
            source = module.imports.get(wanted)
            if source is not None and source[1] is not None and source[0] in self._modules:
                return self._of_name(*source)
        raise _NotWritten

    def _packer(self, name, node):
        """Return the function that a call calls, when it is a packer."""
        source = self._modules[name].imports.get(getattr(node.func, "id", None))
        if source is None and (name, getattr(node.func, "id", None)) in PACKERS:
            source = name, node.func.id
        if source not in PACKERS or source[0] not in self._modules:
            return None
        if source not in self._packers:
            self._packers[source] = _function(self._modules[source[0]], source[1])
        return self._packers[source]


def _function(module, name):
    """Return a function of a module, made of its functions and whole numbers alone."""
    wanted = (ast.FunctionDef, ast.Assign)
    body = [line for line in module.tree.body if isinstance(line, wanted)]
    scope = {"const": lambda value: value, "ConfigError": ValueError}
    exec(compile(ast.Module(body, []), name, "exec"), scope)  # noqa: S102 - our own packers
    return scope[name]
