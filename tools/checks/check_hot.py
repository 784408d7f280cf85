"""Functions marked `# HOT` on the def line: nothing in them allocates, and the VM proves each.

Two parts. First, lines that allocate on MicroPython (style.md section 5, right-hand column) are
refused; `# heap-ok: why` on the line lifts that. Second, every HOT function must be named in a
COVERS tuple of host_tests/vm/heap_*.py, where it runs with the heap locked; a name in COVERS that
no longer is a HOT function is refused, too.
"""

import ast

from sources import functions, main, sources

_MARK = " HOT"
_LIFTED = "heap-ok:"

_ALLOCATING_CALLS = (
    ("enumerate", "zip", "sorted", "map", "filter", "reversed", "list", "dict", "set", "tuple")
    + ("bytes", "bytearray", "memoryview", "str", "repr", "hex", "bin", "float", "complex")
    + ("divmod", "open", "iter", "object", "super", "frozenset", "slice")
)
_ALLOCATING_METHODS = (
    ("items", "keys", "values", "format", "encode", "decode", "split", "rsplit", "join", "strip")
    + ("lstrip", "rstrip", "lower", "upper", "replace", "to_bytes", "unpack", "unpack_from")
    + ("pack", "recv", "recvfrom", "digest", "partition", "copy", "hexlify", "unhexlify")
)
_DISPLAYS = {
    ast.List: "list",
    ast.Dict: "dict",
    ast.Set: "set",
    ast.ListComp: "comprehension",
    ast.DictComp: "comprehension",
    ast.SetComp: "comprehension",
    ast.GeneratorExp: "generator",
    ast.Lambda: "lambda",
    ast.FunctionDef: "nested function",
    ast.ClassDef: "class",
    ast.JoinedStr: "f-string",
    ast.Raise: "raise",
    ast.Yield: "yield",
    ast.YieldFrom: "yield",
    ast.Await: "await",
    ast.AsyncFunctionDef: "async",
}


class _Names:
    """What the rest of the firmware says about names: methods, attributes, constants."""

    def __init__(self, root):
        methods = set()
        attributes = set()
        for source in sources(root, "firmware"):
            for _, class_name, node in functions(source.tree):
                if any(map(_is_property, node.decorator_list)):
                    attributes.add(node.name)
                elif class_name:
                    methods.add(node.name)
            for node in ast.walk(source.tree):
                if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                    attributes.add(node.attr)
        # A name that is also a stored attribute may well be a callback bound in __init__.
        self.methods = methods - attributes


def _is_property(decorator):
    return getattr(decorator, "id", "") == "property" or getattr(decorator, "attr", "") == "setter"


def _own_constants(tree):
    """Return the module's own `X = const(...)`: the compiler folds only these into tuples."""
    found = set()
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            if getattr(node.value.func, "id", "") == "const":
                found.update(target.id for target in node.targets if isinstance(target, ast.Name))
    return found


class _Hot(ast.NodeVisitor):
    """Walks one HOT function and collects lines that allocate."""

    def __init__(self, source, names, constants):
        self._source = source
        self._names = names
        self._constants = constants
        self.findings = []

    def _tell(self, node, text):
        line = self._source.lines[node.lineno - 1]
        if _LIFTED not in line.partition("#")[2]:
            self.findings.append(self._source.at(node, f"HOT: {text}"))

    def run(self, function):
        """Visit the body; the signature and the decorators run once, at import."""
        if function.args.vararg or function.args.kwarg:
            self._tell(function, "*args or **kwargs")
        for node in function.body:
            self.visit(node)

    def visit(self, node):
        text = _DISPLAYS.get(type(node))
        if text:
            self._tell(node, text)
            return
        super().visit(node)

    def visit_Expr(self, node):
        if not isinstance(node.value, ast.Constant):  # a docstring
            self.generic_visit(node)

    def visit_Assign(self, node):
        """`a, b = c, d` needs no tuple on the heap for up to three names."""
        value = node.value
        target = node.targets[0]
        is_swap = isinstance(value, ast.Tuple) and isinstance(target, ast.Tuple)
        if is_swap and len(value.elts) <= 3:
            for part in value.elts:
                self.visit(part)
        else:
            self.visit(value)
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                self._visit_stored(target)
            else:
                self.visit(target)

    def _visit_stored(self, target):
        """A slice as a target is made on the stack (MicroPython 1.26 on)."""
        self.visit(target.value)
        bounds = target.slice
        if isinstance(bounds, ast.Slice):
            for part in (bounds.lower, bounds.upper, bounds.step):
                if part is not None:
                    self.visit(part)
        else:
            self.visit(bounds)

    def visit_Slice(self, node):
        self._tell(node, "slice copies or makes a view")

    def visit_Tuple(self, node):
        if isinstance(node.ctx, ast.Load) and not all(map(self._is_folded, node.elts)):
            self._tell(node, "tuple of values that the compiler does not know")
        self.generic_visit(node)

    def _is_folded(self, node):
        if isinstance(node, ast.UnaryOp):
            node = node.operand
        if isinstance(node, ast.Tuple):
            return all(map(self._is_folded, node.elts))
        return isinstance(node, ast.Constant) or getattr(node, "id", None) in self._constants

    def visit_Constant(self, node):
        if isinstance(node.value, (float, complex)):
            self._tell(node, "float")

    def visit_BinOp(self, node):
        sides = (node.left, node.right)
        if isinstance(node.op, ast.Div):
            self._tell(node, "division gives a float: //")
        if any(isinstance(s, ast.Constant) and isinstance(s.value, (str, bytes)) for s in sides):
            self._tell(node, "makes a text")
        self.generic_visit(node)

    def visit_AugAssign(self, node):
        if isinstance(node.op, ast.Div):
            self._tell(node, "division gives a float: //")
        if isinstance(node.target, ast.Subscript):
            self._visit_stored(node.target)
        self.visit(node.value)

    def visit_Call(self, node):
        function = node.func
        if isinstance(function, ast.Name):
            self._check_name_call(node, function.id)
        elif isinstance(function, ast.Attribute):
            if function.attr in _ALLOCATING_METHODS and function.attr not in self._names.methods:
                self._tell(node, f".{function.attr}() makes an object")
            self.visit(function.value)
        else:
            self.visit(function)
        for keyword in node.keywords:
            if keyword.arg is None:
                self._tell(node, "**kwargs")
            self.visit(keyword.value)
        for arg in node.args:
            self.visit(arg)

    def _check_name_call(self, node, name):
        if name in _ALLOCATING_CALLS:
            self._tell(node, f"{name}() makes an object")
        elif name[:1].isupper():
            self._tell(node, f"{name}() makes an object")
        elif name == "range":
            self._tell(node, "range outside a for line makes an object")

    def visit_For(self, node):
        """`for i in range(n)` is a loop over a counter."""
        called = node.iter
        if isinstance(called, ast.Call) and getattr(called.func, "id", "") == "range":
            for arg in called.args:
                self.visit(arg)
        else:
            self.visit(called)
        for part in node.body + node.orelse:
            self.visit(part)

    def visit_Attribute(self, node):
        if isinstance(node.ctx, ast.Load) and node.attr in self._names.methods:
            self._tell(node, f".{node.attr} without a call makes a bound method")
        self.generic_visit(node)


def _device_sources(root):
    """Return the files that run on a device: the firmware, and the drivers of the boards."""
    return sources(root, "firmware") + sources(root, "boards")


def hot_functions(root):
    """Yield (source, qualified name, node) of every HOT function of firmware and boards."""
    for source in _device_sources(root):
        for name, _, node in functions(source.tree):
            if source.comment_has(node, _MARK):
                yield source, f"{source.module}.{name}", node


def covered(root):
    """Return {name: (source, node)} of everything that a COVERS tuple names."""
    found = {}
    for source in sources(root, "host_tests/vm"):
        if not source.path.name.startswith("heap_"):
            continue
        for node in source.tree.body:
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "COVERS":
                for text in ast.literal_eval(node.value):
                    found[text] = (source, node)
    return found


def _misplaced_marks(source):
    """A mark that is not on a def line of the module or of a class would promise nothing."""
    marked = set()
    for _, _, node in functions(source.tree):
        end = max(node.body[0].lineno - 1, node.lineno)
        marked.update(range(node.lineno, end + 1))
    for number, line in enumerate(source.lines, 1):
        comment = line.partition("#")[2]
        if comment.split("#")[0].strip() == "HOT" and number not in marked:
            yield source.at(number, "HOT: the mark belongs on a def line")


def check(root):
    """Return what allocates in HOT functions, and which of them the VM does not prove."""
    names = _Names(root)
    findings = []
    for source in _device_sources(root):
        findings += _misplaced_marks(source)
    proved = covered(root)
    known = set()
    for source, name, node in hot_functions(root):
        visitor = _Hot(source, names, _own_constants(source.tree))
        visitor.run(node)
        findings += visitor.findings
        known.add(name)
        if name not in proved:
            text = f"HOT: {name} stands in no COVERS of host_tests/vm/heap_*.py"
            findings.append(source.at(node, text))
    for name, (source, node) in proved.items():
        if name not in known:
            findings.append(source.at(node, f"COVERS names {name}, which is no HOT function"))
    return findings


if __name__ == "__main__":
    main(check)
