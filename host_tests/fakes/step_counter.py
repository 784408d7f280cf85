"""StepCounter: how many lines of the firmware a call executes. CPython only.

Lines, not milliseconds: the same on every machine. Lines of viper functions are counted apart: on
a chip one of them takes a fiftieth of the time (micropython.md §2: 1.7 us against 85 us).
"""

import ast
import sys
from pathlib import Path

_FIRMWARE = Path(__file__).resolve().parents[2] / "firmware"


def _viper_functions():
    found = set()
    for path in _FIRMWARE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                if any("viper" in ast.unparse(one) for one in node.decorator_list):
                    found.add((str(path), node.name))
    return found


class StepCounter:
    """with counter: call()  ->  counter.lines, counter.viper_lines of that call."""

    def __init__(self):
        self._viper = _viper_functions()
        self._root = str(_FIRMWARE)
        self.lines = 0
        self.viper_lines = 0
        self._before = None

    def __enter__(self):
        self.lines = 0
        self.viper_lines = 0
        self._before = sys.gettrace()
        sys.settrace(self._enter_call)
        return self

    def __exit__(self, kind, error, trace):
        sys.settrace(self._before)
        return False

    def _enter_call(self, frame, event, arg):
        code = frame.f_code
        if not code.co_filename.startswith(self._root):
            return None
        is_viper = (code.co_filename, code.co_name) in self._viper
        return self._in_viper if is_viper else self._in_bytecode

    def _in_bytecode(self, frame, event, arg):
        if event == "line":
            self.lines += 1
        return self._in_bytecode

    def _in_viper(self, frame, event, arg):
        if event == "line":
            self.viper_lines += 1
        return self._in_viper
