"""The compiler gate refuses what CPython and ruff would let pass."""

import check_mpy
import pytest

from planted import firmware


@pytest.mark.parametrize(
    "text",
    [
        "def f(a, /):\n    pass\n",
        "match a:\n    case 1:\n        pass\n",
        "@micropython.viper\ndef f(a: int) -> int:\n    return g(1.5) + a + ''\n",
    ],
)
def test_names_every_chip_family_that_cannot_compile_a_file(tmp_path, text):
    findings = check_mpy.check(firmware(tmp_path, text))

    assert len(findings) == len(check_mpy.ARCHITECTURES)
    assert all(name in " ".join(findings) for name in check_mpy.ARCHITECTURES)


def test_looks_at_the_drivers_of_boards_too(tmp_path):
    text = "def f(a, /):\n    pass\n"

    assert check_mpy.check(firmware(tmp_path, text, "boards/chip/driver.py"))


def test_accepts_a_file_that_compiles(tmp_path):
    text = "@micropython.viper\ndef f(a: ptr8, b: int) -> int:\n    return a[b]\n"

    assert check_mpy.check(firmware(tmp_path, text)) == []
