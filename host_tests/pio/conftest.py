"""One emulated chip for all tests of a file: starting Node takes longer than most of them."""

import pytest

from emulator import Emulator


@pytest.fixture(scope="module")
def shared_emulator():
    """An emulator for one file."""
    emulator = Emulator()
    yield emulator
    emulator.close()


@pytest.fixture
def emulator(shared_emulator):
    """A chip fresh from reset."""
    shared_emulator.reset()
    return shared_emulator
