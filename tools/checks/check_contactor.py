"""Who may move a contactor: only safety/interlock.py closes one, only safety/contactor.py writes
its coil pin. Everybody may open one."""

import ast

from sources import main, sources

_CLOSER = "firmware/chargecore/safety/interlock.py"
_DRIVER = "firmware/chargecore/safety/contactor.py"
_PIN_WRITES = ("value", "on", "off", "high", "low", "toggle", "__call__")


def _last_name(node):
    """Return "_contactor" of self._contactor, "coil_pin" of hw.coil_pin, "" of anything else."""
    return getattr(node, "attr", None) or getattr(node, "id", None) or ""


def _is_contactor(node):
    return _last_name(node).strip("_").split("_")[-1] in ("contactor", "contactors")


def _is_coil(node):
    """Tell whether a name is a coil's pin, as coil_pin or _coil."""
    words = _last_name(node).lower().split("_")
    return "coil" in words and words[-1] in ("coil", "pin")


def _findings_of_call(source, node):
    function = node.func
    if _is_coil(function) and source.name != _DRIVER:
        yield source.at(node, "writes a coil pin; only safety/contactor.py may")
    if not isinstance(function, ast.Attribute):
        return
    owner = function.value
    if isinstance(owner, ast.Subscript):
        owner = owner.value
    if function.attr == "close" and _is_contactor(owner) and source.name != _CLOSER:
        yield source.at(node, "closes a contactor; only safety/interlock.py may")
    if function.attr in _PIN_WRITES and _is_coil(owner) and source.name != _DRIVER:
        yield source.at(node, "writes a coil pin; only safety/contactor.py may")


def _findings_of_handle(source, node):
    """A stored `contactor.close` could be called by anyone later."""
    if node.attr == "close" and _is_contactor(node.value) and source.name != _CLOSER:
        yield source.at(node, "takes a contactor's close as a value; only safety/interlock.py may")


def check(root):
    """Return the places that move a contactor without being allowed to."""
    findings = []
    for source in sources(root, "firmware"):
        called = set()
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call):
                called.add(id(node.func))
                findings += _findings_of_call(source, node)
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Attribute) and id(node) not in called:
                findings += _findings_of_handle(source, node)
    return findings


if __name__ == "__main__":
    main(check)
