"""boards/*/pins.py: one row per signal, no number twice, a safe level for every output, and every
pin one that the module has, leaves free, and lets be used for that.

A row is NAME = (number, direction, safe level, "wired to"); beside rows the file holds const().
A folder without board.py is no board: it holds what several boards share. MODULE names the row of
module_pins that says what the pins are good for; the PC has none. An RP2 has no pin for the dead
man but one for each coil's tone, and its pilot on a PWM that a soft reset stops.
"""

import ast

from module_pins import MODULES

from sources import main, sources

_OUTPUTS = ("OUT", "PWM_OUT")
_DRIVEN = (*_OUTPUTS, "OPEN_DRAIN")
_DIRECTIONS = (*_DRIVEN, "IN", "ANALOG_IN")
# What every board must have: the firmware asks for these by name.
_NEEDED = ("CONTACTOR_COIL", "CONTACTOR_FEEDBACK", "RCD_TRIP", "EMERGENCY_STOP")
_NEEDED += ("PILOT_PWM", "PILOT_SENSE")
_OPTIONAL = ("DEAD_MAN", "COIL_TONE", "RCD_TEST", "EARTH_PRESENT", "STAGE_SENSE")
_OPTIONAL += ("LOCK_MOTOR_A", "LOCK_MOTOR_B", "LOCK_FEEDBACK", "PROXIMITY_SENSE")
_OPTIONAL += ("TEMPERATURE_SENSE", "METER_TX", "METER_RX", "READER_A", "READER_B")
_OPTIONAL += ("LAMP_DATA", "SERVICE", "LID")
_LOCK = ("LOCK_MOTOR_A", "LOCK_MOTOR_B", "LOCK_FEEDBACK", "PROXIMITY_SENSE")
_MAY_FLICKER = ("LAMP_DATA",)
_NO_MODULE = "boards/host/pins.py"


def _row_error(row):
    """Return what is wrong with a row's tuple, or ""."""
    if len(row.elts) != 4:
        return "a row is (number, direction, safe level, wired to)"
    number, direction, safe, wired_to = row.elts
    if not (isinstance(number, ast.Constant) and type(number.value) is int):
        return "the pin is a number"
    if getattr(direction, "id", None) not in _DIRECTIONS:
        return "the direction is one of " + ", ".join(_DIRECTIONS)
    is_level = isinstance(safe, ast.Constant) and type(safe.value) is int and safe.value in (0, 1)
    if direction.id in _OUTPUTS and not is_level:
        return "an output needs a safe level, 0 or 1"
    if not (isinstance(wired_to, ast.Constant) and isinstance(wired_to.value, str)):
        return "say what the pin is wired to"
    return "" if wired_to.value.strip() else "say what the pin is wired to"


def _is_const(node):
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "const"


def _is_quiet(node):
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_text or isinstance(node, ast.ImportFrom)


def _output_error(module, name, number):
    if number in module.input_only:
        return "can only be an input"
    if number in module.strapping:
        return "is a strapping pin: no output there"
    if number in module.moving and name not in _MAY_FLICKER:
        return "moves at boot: nothing may be driven by it"
    if name.startswith("PILOT_PWM") and module.pilot is not None and number not in module.pilot:
        return "has a PWM that a soft reset would not stop: take 0-7 or 16-23"
    return ""


def _analog_error(module, number):
    if number in module.adc_radio and module.has_wifi:
        return "is of ADC 2, which does not work beside Wi-Fi"
    return "" if number in module.adc | module.adc_radio else "has no ADC"


def _pin_error(module, name, number, direction):
    """Return what forbids this use of a pin, or ""."""
    if number not in module.pins:
        return "is not there"
    if number in module.taken:
        return "is the module's own: " + module.taken[number]
    if number in module.never:
        return "may not be used: " + module.never[number]
    if direction in _DRIVEN:
        return _output_error(module, name, number)
    return _analog_error(module, number) if direction == "ANALOG_IN" else ""


def _signal_of(name):
    """Return PILOT_PWM of PILOT_PWM_2: further connectors have their number behind."""
    head, _, tail = name.rpartition("_")
    return head if tail.isdigit() else name


class _Table:
    """One pins.py: its rows and constants, and what is wrong with them."""

    def __init__(self, source):
        self._source = source
        self.findings = []
        self.rows = {}  # name: (node, number, direction)
        self.module = None
        for node in source.tree.body:
            if not _is_quiet(node):
                self._take(node)

    def tell(self, node, text):
        self.findings.append(self._source.at(node, text))

    def _take(self, node):
        if not isinstance(node, ast.Assign):
            self.tell(node, "only rows here, no logic")
            return
        name = node.targets[0].id
        if _is_const(node.value):
            if name == "MODULE":
                self._take_module(node)
        elif not isinstance(node.value, ast.Tuple):
            self.tell(node, f"{name}: only rows and const() here")
        elif error := _row_error(node.value):
            self.tell(node, f"{name}: {error}")
        else:
            number, direction = node.value.elts[0].value, node.value.elts[1].id
            self.rows[name] = (node, number, direction)

    def _take_module(self, node):
        name = getattr(node.value.args[0], "value", None)
        self.module = MODULES.get(name)
        if self.module is None:
            self.tell(node, f"MODULE: {name} is no row of tools/checks/module_pins.py")

    def check_numbers(self):
        owners = {}
        for name, (node, number, _) in self.rows.items():
            if number in owners:
                self.tell(node, f"{name}: pin {number} is {owners[number]}'s already")
            owners[number] = name

    def check_pins(self):
        for name, (node, number, direction) in self.rows.items():
            error = _pin_error(self.module, name, number, direction)
            if error:
                self.tell(node, f"{name}: pin {number} {error}")

    def check_names(self, is_rp2):
        for name, (node, _, _) in self.rows.items():
            if _signal_of(name) not in _NEEDED + _OPTIONAL:
                self.tell(node, f"{name}: no signal of that name, see tools/checks/check_pins.py")
        needed = ("COIL_TONE" if is_rp2 else "DEAD_MAN", *_NEEDED)
        if any(name in self.rows for name in _LOCK):
            needed += _LOCK
        for name in needed:
            if name not in self.rows:
                self.tell(1, f"signal {name} is missing")


def _check_file(source):
    table = _Table(source)
    table.check_numbers()
    if table.module is not None:
        table.check_pins()
    elif source.name != _NO_MODULE and not table.findings:
        table.tell(1, "MODULE is missing: which pins the module has cannot be checked")
    table.check_names(table.module is not None and table.module.pilot is not None)
    return table.findings


def check(root):
    """Return what is wrong with the pin tables."""
    findings = []
    for source in sources(root, "boards"):
        if source.path.name == "pins.py":
            findings += _check_file(source)
    for board in sorted(path for path in (root / "boards").iterdir() if path.is_dir()):
        if (board / "board.py").is_file() and not (board / "pins.py").is_file():
            findings.append(f"{board.relative_to(root).as_posix()}:1: no pins.py")
    return findings


if __name__ == "__main__":
    main(check)
