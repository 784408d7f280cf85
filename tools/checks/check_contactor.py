"""Who may move a contactor: only safety/interlock.py closes one, only safety/contactor.py writes
its coil pin, and only safety/coil_drive.py its PWM. Everybody may open one.

In firmware/ nobody else may even hold a coil: the one thing to do with it is to hand it to
Contactor(). In boards/ a coil's pin is made, lowered and handed to what guards it, never raised.
Names tell what is a coil and what a contactor; what such a thing is assigned to is one as well.
Not seen: registers written through mem32, which boards/rp2/coil_guard.py does for its own flag.
"""

import ast

from sources import main, sources

_CLOSER = "firmware/chargecore/safety/interlock.py"
_MAKER = "firmware/chargecore/evse/controller.py"
_BENCH = "firmware/chargecore/bench/bench.py"
_DRIVERS = ("firmware/chargecore/safety/contactor.py", "firmware/chargecore/safety/coil_drive.py")
_HOLDERS = ("Interlock", "SelfTest", "RcdTest", "getattr")
_COIL_ENDS = ("coil", "coils", "pin", "pins", "pwm", "drive", "output", "out", "io")
_QUESTIONS = ("is", "has", "may", "can")
_PIN_WRITES = ("value", "on", "off", "high", "low", "toggle", "__call__", "init", "irq")
_PIN_WRITES += ("duty", "duty_u16", "duty_ns", "deinit", "put", "exec", "send")
_LOWERING = ("off", "low", "reset", "deinit")
_LEVELS = ("level", "duty")  # attributes of simulated pins
_MAKERS = ("Pin", "PWM", "Signal", "SimPin", "SimPwm", "_pin")
_GUARDS = ("StateMachine", "state_machine", "CoilGuard", "CoilDrive", "Contactor")
_BUNDLES = ("hw", "hardware", "hws", "connectors")
_CODE_MAKERS = ("eval", "exec", "compile", "__import__", "vars")


def _last_name(node):
    """Return "_contactor" of self._contactor, "coil_pin" of hw.coil_pin, "" of anything else."""
    while isinstance(node, ast.Subscript):
        node = node.value
    return getattr(node, "attr", None) or getattr(node, "id", None) or ""


def _words(name):
    return name.lower().strip("_").split("_")


def _called_contactor(name):
    return _words(name)[-1] in ("contactor", "contactors")


def _called_coil(name):
    """Tell whether a name is a coil's pin, as coil_pin, _coil, coil_pwm or CONTACTOR_COIL."""
    words = _words(name)
    return "coil" in words and words[-1] in _COIL_ENDS and words[0] not in _QUESTIONS


def _pairs(tree):
    """Yield (target, value) of everything that gives a value another name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _unpacked(target, node.value)
        elif isinstance(node, (ast.NamedExpr, ast.AnnAssign)) and node.value is not None:
            yield node.target, node.value
        elif isinstance(node, (ast.For, ast.comprehension)):
            is_list = isinstance(node.iter, (ast.Tuple, ast.List))
            for value in node.iter.elts if is_list else [node.iter]:
                yield from _unpacked(node.target, value)
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            yield node.optional_vars, node.context_expr


def _unpacked(target, value):
    is_pair = isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)
    if is_pair and len(target.elts) == len(value.elts):
        for one, other in zip(target.elts, value.elts):
            yield from _unpacked(one, other)
    else:
        yield target, value


class _Names:
    """What is a coil or a contactor in one file, by its own name or by what was assigned to it."""

    def __init__(self, tree):
        self._coils = set()
        self._contactors = set()
        pairs = list(_pairs(tree))
        known = -1
        while known != len(self._coils) + len(self._contactors):
            known = len(self._coils) + len(self._contactors)
            for target, value in pairs:
                self._follow(target, value)

    def _follow(self, target, value):
        for part in (value.body, value.orelse) if isinstance(value, ast.IfExp) else (value,):
            if self.is_coil(part):
                self._coils.add(_last_name(target))
            if self.is_contactor(part):
                self._contactors.add(_last_name(target))

    def is_coil(self, node):
        name = _last_name(node)
        return bool(name) and (_called_coil(name) or name in self._coils)

    def is_contactor(self, node):
        if isinstance(node, ast.Call):
            return _last_name(node.func) == "Contactor"
        name = _last_name(node)
        return bool(name) and (_called_contactor(name) or name in self._contactors)


def _closings(source, names):
    """Find who closes a contactor, or keeps its close() for later."""
    if source.name == _CLOSER:
        return
    called = {id(node.func) for node in ast.walk(source.tree) if isinstance(node, ast.Call)}
    for node in ast.walk(source.tree):
        is_close = isinstance(node, ast.Attribute) and node.attr == "close"
        if is_close and names.is_contactor(node.value):
            how = "closes a contactor" if id(node) in called else "takes a contactor's close"
            yield source.at(node, how + "; only safety/interlock.py may")


def _makings(source, names):
    """Find who makes a contactor of his own, or hands one to somebody who may close it."""
    is_board = source.name.startswith("boards/")  # the plant's contactors are models
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call):
            continue
        name = _last_name(node.func)
        if name == "Contactor" and source.name != _MAKER:
            yield source.at(node, "makes a contactor; only evse/controller.py may")
        if name == "BenchPermission" and source.name != _BENCH:
            yield source.at(node, "makes a permission of the bench; only bench/bench.py may")
        arguments = node.args + [word.value for word in node.keywords]
        is_known = is_board or name in _HOLDERS
        if not is_known and any(map(names.is_contactor, arguments)):
            yield source.at(node, "hands a contactor on; only the interlock gets one")


def _hidden(source, names):
    """Find names that are put together at run time, so that no check can read them."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and node.attr == "__dict__":
            if _last_name(node.value) in _BUNDLES or names.is_contactor(node.value):
                yield source.at(node, "looks into a bundle of hardware by name")
        if not isinstance(node, ast.Call):
            continue
        function = _last_name(node.func) if isinstance(node.func, ast.Name) else ""
        if function in _CODE_MAKERS:
            yield source.at(node, f"{function}() hides who moves a contactor")
        if function in ("getattr", "setattr") and len(node.args) >= 2:
            yield from _hidden_in(source, names, node)


def _hidden_in(source, names, node):
    owner, name = node.args[:2]
    text = name.value if isinstance(name, ast.Constant) else None
    is_special = _last_name(owner) in _BUNDLES or names.is_contactor(owner)
    if text is None:
        if is_special:
            yield source.at(node, "reads a bundle of hardware by a name made at run time")
    elif text == "close" and names.is_contactor(owner) and source.name != _CLOSER:
        yield source.at(node, "takes a contactor's close; only safety/interlock.py may")


def _is_text_of_coil(node):
    if not (isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes))):
        return False
    text = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
    return text.isidentifier() and _called_coil(text)


def _in_firmware(source, names):
    """Find whoever names a coil for anything but Contactor(hw.coil_pin, ...)."""
    if source.name in _DRIVERS:
        return
    handed = set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and _last_name(node.func) == "Contactor":
            handed.update(id(argument) for argument in node.args)
    for node in ast.walk(source.tree):
        is_name = isinstance(node, (ast.Name, ast.Attribute)) and names.is_coil(node)
        is_parameter = isinstance(node, ast.arg) and _called_coil(node.arg)
        if (is_name and id(node) not in handed) or is_parameter or _is_text_of_coil(node):
            yield source.at(node, "names a coil pin; only safety/contactor.py may write one")


def _is_zero(node):
    return isinstance(node, ast.Constant) and node.value in (0, False)


def _only_lowers(node):
    """Tell whether a call of a coil's method lowers it, or reads it."""
    name = node.func.attr
    if name in _LOWERING:
        return not node.args
    if name == "init":
        return all(_is_zero(word.value) for word in node.keywords if word.arg in ("value", "duty"))
    return name in ("value", "duty", "duty_u16") and all(map(_is_zero, node.args))


class _BoardFile(ast.NodeVisitor):
    """Walks one file of boards/ and collects who raises a coil, or could."""

    def __init__(self, source, names, coil_numbers):
        self._source = source
        self._names = names
        self._coil_numbers = coil_numbers
        self._is_allowed = False  # inside what makes a coil, or lowers all outputs
        self.findings = []

    def _tell(self, node, text):
        self.findings.append(self._source.at(node, text))

    def visit_FunctionDef(self, node):
        outer = self._is_allowed
        self._is_allowed = node.name == "set_safe_levels"
        self.generic_visit(node)
        self._is_allowed = outer

    def visit_Assign(self, node):
        is_coil = any(_called_coil(_last_name(target)) for target in node.targets)
        for target in node.targets:
            if isinstance(target, ast.Attribute) and target.attr in _LEVELS:
                if self._names.is_coil(target.value) and not _is_zero(node.value):
                    self._tell(node, "writes a coil's level; only safety/contactor.py may")
        outer = self._is_allowed
        self._is_allowed = outer or is_coil
        self.generic_visit(node)
        self._is_allowed = outer

    def visit_Call(self, node):
        function = node.func
        if isinstance(function, ast.Attribute) and self._names.is_coil(function.value):
            if function.attr in _PIN_WRITES and not _only_lowers(node):
                self._tell(node, "writes a coil pin; only safety/contactor.py may")
            self.visit(function.value)
        else:
            if self._names.is_coil(function):
                self._tell(node, "writes a coil pin; only safety/contactor.py may")
            self._visit_maker(node, _last_name(function))
            self.visit(function)
        for argument in node.args + [word.value for word in node.keywords]:
            self.visit(argument)

    def _visit_maker(self, node, name):
        arguments = node.args + [word.value for word in node.keywords]
        is_maker = name in _MAKERS
        is_coil = any(map(self._names.is_coil, arguments))
        if is_maker and (is_coil or self._has_coil_number(node)):
            for word in node.keywords:
                if word.arg in ("value", "duty", "duty_u16") and not _is_zero(word.value):
                    self._tell(node, "makes a coil pin that begins on")
            if not self._is_allowed:
                self._tell(node, "makes a second pin of a coil")
        elif is_coil and name not in _GUARDS and not is_maker:
            self._tell(node, "hands a coil to what is no guard of it")

    def _has_coil_number(self, node):
        """Tell whether Pin(n), also as in PWM(Pin(n)), has the number of a coil."""
        if not (isinstance(node, ast.Call) and _last_name(node.func) in _MAKERS and node.args):
            return False
        first = node.args[0]
        return getattr(first, "value", None) in self._coil_numbers or self._has_coil_number(first)

    def visit_Attribute(self, node):
        if node.attr in _PIN_WRITES and self._names.is_coil(node.value):
            self._tell(node, "takes a coil's write; only safety/contactor.py may")
        self.generic_visit(node)


def _coil_numbers(all_sources, folder):
    """Return the numbers of CONTACTOR_COIL in the pins.py of a board."""
    numbers = set()
    for source in all_sources:
        if source.name != folder + "/pins.py":
            continue
        for target, value in _pairs(source.tree):
            if _called_coil(_last_name(target)) and isinstance(value, ast.Tuple):
                numbers.add(getattr(value.elts[0], "value", None))
    return numbers - {None}


def check(root):
    """Return the places that move a contactor without being allowed to."""
    findings = []
    for source in sources(root, "firmware"):
        names = _Names(source.tree)
        findings += _closings(source, names)
        findings += _makings(source, names)
        findings += _hidden(source, names)
        findings += _in_firmware(source, names)
    board_sources = sources(root, "boards")
    for source in board_sources:
        names = _Names(source.tree)
        findings += _closings(source, names)
        findings += _makings(source, names)
        if source.path.name != "pins.py":
            folder = source.name.rpartition("/")[0]
            walker = _BoardFile(source, names, _coil_numbers(board_sources, folder))
            walker.visit(source.tree)
            findings += walker.findings
    return findings


if __name__ == "__main__":
    main(check)
