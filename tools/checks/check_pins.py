"""boards/*/pins.py: one row per signal, no number twice, a safe level for every output.

A row is NAME = (number, direction, safe level, "wired to"); the file holds nothing else. A folder
without board.py is no board: it holds the drivers that several boards of one chip share.
A board that uses those of boards/rp2 has no pin for the dead man but one for each coil's tone, and
its pilot on a PWM that a soft reset stops (device figures: the port stops slices 0 to 3 only).
"""

import ast

from sources import main, sources

_OUTPUTS = ("OUT", "PWM_OUT")
_DIRECTIONS = (*_OUTPUTS, "IN", "ANALOG_IN", "OPEN_DRAIN")
# What every board must have: the firmware asks for these by name.
_NEEDED = ("DEAD_MAN", "CONTACTOR_COIL", "CONTACTOR_FEEDBACK", "RCD_TRIP", "PILOT_PWM")
_NEEDED += ("PILOT_SENSE",)
# Boards with the drivers of boards/rp2: the dead man's edges end in the PIO program.
_NEEDED_RP2 = ("COIL_TONE", *(name for name in _NEEDED if name != "DEAD_MAN"))
_STOPPED_PWM = (*range(0, 8), *range(16, 24))  # GPIO numbers of PWM slices 0 to 3


def _row_error(row):
    """Return what is wrong with a row's tuple, or ""."""
    if len(row.elts) != 4:
        return "a row is (number, direction, safe level, wired to)"
    number, direction, safe, wired_to = row.elts
    if not (isinstance(number, ast.Constant) and type(number.value) is int):
        return "the pin is a number"
    if getattr(direction, "id", None) not in _DIRECTIONS:
        return "the direction is one of " + ", ".join(_DIRECTIONS)
    is_output = direction.id in _OUTPUTS
    if is_output and not (isinstance(safe, ast.Constant) and safe.value in (0, 1)):
        return "an output needs a safe level, 0 or 1"
    if not (isinstance(wired_to, ast.Constant) and isinstance(wired_to.value, str)):
        return "say what the pin is wired to"
    return "" if wired_to.value.strip() else "say what the pin is wired to"


def _is_const(node):
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "const"


def _is_quiet(node):
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_text or isinstance(node, ast.ImportFrom)


def _uses_rp2(root, folder):
    """Tell whether a board imports anything of boards/rp2."""
    for source in sources(root, "boards"):
        if source.path.parent == folder:
            for node in ast.walk(source.tree):
                module = getattr(node, "module", None)
                if isinstance(node, ast.ImportFrom) and module and module.startswith("boards.rp2"):
                    return True
    return False


def _check_file(source, is_rp2):
    findings = []
    owners = {}
    names = set()
    for node in source.tree.body:
        if _is_quiet(node):
            continue
        if not isinstance(node, ast.Assign):
            findings.append(source.at(node, "only rows here, no logic"))
            continue
        name = node.targets[0].id
        if _is_const(node.value):
            continue
        if not isinstance(node.value, ast.Tuple):
            findings.append(source.at(node, f"{name}: only rows and const() here"))
            continue
        error = _row_error(node.value)
        if error:
            findings.append(source.at(node, f"{name}: {error}"))
            continue
        names.add(name)
        number = node.value.elts[0].value
        if number in owners:
            findings.append(source.at(node, f"{name}: pin {number} is {owners[number]}'s already"))
        owners[number] = name
        if is_rp2 and name.startswith("PILOT_PWM") and number not in _STOPPED_PWM:
            text = (
                f"{name}: a soft reset would not stop the PWM of GPIO {number}: take 0-7 or 16-23"
            )
            findings.append(source.at(node, text))
    needed = _NEEDED_RP2 if is_rp2 else _NEEDED
    missing = [name for name in needed if name not in names]
    return findings + [source.at(1, f"signal {name} is missing") for name in missing]


def check(root):
    """Return what is wrong with the pin tables."""
    findings = []
    for source in sources(root, "boards"):
        if source.path.name == "pins.py":
            findings += _check_file(source, _uses_rp2(root, source.path.parent))
    for board in sorted(path for path in (root / "boards").iterdir() if path.is_dir()):
        if (board / "board.py").is_file() and not (board / "pins.py").is_file():
            findings.append(f"{board.relative_to(root).as_posix()}:1: no pins.py")
    return findings


if __name__ == "__main__":
    main(check)
