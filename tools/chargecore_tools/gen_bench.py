"""Make docs/bench.md from the step table and the wiring faults of chargecore_tools/bench.

`python -m chargecore_tools.gen_bench` writes the page; with --check it writes nothing and exits
with 1 when the page is stale.
"""

import sys
from pathlib import Path

from chargecore_tools.bench.consent import SENTENCE
from chargecore_tools.bench.step_table import PART_MAINS, STEPS
from chargecore_tools.bench.wiring_faults import WIRING_FAULTS
from chargecore_tools.generated_page import keep_page

_PAGE_PATH = Path(__file__).resolve().parents[2] / "docs/bench.md"

_HEAD = """# The bench test of a new board

Made by `python -m chargecore_tools.gen_bench` from `tools/chargecore_tools/bench`.

`chargecore bench` goes through a board that has just been wired: it says what to connect, waits, measures, says PASS or FAIL, and after a
FAIL what to look for and at which pin. Never tried on hardware yet: what runs in the tests is the firmware in the VM on a simulated
board, and the link to a board behind a pty.

```
chargecore bench --board esp32_devkit --port /dev/ttyUSB0
chargecore bench --simulate --yes-part-1
chargecore bench --simulate --yes-part-1 --wiring-fault divider-off
```

## Before

- The board has its firmware (`chargecore deploy`) and a `station.json` (`chargecore provision`). Its console must listen: `"console":
  "open"`, or the service way in of its README: hold the service pin at power-on, let go of it before the bench begins.
- Nothing is plugged in: what runs on the board is stopped, and a session would be with it. At the end the board is reset.
- Instruments: multimeter, oscilloscope with two channels, an EV box (2.74 kOhm, 1.3 kOhm, 270 Ohm with diode, switches for A to D, buttons
  for a bridged diode and 80 Ohm from CP to PE, a PE switch), resistors of 1 % (1 kOhm; 1870, 4610, 612, 1254 Ohm; 1500, 680, 220, 100 Ohm
  from PP to PE). Part II: fused test panel, two-pole voltage tester, RCD tester, a load.

## How it goes

- **Part I has no mains at the contactor.** Part II begins only after part I has passed, and only when a qualified person has typed
  *{sentence}* and a name, both of which stand in the report.
- The contactor closes through the interlock alone, with every permission R1 to R13, and R59 besides: the tool has asked within the last
  seconds ([safety](safety.md#on-the-bench-r59)). A tool that is killed, a cable that is pulled, a terminal that is closed: open. The
  bench firmware refuses to drive the pilot by hand while it is closed.
- After each step: Enter for the next, `r` repeats it, `n` takes a note, `p` the file name of a photo, `q` ends. What is done is kept after
  every step; the same command goes on. Another firmware or another board wants `--fresh` or another `--out`.
- The report, `bench.html` and `bench.json`, has values, limits, where they come from, verdicts, notes, photos, operator, and one SHA-256
  over all files of the firmware as the board has them.
- `--quick` shortens the waits of steps 10 and 32, and the report says that it is not good for acceptance.
- Without a terminal: `--simulate` with `--yes-part-1`, or `--answers FILE`:

```json
{{"operator": "A. Name", "part_1": true, "part_2": {{"name": "Q. Name", "sentence": "{sentence}"}},
 "notes": {{"7": "EV box no. 3"}}, "photos": {{"17": ["coil.jpg"]}}}}
```

Exit status: 0 all passed, 1 a step failed or was not done, 2 wrong use, 3 no board.

## Steps

In the order in which they are done; numbers as in `evse-hardware.md` §7. Steps 19 and 20 come before 17: nothing closes before the monitor
is tested and the temperature known. A step whose `after` has failed is not done.

About {part_1} minutes for part I, {part_2} for part II.
"""

_ROW_HEAD = """
| # | step | expected | source | instruments | min | after |
|---|---|---|---|---|---|---|
"""

_TAIL = """
## Wiring faults of `--simulate`

Mistakes of copper, built into the simulator's plant; the firmware knows nothing of them. Each is found at its step in every test run.

| `--wiring-fault` | what is wrong | found at step |
|---|---|---|
"""

_END = """
## What it does not measure

- Step 7: that state B is seen within 100 ms of the plug; the reaction times of the firmware are measured in the tests.
- Step 2 allows the ADC 0.5 V, as the parts may be off before they are calibrated; step 4 wants 0.2 V behind it.
- Step 15, a Type 1 plug: this firmware does not read its button.
- Step 23: the watchdog's reset. The bench runs without one, since it could not be stopped when the console is needed; the one-shot, which
  drops the coil ten times sooner, is tested, and the pulled supply. Not sent to a closed contactor either: Ctrl-C and Ctrl-D.
- Step 29 in the simulation: 150 mA and the DC ramp, of which no device is simulated.
"""


def page() -> str:
    """Return the whole page."""
    text = _HEAD.format(sentence=SENTENCE, part_1=_minutes(1), part_2=_minutes(PART_MAINS))
    for part, title in ((1, "### Part I, without mains"), (PART_MAINS, "### Part II, mains")):
        text += f"\n{title}\n" + _ROW_HEAD
        for step in STEPS:
            if step.part == part:
                needs = ", ".join(step.needs)
                tools = ", ".join(step.instruments)
                row = (step.number, step.title, step.expect, step.source, tools, step.minutes)
                text += "| " + " | ".join(map(str, (*row, needs))) + " |\n"
    text += _TAIL
    for name, fault in sorted(WIRING_FAULTS.items()):
        text += f"| `{name}` | {fault.text} | {fault.step} |\n"
    return text + _END


def _minutes(part) -> int:
    return sum(step.minutes for step in STEPS if step.part == part)


if __name__ == "__main__":
    sys.exit(keep_page(_PAGE_PATH, page(), __doc__))
