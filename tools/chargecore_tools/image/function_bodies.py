"""function_bodies: the body of a function, made into statements that stand where it was called.

Called by: inline_calls. What cannot be said without the call is refused with CannotInline.
"""

import ast
import copy

from chargecore_tools.image.syntax_walk import walk

_SCOPES = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.Lambda,
    ast.ClassDef,
    ast.GeneratorExp,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
)
_REFUSED = (*_SCOPES, ast.Yield, ast.YieldFrom, ast.Await, ast.Global, ast.Nonlocal, ast.Delete)


class CannotInline(Exception):
    """The call has to stay."""


def body_of(function):
    """Return the statements of a function without its docstring."""
    first = function.body[0]
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return function.body[1:] if is_docstring else function.body


def locals_of(function):
    """Return the names that a function binds, its parameters among them."""
    found = {arg.arg for arg in function.args.args}
    for node in walk(function):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            found.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found.update((a.asname or a.name).split(".")[0] for a in node.names)
        elif isinstance(node, _SCOPES) and node is not function:
            found.add(getattr(node, "name", ""))
    return found


def names_in(*nodes):
    """Return every name that is read or bound."""
    found = set()
    for node in nodes:
        for part in walk(node):
            found.add(getattr(part, "id", None) or getattr(part, "arg", None) or "")
            found.add(getattr(part, "name", None) or "")
    return found


def is_plain(function):
    """Return True for a function that may stand somewhere else."""
    args = function.args
    if function.decorator_list or args.vararg or args.kwarg or args.kwonlyargs:
        return False
    nodes = [node for line in body_of(function) for node in walk(line)]
    imports = (ast.Import, ast.ImportFrom, ast.JoinedStr)
    return bool(nodes) and not any(isinstance(node, (*_REFUSED, *imports)) for node in nodes)


class Body:
    """A copy of a function's body for one call: parameters bound, names of its own.

    fresh: function that returns an unused name. receiver: what `self` is, None for a function of
    a module. Errors: CannotInline.
    """

    def __init__(self, function, call, receiver, caller, fresh):
        self._binds = []  # statements that have to come first
        self._new = {}  # name in the function -> expression
        own = locals_of(function)
        params = [arg.arg for arg in function.args.args]
        values = _values(function, call, receiver)
        stored = _stored(body_of(function))
        if (names_in(*body_of(function)) - own) & locals_of(caller):
            raise CannotInline("a name of the module is a local one there")
        for param in params:
            value = values[param]
            if _is_lasting(value, caller, is_self=value is receiver) and param not in stored:
                self._new[param] = value
            else:
                self._bind(param, value, fresh, call.lineno)
        for name in sorted(own - set(params)):
            self._new[name] = ast.Name(fresh())
        self.statements = [_Renamed(self._new).visit(copy.deepcopy(s)) for s in body_of(function)]

    def _bind(self, param, value, fresh, line):
        name = fresh()
        self._new[param] = ast.Name(name)
        target = ast.Name(name, ast.Store())
        self._binds.append(ast.Assign([target], copy.deepcopy(value), lineno=line))

    def expression(self):
        """Return the value, for a body that is nothing but `return value`."""
        if self._binds or len(self.statements) != 1:
            raise CannotInline("more than an expression")
        line = self.statements[0]
        if not isinstance(line, ast.Return) or line.value is None:
            raise CannotInline("no expression")
        return line.value

    def returning(self):
        """Return the statements for a place where the value is returned."""
        made = self._binds + self.statements
        if not _ends(self.statements):
            made.append(ast.Return(None, lineno=made[-1].lineno))
        return made

    def assigning(self, targets):
        """Return the statements for a place where the value goes to targets, or to nobody: ()."""
        statements = self.statements
        if targets and not _ends(statements):
            statements = statements + [ast.Return(None, lineno=statements[-1].lineno)]
        try:
            return self._binds + _without_returns(statements, targets)
        except CannotInline:
            return self._binds + _in_a_loop(statements, targets)


def _values(function, call, receiver):
    """Return {parameter: expression}."""
    params = [arg.arg for arg in function.args.args]
    given = ([] if receiver is None else [receiver]) + call.args
    if any(isinstance(value, ast.Starred) for value in given) or len(given) > len(params):
        raise CannotInline("arguments")
    values = dict(zip(params, given))
    for keyword in call.keywords:
        if keyword.arg is None or keyword.arg in values:
            raise CannotInline("arguments")
        values[keyword.arg] = keyword.value
    defaults = function.args.defaults
    for param, value in zip(params[len(params) - len(defaults) :], defaults):
        if param not in values and not isinstance(value, ast.Constant):
            raise CannotInline("a default that is made once")
        values.setdefault(param, value)
    if set(values) != set(params):
        raise CannotInline("arguments")
    return values


def _stored(statements):
    nodes = (node for line in statements for node in walk(line))
    return {n.id for n in nodes if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}


def _is_lasting(value, caller, is_self):
    """Return True for an expression that means the same all through the body."""
    if isinstance(value, ast.UnaryOp):
        return _is_lasting(value.operand, caller, False)
    if isinstance(value, ast.Name):
        return value.id in locals_of(caller) or is_self
    return isinstance(value, ast.Constant)


class _Renamed(ast.NodeTransformer):
    """Puts expressions where names were."""

    def __init__(self, new):
        self._new = new

    def visit_Name(self, node):
        value = self._new.get(node.id)
        if value is None:
            return node
        if isinstance(value, ast.Name):
            return ast.copy_location(ast.Name(value.id, node.ctx), node)
        return ast.copy_location(copy.deepcopy(value), node)

    def visit_ExceptHandler(self, node):
        if node.name in self._new:
            node.name = self._new[node.name].id
        return self.generic_visit(node)


def _ends(statements):
    """Return True when nothing gets past the statements."""
    last = statements[-1] if statements else None
    if isinstance(last, ast.If):
        return bool(last.orelse) and _ends(last.body) and _ends(last.orelse)
    return isinstance(last, (ast.Return, ast.Raise))


def _has_return(statements):
    return any(isinstance(node, ast.Return) for line in statements for node in walk(line))


def _without_returns(statements, targets):
    """Return statements at whose end the caller goes on, whichever way they are left."""
    made = []
    for i, line in enumerate(statements):
        rest = statements[i + 1 :]
        if isinstance(line, ast.Return):
            return made + _value(line, targets)
        if not _has_return([line]):
            made.append(line)
            continue
        if not isinstance(line, ast.If):
            raise CannotInline("a return out of a loop or a try")
        return made + [_without_returns_if(line, rest, targets)]
    return made


def _without_returns_if(line, rest, targets):
    body, orelse = line.body, line.orelse
    if rest:
        if _ends(body):
            orelse = orelse + rest
        elif orelse and _ends(orelse):
            body = body + rest
        else:
            raise CannotInline("a return that only some ways take")
    kept = _without_returns(body, targets) or [ast.Pass(lineno=line.lineno)]
    made = ast.If(line.test, kept, _without_returns(orelse, targets))
    return ast.copy_location(made, line)


def _in_a_loop(statements, targets):
    """Return statements in a loop that runs once: a return is a value and a break."""
    for line in statements:
        for node in walk(line):
            if isinstance(node, (ast.For, ast.While, ast.Try)) and _has_return([node]):
                raise CannotInline("a return out of a loop or a try")
    breaking = _Breaking(targets)
    body = [made for line in statements for made in _list(breaking.visit(line))]
    if not isinstance(body[-1], ast.Break):
        body.append(ast.Break(lineno=body[-1].lineno))
    return [ast.While(ast.Constant(True), body, [], lineno=statements[0].lineno)]


def _list(made):
    return made if isinstance(made, list) else [made]


class _Breaking(ast.NodeTransformer):
    """Puts a value and a break where the function returned."""

    def __init__(self, targets):
        self._targets = targets

    def visit_Return(self, node):
        return _value(node, self._targets) + [ast.Break(lineno=node.lineno)]


def _value(line, targets):
    """Return what stands where the function returned."""
    if targets:
        value = line.value or ast.Constant(None)
        made = ast.Assign(list(map(copy.deepcopy, targets)), value, lineno=line.lineno)
        return [ast.copy_location(made, line)]
    if line.value is None or isinstance(line.value, (ast.Constant, ast.Name)):
        return []
    return [ast.copy_location(ast.Expr(line.value), line)]
