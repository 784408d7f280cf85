"""Imports run one way: base <- safety, evse, meters, ... <- station <- ocpp16 <- main.py.

`firmware` knows nothing of boards, tests and tools; only net knows sockets.
"""

import ast

from sources import main, sources

# package: what it may import beside itself
_MAY_IMPORT = {
    "base": (),
    "safety": ("base",),
    "store": ("base",),
    "meters": ("base",),
    "readers": ("base",),
    "security": ("base", "store"),
    "evse": ("base", "safety"),
    "wire": ("base", "store"),  # the outbox is slots over the journal and knows its records
    "net": ("base", "wire"),  # the WebSocket renders messages with wire's writer
    "bench": ("base", "safety", "evse", "meters", "readers", "store", "indicators"),
    "station": ("base", "safety", "evse", "meters", "readers", "store", "security"),
    "indicators": ("base", "station"),
    "setup": ("base", "evse", "meters", "net", "station"),  # loaded by the board, alone
    "ocpp16": ("base", "safety", "store", "wire", "security", "station"),
    "ocpp201": ("base", "safety", "store", "wire", "station"),
}
_SOCKETS = ("socket", "select", "ssl", "tls", "network", "asyncio")
_ONLY_FROM_BOARD = ("machine", "time", "esp32", "rp2")
_INTERPRETER = ("array", "binascii", "errno", "gc", "hashlib", "json", "micropython", "os")
_INTERPRETER += ("struct", "sys", "io")
# `board` is the board's folder on a chip; boot_slot lies beside boot.py.
_BOARD_USERS = ("firmware/boot.py", "firmware/main.py")


def imports(tree):
    """Yield (node, module name) of every import, `from a import b` as both "a" and "a.b"."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom):
            yield node, node.module or ""


def _package(source):
    parts = source.module.split(".")
    return parts[1] if parts[0] == "chargecore" and len(parts) > 1 else None


def _outside(package, name):
    """Return what is wrong with importing an interpreter's module, or None."""
    top = name.split(".")[0]
    if top in _SOCKETS and package != "net":
        return f"{top}: only net may know sockets"
    if top in _ONLY_FROM_BOARD:
        return f"{top}: comes in as an object, from the board"
    if top not in _INTERPRETER + _SOCKETS:
        return f"{top}: firmware imports MicroPython's modules and chargecore only"
    return None


def _wrong(package, name):
    if not name:
        return "relative import: write chargecore.… in full"
    parts = name.split(".")
    if parts[0] != "chargecore":
        return _outside(package, name)
    if package is None:
        return None
    if len(parts) == 1:
        return "imports the whole of chargecore: name the module"
    if parts[1] != package and parts[1] not in _MAY_IMPORT.get(package, ()):
        return f"{package} must not import {parts[1]}"
    return None


def _circles(all_sources):
    """Return the modules that import each other in a circle, each circle once."""
    known = {source.module: source for source in all_sources}
    graph = {}
    for source in all_sources:
        graph[source.module] = [name for _, name in imports(source.tree) if name in known]
    findings = []
    done = set()

    def visit(module, trail):
        if module in trail:
            circle = trail[trail.index(module) :] + [module]
            findings.append(known[module].at(1, "imports in a circle: " + " > ".join(circle)))
            return
        if module not in done:
            for target in graph[module]:
                visit(target, trail + [module])
            done.add(module)

    for module in graph:
        visit(module, [])
    return findings


def check(root):
    """Return the imports that run the wrong way."""
    findings = []
    all_sources = sources(root, "firmware")
    for source in all_sources:
        package = _package(source)
        if package is not None and package not in _MAY_IMPORT:
            findings.append(source.at(1, f"package {package} has no place in check_arrows.py"))
        for node, name in imports(source.tree):
            if name in ("board", "boot_slot") and source.name in _BOARD_USERS:
                continue
            text = _wrong(package, name)
            if text:
                findings.append(source.at(node, text))
    return findings + _circles(all_sources)


if __name__ == "__main__":
    main(check)
