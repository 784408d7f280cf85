"""inline_calls: a function that one place calls stands at that place, in an image.

The sources have small functions; each takes 48 bytes of heap on the 64-bit VM, 32 for itself and
16 for its entry (24 on a board), whatever it does. One whose only use in all texts is a call gets
there, when the call stands alone, gives what is returned or assigned, or when the function is
nothing but an expression. A method counts as used once when no other class has one of that name,
or when it is private and all of its name are read off `self` alone.

Left alone: decorated functions, functions in functions, callers in machine code, classes that
inherit or are inherited from, names that stand in a string or in a file outside.
Called by: firmware_image, after link_modules. The sources stay as they are.
"""

import ast
from collections import defaultdict
from dataclasses import dataclass, field

from chargecore_tools.image.function_bodies import (
    Body,
    CannotInline,
    is_plain,
    locals_of,
    names_in,
)
from chargecore_tools.image.function_lines import lines_of
from chargecore_tools.image.syntax_walk import walk

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES = (*_FUNCTIONS, ast.Lambda, ast.GeneratorExp, ast.ListComp, ast.SetComp, ast.DictComp)
_MACHINE = ("viper", "native")
_DEPTH_MOST = 100  # functions that call each other in a circle
_MOST_LOCALS = 24  # of a function that takes others in


@dataclass
class _Function:
    node: ast.FunctionDef
    text_name: str
    cls: ast.ClassDef = None
    use: tuple = None  # (caller, call) when a call is all that uses it


@dataclass
class _Uses:
    """How all texts use names."""

    attributes: dict = field(default_factory=lambda: defaultdict(list))  # name -> nodes
    names: dict = field(default_factory=lambda: defaultdict(list))  # (text's name, name) -> nodes
    defined: dict = field(
        default_factory=lambda: defaultdict(int)
    )  # method -> by how many classes
    kept: set = field(default_factory=set)  # names in strings, in imports and outside
    parts: set = field(default_factory=set)  # strings like "stop_", which a name may begin with
    bases: set = field(default_factory=set)


def inline_calls(texts, readers=()):
    """Return ({name: text}, {name: [line each line was]}) of {"chargecore/base/ring": text}.

    readers: texts of files that are not rewritten; whatever they name is left alone.
    """
    trees = {name: ast.parse(text) for name, text in texts.items()}
    uses = _uses_of(trees, [ast.parse(text) for text in readers])
    functions = []
    for name, tree in trees.items():
        functions += _functions_of(name, tree)
    by_call = {}
    for function in functions:
        _collect_calls(function, by_call)
    for function in functions:
        call = _only_call(function, uses)
        if call is not None and by_call.get(id(call), function) is not function:
            if by_call[id(call)].text_name == function.text_name:
                function.use = by_call[id(call)], call
    changed, gone = _inline_all(functions)
    made, origins = {}, {}
    for name, text in texts.items():
        made[name], origins[name] = _rewritten(name, text, changed, gone)
    return made, origins


def _functions_of(text_name, tree):
    found = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            found.append(_Function(node, text_name))
        elif isinstance(node, ast.ClassDef):
            methods = (line for line in node.body if isinstance(line, ast.FunctionDef))
            found += [_Function(line, text_name, node) for line in methods]
    return found


def _collect_calls(function, by_call):
    """Note {id of a call: its function}, but for calls of inner scopes and of machine code."""
    words = {getattr(d, "attr", "") for d in function.node.decorator_list}
    if words.intersection(_MACHINE):
        return
    todo = list(function.node.body)
    while todo:
        node = todo.pop()
        if isinstance(node, _SCOPES) or isinstance(node, ast.JoinedStr):
            continue
        if isinstance(node, ast.Call):
            by_call[id(node)] = function
        todo += ast.iter_child_nodes(node)


def _uses_of(trees, outside):
    uses = _Uses()
    for tree in outside:
        for node in walk(tree):
            uses.kept.add(getattr(node, "attr", ""))
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                uses.kept.update(alias.name for alias in node.names)
        _keep_texts(tree, uses)
    for text_name, tree in trees.items():
        called = {id(n.func): n for n in walk(tree) if isinstance(n, ast.Call)}
        for node in walk(tree):
            _note(node, called.get(id(node)), text_name, uses)
        _keep_texts(tree, uses)
    return uses


def _note(node, call, text_name, uses):
    """Note what a node says about names; call: the one whose function it is."""
    if isinstance(node, ast.Attribute):
        uses.attributes[node.attr].append((node, call))
    elif isinstance(node, ast.Name):
        uses.names[text_name, node.id].append(call)
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        uses.kept.update(alias.name for alias in node.names)
    elif isinstance(node, ast.ClassDef):
        uses.bases.update(getattr(b, "id", getattr(b, "attr", "")) for b in node.bases)
        for line in node.body:
            if isinstance(line, _FUNCTIONS):
                uses.defined[line.name] += 1


def _keep_texts(tree, uses):
    """Keep the words of every string but docstrings, which the compiler drops."""
    docstrings = {id(node.value) for node in walk(tree) if isinstance(node, ast.Expr)}
    for node in walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) not in docstrings:
                words = node.value.replace(".", " ").split()
                uses.kept.update(words)
                uses.parts.update(w for w in words if len(w) > 1 and "_" in (w[0], w[-1]))


def _only_call(function, uses):
    """Return the call that is all the use of a function, else None."""
    name = function.node.name
    if name[:2] == "__" or name in uses.kept or not is_plain(function.node):
        return None
    if any(_is_part(name, part) for part in uses.parts):
        return None
    if function.cls is None:
        found = uses.names[function.text_name, name]
        return found[0] if len(found) == 1 else None
    if function.cls.bases or function.cls.name in uses.bases or not function.node.args.args:
        return None
    found = uses.attributes[name]
    if uses.defined[name] == 1:
        return found[0][1] if len(found) == 1 else None
    if name[0] != "_" or not all(_is_of_self(node) for node, _ in found):
        return None
    own = {id(node) for node in walk(function.cls)}
    found = [call for node, call in found if id(node) in own]
    return found[0] if len(found) == 1 else None


def _is_part(name, text):
    """Return True when a string like "stop_" may be put together to a name."""
    return name.startswith(text) if text[-1] == "_" else name.endswith(text)


def _is_of_self(node):
    return isinstance(node.value, ast.Name) and node.value.id == "self"


def _inline_all(functions):
    """Put functions where they are called, inner ones first. Return (changed, gone) by id."""
    by_id = {id(f): f for f in functions if f.use}
    changed, gone = {}, {}
    for function in sorted(by_id.values(), key=_order):
        caller, call = function.use
        if _depth(function) == _DEPTH_MOST or not _put(function, caller, call):
            continue
        changed[id(caller.node)] = caller
        gone[function.text_name, id(function.node)] = _first_line(function.node)
    return changed, gone


def _order(function):
    """Inner ones first, and what a statement looks at first before the rest of it."""
    call = function.use[1]
    return -_depth(function), call.lineno, call.col_offset


def _depth(function):
    """Return how many callers are above a function; a circle has no end."""
    depth = 0
    while function.use and depth < _DEPTH_MOST:
        function = function.use[0]
        depth += 1
    return depth


def _put(function, caller, call):
    """Put a function where it is called. Return False when that cannot be said."""
    receiver = call.func.value if function.cls is not None else None
    busy = _names_beside(call, caller.node)
    fresh = (name for name in map("_v{}".format, range(1_000)) if name not in busy).__next__
    try:
        body = Body(function.node, call, receiver, caller.node, fresh)
        _Place(body, call, fresh()).put(caller.node)
    except CannotInline:
        return False
    return True


def _names_beside(call, caller):
    """Return the names in the same statement, or in the head of it: they are still wanted."""
    for line in walk(caller):
        if isinstance(line, ast.stmt) and line is not caller:
            parts = [part for part in ast.iter_child_nodes(line) if isinstance(part, ast.expr)]
            if any(node is call for part in parts for node in walk(part)):
                return names_in(*parts)
    return frozenset()


class _Place(ast.NodeTransformer):
    """Finds a call in a function, and puts a body there."""

    def __init__(self, body, call, name):
        self._body = body
        self._call = call
        self._name = name  # for a value that is used inside a statement
        self._value = None

    def put(self, function):
        """Errors: CannotInline; then the function is as it was."""
        for holder in walk(function):
            for name in ("body", "orelse", "finalbody"):
                lines = getattr(holder, name, None)
                for i in range(len(lines) if isinstance(lines, list) else 0):
                    made = self._statements(lines[i])
                    if made is not None:
                        self._replace(function, lines, i, made)
                        return
        try:
            self._value = self._body.expression()
            self.visit(function)
        except CannotInline:
            self._put_before(function)

    def _replace(self, function, lines, i, made):
        before = lines[i]
        made = made or [ast.Pass(lineno=before.lineno)]
        lines[i : i + 1] = made
        if len(locals_of(function)) > _MOST_LOCALS:
            lines[i : i + len(made)] = [before]
            raise CannotInline("too many local names")

    def _statements(self, line):
        """Return the statements for a line that is the call; None when it is not."""
        if getattr(line, "value", None) is not self._call:
            return None
        if isinstance(line, ast.Return):
            return self._body.returning()
        if isinstance(line, ast.Expr):
            return self._body.assigning(())
        if isinstance(line, ast.Assign):
            return self._body.assigning(line.targets)
        return None

    def _put_before(self, function):
        """Put the body before the statement whose first act the call is."""
        own = locals_of(function)
        for holder in walk(function):
            for name in ("body", "orelse", "finalbody"):
                lines = getattr(holder, name, None)
                for i in range(len(lines) if isinstance(lines, list) else 0):
                    if self._is_first(_head_of(lines[i]), own):
                        target = ast.Name(self._name, ast.Store())
                        made = self._body.assigning([target])
                        self._replace(function, lines, i, made + [lines[i]])
                        self._value = ast.Name(self._name, ast.Load())
                        self.visit(lines[i + len(made)])
                        return
        raise CannotInline("something comes before it")

    def _is_first(self, node, own):
        """Return True when nothing that the call could change is looked at before it."""
        if node is self._call or node is None:
            return node is self._call
        if isinstance(node, ast.UnaryOp):
            return self._is_first(node.operand, own)
        if isinstance(node, ast.IfExp):
            return self._is_first(node.test, own)
        for part in _parts_of(node):
            if self._is_first(part, own):
                return True
            is_local = isinstance(part, ast.Name) and part.id in own
            if not is_local and not isinstance(part, ast.Constant):
                return False
        return False

    def visit_Call(self, node):
        if node is self._call:
            return ast.copy_location(self._value, node)
        return self.generic_visit(node)


def _parts_of(node):
    """Return the parts of an expression that surely are looked at, in that order."""
    if isinstance(node, ast.BoolOp):
        return node.values[:1]
    if isinstance(node, ast.Compare):
        return [node.left, *node.comparators[:1]]
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.args
    return ()


def _head_of(line):
    """Return the expression that a statement begins with, None when it runs more than once."""
    if isinstance(line, (ast.Return, ast.Expr, ast.Assign)):
        return line.value
    if isinstance(line, ast.If):
        return line.test
    return line.iter if isinstance(line, ast.For) else None


def _rewritten(text_name, text, changed, gone):
    """Return (text, [line each line was])."""
    spans = {}  # first line -> (last line, lines instead)
    for function in _functions_of(text_name, ast.parse(text)):
        node = function.node
        spans[_first_line(node)] = node.end_lineno, node.col_offset
    written = {_first_line(f.node): f for f in changed.values() if f.text_name == text_name}
    dropped = {line for key, line in gone.items() if key[0] == text_name}
    lines = text.split("\n")
    made = []
    number = 1
    while number <= len(lines):
        last, column = spans.get(number, (number, 0))
        if number in dropped:
            pass
        elif number in written:
            made += lines_of(written[number].node, " " * column)
        else:
            made += [(lines[n - 1], n) for n in range(number, last + 1)]
        number = last + 1
    return "\n".join(line for line, _ in made), [line for _, line in made]


def _first_line(node):
    return min([node.lineno, *(d.lineno for d in node.decorator_list)])
