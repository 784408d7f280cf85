"""Make the diagrams of boards/ from the tables in chargecore_tools/circuits and from pins.py.

`python -m chargecore_tools.gen_circuits` writes them; with --check it writes nothing and exits
with 1 when one is stale.
"""

import sys
from pathlib import Path

from chargecore_tools.circuits import coil_guard, dead_man, inputs, pilot
from chargecore_tools.circuits.drawing import Drawing
from chargecore_tools.circuits.wiring import BOARDS, Wiring, rows_of
from chargecore_tools.generated_page import keep_page

_ROOT = Path(__file__).resolve().parents[2]
_SHARED = (
    (_ROOT / "boards/esp32/dead_man.svg", dead_man),
    (_ROOT / "boards/rp2/coil_guard.svg", coil_guard),
    (_ROOT / "boards/pilot.svg", pilot),
    (_ROOT / "boards/inputs.svg", inputs),
)


def circuits() -> list:
    """Return (path, circuit) of every drawing."""
    found = list(_SHARED)
    for board in BOARDS:
        folder = _ROOT / "boards" / board.name
        found.append((folder / "wiring.svg", Wiring(board, rows_of(folder / "pins.py"))))
    return found


def picture(circuit) -> str:
    """Return the SVG of a circuit's module."""
    return Drawing(circuit.TITLE, circuit.SIZE, circuit.ROWS).svg()


if __name__ == "__main__":
    sys.exit(max(keep_page(path, picture(circuit), __doc__) for path, circuit in circuits()))
