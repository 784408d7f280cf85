"""No driver and no fake without its contract: whoever has the methods stands in a rig of a test.

A class counts as a meter, reader, coil or analogue input when it has the methods of the protocol;
it is covered when a test module that runs the contract makes one. The making is not taken on
trust: the rigs are built, and what is in them is asked for its class.
"""

import ast
import importlib.util
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]
_WHERE = ("firmware/chargecore", "boards", "host_tests/fakes")

_COILS = ("safety/test_coil_contracts.py", "rp2_board/test_contracts.py")
# protocol: methods that make one, the test files with its rigs, the rig's attribute
_PROTOCOLS = {
    "meter": (
        {"poll", "age_ms"},
        (
            "meters/test_meters.py",
            "meters/test_modbus_meters.py",
            "meters/test_counting_meters.py",
        ),
        "meter",
    ),
    "reader": (
        {"poll", "release"},
        (
            "readers/test_readers.py",
            "readers/test_pn532.py",
            "readers/test_mfrc522.py",
            "readers/test_wiegand.py",
        ),
        "reader",
    ),
    "coil": ({"value", "step"}, _COILS, "coil"),
    "guard of a coil": ({"value", "is_tripped"}, _COILS, "coil"),
    "analogue input": (
        {"read_uv"},
        ("evse/test_contracts.py", "rp2_board/test_contracts.py", "chip_boards/test_contracts.py"),
        "adc",
    ),
    "contactor": (
        {"open", "close", "is_feedback_closed"},
        ("safety/test_coil_contracts.py",),
        "contactor",
    ),
    "lock": ({"lock", "unlock", "step"}, ("evse/test_contracts.py",), "lock"),
    "residual-current input": (
        {"poll", "reset", "drive_test"},
        ("safety/test_coil_contracts.py",),
        "rcd",
    ),
}
# Same methods, other things: what they are instead.
_OTHERS = {
    "OneShot": "the dead man of the host board: its pin is an output, but of no coil",
    "WorstAdc": "an input that breaks its promises on purpose",
}


def _methods(node):
    return {one.name for one in node.body if isinstance(one, ast.FunctionDef)}


def _classes():
    """Yield (class name, methods) of everything that could be a driver or a fake of one."""
    for folder in _WHERE:
        for path in sorted((_ROOT / folder).rglob("*.py")):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.ClassDef) and node.name not in _OTHERS:
                    yield node.name, _methods(node)


def _load(path):
    name = "rigs_" + path.stem
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _made(case, attribute):
    """Return the class names of what a test's rigs hold: classes and make_... of the module."""
    found = set()
    module = _load(_ROOT / "host_tests" / case)
    for name in dir(module):
        make = getattr(module, name)
        if not (name.endswith("Rig") or name.startswith("make_")) or not callable(make):
            continue
        try:
            rig = make()
        except (TypeError, AttributeError):  # a base of other rigs, or one that wants arguments
            continue
        if hasattr(rig, attribute):
            found.add(type(getattr(rig, attribute)).__name__)
    return found


@pytest.mark.parametrize("kind", sorted(_PROTOCOLS))
def test_every_class_of_a_kind_keeps_its_contract_in_a_test(kind):
    methods, cases, attribute = _PROTOCOLS[kind]
    expected = {name for name, has in _classes() if methods <= has}
    made = set()
    for case in cases:
        made |= _made(case, attribute)

    assert expected, "nobody has these methods any more"
    assert expected - made == set()
