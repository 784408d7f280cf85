"""ModuleNames: what one module of an image binds, imports and declares with const().

Made by: inline_constants, link_modules. Reads the source only; nothing is imported or run.
"""

import ast
import functools
from collections import Counter
from dataclasses import dataclass, field

from chargecore_tools.image.syntax_walk import walk

_COMPILER_DECORATORS = ("viper", "native", "bytecode")


def dotted(name):
    """Return the import name of an image's file: chargecore/base/__init__ is chargecore.base."""
    return name.removesuffix("/__init__").replace("/", ".")


@dataclass
class ModuleNames:
    """One module. A name in `constants` or `imports` is bound once, by that line alone."""

    text: str
    tree: ast.Module
    constants: dict = field(default_factory=dict)  # name -> Assign with const()
    imports: dict = field(default_factory=dict)  # bound name -> (module, name)
    import_lines: list = field(default_factory=list)  # every import of the module, at any depth
    loads: dict = field(default_factory=dict)  # name -> [Name nodes that read it]
    owners: dict = field(default_factory=dict)  # id of a Name -> the Attribute it is the value of
    bound: Counter = field(default_factory=Counter)  # name -> how often, in whatever scope


@functools.lru_cache(maxsize=2_048)  # the steps ask for the same texts again and again
def names_of(text):
    """Return the ModuleNames of a source text, not to be changed. Errors: SyntaxError."""
    tree = ast.parse(text)
    module = ModuleNames(text, tree)
    bound = module.bound
    for node in walk(tree):
        bound.update(_bindings(node))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            module.loads.setdefault(node.id, []).append(node)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module.owners[id(node.value)] = node
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            module.import_lines.append(node)
        elif isinstance(node, ast.JoinedStr):  # positions inside are not those of the file
            bound.update(2 * [part.id for part in walk(node) if isinstance(part, ast.Name)])
    _collect_top_level(module)
    return module


def _bindings(node):
    """Return the names a node binds, whatever the scope; a `global` counts as a second one."""
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        return [node.id]
    if isinstance(node, ast.arg):
        return [node.arg]
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, ast.ExceptHandler):
        return [node.name] if node.name else []
    if isinstance(node, (ast.Global, ast.Nonlocal)):
        return 2 * node.names
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [(alias.asname or alias.name).split(".")[0] for alias in node.names]
    return []


def _collect_top_level(module):
    bound = module.bound
    for line in module.tree.body:
        if isinstance(line, ast.ImportFrom) and line.level == 0:
            for alias in line.names:
                name = alias.asname or alias.name
                if bound[name] == 1:
                    module.imports[name] = (line.module, alias.name)
        elif isinstance(line, ast.Import):
            for alias in line.names:
                if bound[alias.asname or alias.name] == 1:
                    module.imports[alias.asname or alias.name] = (alias.name, None)
        elif is_const(line) and bound[line.targets[0].id] == 1:
            module.constants[line.targets[0].id] = line


def is_const(line):
    """Return True for `NAME = const(...)`."""
    return (
        isinstance(line, ast.Assign)
        and len(line.targets) == 1
        and isinstance(line.targets[0], ast.Name)
        and isinstance(line.value, ast.Call)
        and isinstance(line.value.func, ast.Name)
        and line.value.func.id == "const"
        and len(line.value.args) == 1
    )


def compiler_only(module):
    """Return the names of `micropython` that only the compiler reads: const, and decorators."""
    found = set()
    for name, source in module.imports.items():
        if source[0] == "micropython" and _is_compiler_only(module, name, source[1]):
            found.add(name)
    return found


def _is_compiler_only(module, name, attribute):
    uses = {id(node) for node in module.loads.get(name, ())}
    if attribute == "const" and name == "const":
        known = {id(node.value.func) for node in module.tree.body if is_const(node)}
    elif attribute is None:
        known = set()
        for node in walk(module.tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                known.update(_decorator_names(node))
    else:
        return False
    return uses <= known


def _decorator_names(function):
    """Return the ids of the Name nodes in @micropython.viper and its like."""
    return {
        id(line.value)
        for line in function.decorator_list
        if isinstance(line, ast.Attribute) and line.attr in _COMPILER_DECORATORS
    }
