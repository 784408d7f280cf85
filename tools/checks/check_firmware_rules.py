"""Rules of firmware/: no assert, no bare except, `except Exception` in the scheduler only, no
print, no time.*, no pin numbers, whole numbers that fit a 32-bit board, attributes made in
__init__ only."""

import ast

from sources import functions, main, sources

# Around every entry, and around the safety step that a long entry lets through.
_GUARDS = [("firmware/chargecore/base/scheduler.py", f"Scheduler.{n}") for n in ("step", "guard")]
# -2^30 is small, too, but not when it is written -0x40000000 and compiled on a board: 2^30 is read
# first. -0x3FFFFFFF - 1 is small wherever it is compiled.
_SMALL_MAX = (1 << 30) - 1
_HARDWARE = ("Pin", "ADC", "PWM", "UART", "I2C", "SPI", "Timer", "TouchPad", "DAC")
_BROAD = ("Exception", "BaseException")
_LONGEST_FILE = 400
_LONGEST_FUNCTION = 40


def _called_name(node):
    function = node.func
    return getattr(function, "id", None) or getattr(function, "attr", None)


def _is_int(node):
    return isinstance(node, ast.Constant) and type(node.value) is int


def _is_pin_name(name):
    words = name.lower().strip("_").split("_")
    return "pin" in words or "gpio" in words


def _caught(handler):
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return [getattr(kind, "id", "") for kind in kinds]


class _Rules(ast.NodeVisitor):
    """Walks one file and collects findings."""

    def __init__(self, source):
        self._source = source
        self._scope = []  # names of the classes and functions around
        self._is_viper = False
        self.findings = []

    def _tell(self, node, text):
        self.findings.append(self._source.at(node, text))

    def visit_ClassDef(self, node):
        self._scope.append(node.name)
        self.generic_visit(node)
        self._scope.pop()

    def visit_FunctionDef(self, node):
        outer = self._is_viper
        self._is_viper = outer or any("viper" in ast.unparse(d) for d in node.decorator_list)
        self._scope.append(node.name)
        self._check_length(node)
        self.generic_visit(node)
        self._scope.pop()
        self._is_viper = outer

    def _check_length(self, node):
        first = node.body[0]
        has_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
        start = first.end_lineno + 1 if has_text else first.lineno
        length = node.end_lineno - start + 1
        if length > _LONGEST_FUNCTION and node.name != "__init__":
            if not self._source.comment_has(node, "long:"):
                self._tell(node, f"{node.name}: {length} lines, {_LONGEST_FUNCTION} are the limit")

    def visit_AsyncFunctionDef(self, node):
        self._tell(node, "async: the scheduler runs plain steps")

    def visit_Assert(self, node):
        self._tell(node, "assert: return a code or open the contactor")

    def visit_ExceptHandler(self, node):
        place = (self._source.name, ".".join(self._scope))
        if node.type is None:
            self._tell(node, "bare except")
        elif any(name in _BROAD for name in _caught(node)) and place not in _GUARDS:
            self._tell(node, "except Exception: only the scheduler's guard may")
        self.generic_visit(node)

    def visit_Global(self, node):
        self._tell(node, "global: no state outside objects")

    def visit_Attribute(self, node):
        if isinstance(node.value, ast.Name) and node.value.id == "time":
            self._tell(node, "time.*: time comes in as now_ms or a clock")
        self.generic_visit(node)

    def visit_Call(self, node):
        name = _called_name(node)
        if name == "print":
            self._tell(node, "print: use the event log")
        if name in _HARDWARE and any(_is_int(arg) for arg in node.args):
            self._tell(node, f"{name}(number): pin and bus numbers stand in boards/*/pins.py")
        for keyword in node.keywords:
            if keyword.arg and _is_pin_name(keyword.arg) and _is_int(keyword.value):
                self._tell(node, f"{keyword.arg}=number: pin numbers stand in boards/*/pins.py")
        self.generic_visit(node)

    def visit_Assign(self, node):
        value = node.value
        if isinstance(value, ast.Call) and _called_name(value) == "const" and value.args:
            value = value.args[0]
        for target in node.targets:
            name = getattr(target, "id", None) or getattr(target, "attr", "")
            if _is_pin_name(name) and _is_int(value):
                self._tell(node, f"{name}: pin numbers stand in boards/*/pins.py")
        self.generic_visit(node)

    def visit_UnaryOp(self, node):
        if isinstance(node.op, ast.USub) and _is_int(node.operand):
            self._check_int(node, -node.operand.value)
        else:
            self.generic_visit(node)

    def _check_int(self, node, value):
        is_small = abs(value) <= _SMALL_MAX
        if not (is_small or self._is_viper or self._source.comment_has(node, "heap-ok:")):
            self._tell(node, f"{value}: a heap int on a 32-bit board")

    def visit_Constant(self, node):
        if type(node.value) is int:
            self._check_int(node, node.value)
        elif isinstance(node.value, float):
            self._tell(node, f"{node.value}: whole numbers in scaled units only")


def _stored_attributes(function):
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            if isinstance(node.value, ast.Name) and node.value.id == "self":
                yield node.attr, node


def _own_calls(function):
    """Yield the names of the methods that a method calls on self, as __init__ calls clear()."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if isinstance(node.func.value, ast.Name) and node.func.value.id == "self":
                yield node.func.attr


def _late_attributes(source):
    """Return attributes that are first made outside __init__ (they grow the object later)."""
    methods = {name: node for name, class_name, node in functions(source.tree) if class_name}
    made = {}
    for name, node in methods.items():
        class_name, _, method = name.partition(".")
        if method == "__init__":
            helpers = [methods.get(f"{class_name}.{called}") for called in _own_calls(node)]
            builders = [node] + [helper for helper in helpers if helper is not None]
            stored = {attr for builder in builders for attr, _ in _stored_attributes(builder)}
            made[class_name] = stored
    findings = []
    for _, class_name, node in functions(source.tree):
        for attr, place in _stored_attributes(node):
            if class_name and attr not in made.get(class_name, ()):
                text = f"self.{attr} is not made in {class_name}.__init__"
                findings.append(source.at(place, text))
    return findings


def check(root):
    """Return the broken rules."""
    findings = []
    for source in sources(root, "firmware"):
        rules = _Rules(source)
        rules.visit(source.tree)
        findings += rules.findings + _late_attributes(source)
        if len(source.lines) > _LONGEST_FILE:
            findings.append(source.at(1, f"{len(source.lines)} lines, {_LONGEST_FILE} at most"))
    return findings


if __name__ == "__main__":
    main(check)
