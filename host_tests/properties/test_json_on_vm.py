"""Reader and writer in the real VM, where viper is machine code, against CPython's json."""

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargecore.base.codes import E_SYNTAX
from chargecore_tools.sim_process import micropython
from fakes.json_cases import BAD, GOOD
from fakes.json_texts import ANY_BYTES, TEXTS, damaged, is_number, oracle, plain

_FOLDER = Path(__file__).resolve().parent
_FIRMWARE = _FOLDER.parents[1] / "firmware"


class _Vm:
    """The echo script in a VM of its own."""

    def __init__(self):
        command = [micropython(), "-X", "heapsize=1m", str(_FOLDER / "json_echo_vm.py")]
        self._process = subprocess.Popen(
            command + [str(_FIRMWARE)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def ask(self, data):
        """Return (code, text written again or None)."""
        self._process.stdin.write(data.hex() + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the VM ended"
        words = line.split()
        return int(words[0]), bytes.fromhex(words[1]) if len(words) > 1 else None

    def end(self):
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


@pytest.fixture(scope="module")
def vm():
    """One VM for all examples."""
    vm = _Vm()
    yield vm
    vm.end()


def _listed(value):
    """Return the value as the echo script writes it: an object as a list with a mark."""
    if isinstance(value, tuple):
        flat = [part for name, inner in value for part in (plain(name), _listed(inner))]
        return [{}] + flat
    if isinstance(value, list):
        return [_listed(item) for item in value]
    if is_number(value):
        return ("number", str(value))
    return plain(value) if isinstance(value, str) else value


def _read_again(text):
    def number(digits):
        return ("number", digits)

    return json.loads(text, parse_int=number, parse_float=number)


def assert_same(vm, data):
    code, again = vm.ask(data)

    is_valid, value = oracle(data, pairs=tuple)
    assert code == (0 if is_valid else E_SYNTAX), data
    if is_valid:
        assert _read_again(again) == _listed(value), data


@settings(max_examples=300)
@given(data=ANY_BYTES | TEXTS | damaged())
def test_the_vm_reads_and_writes_as_cpython_does(vm, data):
    assert_same(vm, data)


@given(data=TEXTS, cut=st.integers(0, 100))
def test_the_vm_refuses_what_is_cut_off_as_cpython_does(vm, data, cut):
    assert_same(vm, data[: len(data) * cut // 100])


@pytest.mark.parametrize("data", GOOD + BAD)
def test_the_vm_takes_the_corner_cases_as_cpython_does(vm, data):
    assert_same(vm, data)
