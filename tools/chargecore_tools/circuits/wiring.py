"""A board's pins.py as a wiring diagram: which pin goes to which part of which circuit.

Called by: gen_circuits. The rows come out of the table itself; nothing is written down twice.
"""

import ast
from pathlib import Path

_GROUPS = (
    ("coil", ("CONTACTOR_COIL", "DEAD_MAN", "COIL_TONE")),
    ("inputs.svg, RCD", ("RCD_TRIP", "RCD_TEST")),
    ("inputs.svg", ("CONTACTOR_FEEDBACK", "EMERGENCY_STOP", "EARTH_PRESENT")),
    ("pilot.svg", ("PILOT_PWM", "PILOT_SENSE", "STAGE_SENSE")),
    ("inputs.svg, lock", ("LOCK_MOTOR_A", "LOCK_MOTOR_B", "LOCK_FEEDBACK")),
    ("inputs.svg", ("PROXIMITY_SENSE", "TEMPERATURE_SENSE")),
    ("meter", ("METER_TX", "METER_RX")),
    ("reader", ("READER_A", "READER_B")),
    ("lamp", ("LAMP_DATA",)),
    ("service", ("SERVICE",)),
    ("tamper", ("LID",)),
)
_PICO_LEGS = (1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 14, 15, 16, 17, 19, 20, 21, 22, 24, 25, 26, 27, 29)
_ADC_LEGS = {26: 31, 27: 32, 28: 34}
_WT32 = {32: "CFG", 33: "485_EN", 5: "RXD", 17: "TXD"}
_WROOM = {36: "VP", 39: "VN"}
_HEADS = {"OUT": ">", "PWM_OUT": ">", "OPEN_DRAIN": "<>"}
_ROW = 1.6  # units
_TOP = 4


class Board:
    """One row of the drawing list: folder, what stands on the module, where its coil's circuit is.

    legs(number) returns what is printed beside a pin, or "".
    """

    def __init__(self, name, module, coil_circuit, legs):
        self.name = name
        self.module = module
        self.coil_circuit = coil_circuit
        self.legs = legs


def _pico_legs(number):
    return f"pin {_ADC_LEGS.get(number) or _PICO_LEGS[number]}"


BOARDS = (
    Board(
        "esp32_devkit",
        "ESP32-DevKitC",
        "esp32/dead_man.svg",
        lambda number: _WROOM.get(number, ""),
    ),
    Board("esp32s3_devkit", "ESP32-S3-DevKitC-1", "esp32/dead_man.svg", lambda number: ""),
    Board("wt32_eth01", "WT32-ETH01", "esp32/dead_man.svg", lambda number: _WT32.get(number, "")),
    Board("pico_w", "Pico W", "rp2/coil_guard.svg", _pico_legs),
    Board("pico2_w", "Pico 2 W", "rp2/coil_guard.svg", _pico_legs),
)


def rows_of(path: Path) -> dict:
    """Return {signal: (number, direction, safe level, wired to)} of a pins.py."""
    found = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple):
            number, direction, safe, wired_to = node.value.elts
            found[node.targets[0].id] = (number.value, direction.id, safe.value, wired_to.value)
    return found


class Wiring:
    """The drawing of one board: TITLE, SIZE and ROWS, as the other circuits have them."""

    def __init__(self, board: Board, table: dict):
        self._board = board
        self._y = _TOP
        rows = []
        for text, names in _GROUPS:
            rows += self._group(text, [name for name in names if name in table], table)
        height = self._y - _TOP + 1.4
        self.TITLE = f"{board.module}: wiring"
        self.SIZE = (62, _TOP + height - 1)
        self.ROWS = (("frame", 6, _TOP - 1, (11, height), board.module), *_supplies(), *rows)

    def _group(self, text, names, table):
        if not names:
            return []
        begin = self._y
        rows = []
        for name in names:
            rows += self._signal(name, *table[name])
            self._y += _ROW
        if text == "coil":
            text = self._board.coil_circuit
        rows.append(("group", 53, begin - 0.6, _ROW * len(names) - 0.4, text))
        self._y += 0.6
        return rows

    def _signal(self, name, number, direction, safe, wired_to):
        y = self._y
        legs = self._board.legs(number)
        yield ("leg", 17, y, f"GPIO {number}" + (f" ({legs})" if legs else ""))
        yield ("arrow", 17, y, _HEADS.get(direction, "<"))
        level = "" if safe is None else f", {safe} at boot"
        yield ("label", 19.4, y + 0.2, name + level)
        yield ("note", 30.5, y + 0.2, wired_to)


def _supplies():
    y = _TOP
    yield ("supply", 4, y, "+5 V")
    yield ("wire", (4, y), (6, y))
    yield ("note", 6.3, y + 0.2, "5 V")
    yield ("note", 0.5, y + 2.2, "+3.3 V out")
    yield ("wire", (4, y + 2), (6, y + 2))
    yield ("note", 6.3, y + 2.2, "3.3 V")
    yield ("ground", 4, y + 4)
    yield ("wire", (4, y + 4), (6, y + 4))
    yield ("note", 6.3, y + 4.2, "GND")
