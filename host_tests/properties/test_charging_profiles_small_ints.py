"""No sum or product of the profile calculator leaves the small ints of a 32-bit board.

On a PC nobody would notice: whole numbers there are small up to 2^62. So the modules are loaded a
second time with every operation on numbers wrapped, and run on random sets and on the extremes.
"""

import ast
import sys
from pathlib import Path
from random import Random
from types import ModuleType

import pytest

from chargecore.station.profile_slot import (
    KIND_ABSOLUTE,
    KIND_DAILY,
    KIND_WEEKLY,
    LIMIT_MAX_A,
    LIMIT_MAX_W,
    NOT_GIVEN,
    PURPOSE_DEFAULT,
    PURPOSE_MAX,
    PURPOSE_TX,
    UNIT_A,
    UNIT_W,
)

_ROOT = Path(__file__).resolve().parents[2]
_MODULES = (
    "firmware/chargecore/station/profile_slot",
    "firmware/chargecore/station/profile_draft",
    "firmware/chargecore/station/profile_table",
    "firmware/chargecore/station/profile_scan",
    "firmware/chargecore/station/charging_profiles",
    "firmware/chargecore/station/composite_schedule",
    "host_tests/fakes/profile_world",
)
_SMALL_MIN, _SMALL_MAX = -(1 << 30), (1 << 30) - 1
_LAST_S = 1_073_001_599  # 2057-12-31T23:59:59Z, the last instant the reader of messages takes


def _checked(value):
    """Return value. Errors: AssertionError for a number that a board would put on the heap."""
    if isinstance(value, int):
        assert _SMALL_MIN <= value <= _SMALL_MAX, f"{value}: a heap int on a 32-bit board"
    return value


class _Wrap(ast.NodeTransformer):
    """Puts _checked() around every operation outside viper code, which has machine words."""

    def visit_FunctionDef(self, node):
        if any("viper" in ast.unparse(decorator) for decorator in node.decorator_list):
            return node
        return self.generic_visit(node)

    def visit_BinOp(self, node):
        self.generic_visit(node)
        name = ast.Name("_checked", ast.Load())
        return ast.copy_location(ast.Call(name, [node], []), node)

    def visit_AugAssign(self, node):
        self.generic_visit(node)
        target = ast.parse(ast.unparse(node.target), mode="eval").body
        name = ast.Name("_checked", ast.Load())
        value = ast.Call(name, [ast.BinOp(target, node.op, node.value)], [])
        return ast.copy_location(ast.Assign([node.target], value), node)


def _load(path):
    name = path.partition("/")[2].replace("/", ".")
    module = ModuleType(name)
    module._checked = _checked
    sys.modules[name] = module
    file = _ROOT / (path + ".py")
    tree = _Wrap().visit(ast.parse(file.read_text(encoding="utf-8")))
    exec(compile(ast.fix_missing_locations(tree), str(file), "exec"), module.__dict__)
    return module


@pytest.fixture(scope="module")
def world_class():
    """ProfileWorld made of the wrapped modules."""
    names = [path.partition("/")[2].replace("/", ".") for path in _MODULES]
    real = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    try:
        modules = [_load(path) for path in _MODULES]
    finally:
        for name in names:
            sys.modules.pop(name, None)
        sys.modules.update(real)
    return modules[-1].ProfileWorld


def _run(world, now_s, duration_s):
    for connector in (0, 1):
        for unit in (UNIT_A, UNIT_W):
            world.ask(connector, unit, duration_s, now_s)
            world.ask(connector, unit, duration_s, now_s, is_clock_known=False)
    world.limit_ma(1, now_s)
    world.limit_ma(1, now_s, is_clock_known=False)


@pytest.mark.parametrize("phases", (1, 3))
@pytest.mark.parametrize("now_s", (100_000_000, 1 << 29, _LAST_S))
def test_highest_limits_stay_small(world_class, phases, now_s):
    world = world_class(15, phases)
    world.hardware_ma = 80_000
    for unit, limit in ((UNIT_A, LIMIT_MAX_A // 10), (UNIT_W, LIMIT_MAX_W // 10)):
        for purpose in (PURPOSE_MAX, PURPOSE_DEFAULT, PURPOSE_TX):
            connector = 0 if purpose == PURPOSE_MAX else 1
            world.install(purpose, [(0, limit, 3), (9, limit, 1)], 0, connector, unit=unit)
            assert world.table.count
        _run(world, now_s, 600)
        world.start(1, now_s - 40)
        world.install(PURPOSE_TX, [(0, limit, 3)], unit=unit)
        _run(world, now_s, 600)
        world.profiles.end_session(1)


@pytest.mark.parametrize("kind", (KIND_ABSOLUTE, KIND_DAILY, KIND_WEEKLY))
@pytest.mark.parametrize("now_s", (100_000_000, (1 << 29) - 1))
def test_times_stay_small_until_2041(world_class, kind, now_s):
    world = world_class(2)
    extremes = (-0x20000000, 0, now_s, 0x3FFFFFFF)
    for start_s in extremes:
        for other_s in (NOT_GIVEN, *extremes):
            world.install(
                PURPOSE_DEFAULT,
                [(0, 7), (1, 8), (0x3FFFFFFF, 9)],
                kind=kind,
                start_s=start_s,
                duration_s=0x3FFFFFFF,
                from_s=other_s,
                to_s=other_s,
            )
            assert world.table.count == 1
            _run(world, now_s, 0x3FFFFFFF)


def test_times_since_2024_stay_small_to_the_end(world_class):
    world = world_class(2)
    world.install(PURPOSE_DEFAULT, [(0, 7), (1, 8)], start_s=0, to_s=_LAST_S)

    _run(world, _LAST_S, 0x3FFFFFFF)


def test_random_sets_stay_small(world_class):
    pick = Random(1)
    for _ in range(300):
        world = world_class(3, pick.choice((1, 3)))
        now_s = pick.randrange(60_000_000, 1 << 29)
        for level in range(3):
            for purpose in (PURPOSE_MAX, PURPOSE_DEFAULT):
                world.install(
                    purpose,
                    [(0, pick.randrange(100)), (pick.randrange(1, 9_000), pick.randrange(100))],
                    level,
                    0,
                    kind=pick.choice((KIND_ABSOLUTE, KIND_DAILY, KIND_WEEKLY)),
                    unit=pick.choice((UNIT_A, UNIT_W)),
                    start_s=now_s - pick.randrange(-9_000, 900_000),
                    duration_s=pick.choice((NOT_GIVEN, pick.randrange(90_000))),
                    now_s=now_s,
                )
        world.start(2, now_s - 5)
        _run(world, now_s, pick.choice((60, 9_000, 200_000)))
