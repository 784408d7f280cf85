"""The import check finds arrows that run the wrong way."""

import check_arrows
import pytest

from planted import plant
from sources import ROOT


def found(root, name, line):
    """Return what the check says about one file with one import."""
    return check_arrows.check(plant(root, {f"firmware/chargecore/{name}": line + "\n"}))


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("base/a.py", "from chargecore.safety.contactor import Contactor"),
        ("safety/a.py", "from chargecore.evse.controller import Controller"),
        ("evse/a.py", "import chargecore.station.connector"),
        ("station/a.py", "from chargecore.wire.rpc import Rpc"),
        ("station/a.py", "from chargecore.net.connection import Connection"),
        ("ocpp16/a.py", "from chargecore.evse.controller import Controller"),
        ("store/a.py", "from chargecore.wire.outbox import Outbox"),
        ("station/a.py", "from chargecore.ocpp16.adapter import Ocpp16"),
        ("wire/a.py", "import socket"),
        ("meters/a.py", "import machine"),
        ("net/a.py", "import time"),
        ("base/a.py", "import typing"),
        ("base/a.py", "from boards.host.board import Board"),
        ("base/a.py", "from . import codes"),
        ("attic/a.py", ""),
    ],
)
def test_refuses_the_wrong_way(tmp_path, name, line):
    assert len(found(tmp_path, name, line)) == 1


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("evse/a.py", "from chargecore.safety.contactor import Contactor"),
        ("station/a.py", "from chargecore.store.settings import Settings"),
        ("ocpp16/a.py", "from chargecore.wire.rpc import Rpc"),
        ("net/a.py", "import socket"),
        ("base/a.py", "from array import array"),
    ],
)
def test_accepts_the_right_way(tmp_path, name, line):
    assert found(tmp_path, name, line) == []


def test_finds_modules_that_import_each_other(tmp_path):
    files = {
        "firmware/chargecore/base/a.py": "from chargecore.base.b import B\n",
        "firmware/chargecore/base/b.py": "from chargecore.base.c import C\n",
        "firmware/chargecore/base/c.py": "def late():\n    import chargecore.base.a\n",
    }

    findings = check_arrows.check(plant(tmp_path, files))

    assert len(findings) == 1
    assert "circle" in findings[0]


def test_has_nothing_to_say_about_this_repository():
    assert check_arrows.check(ROOT) == []
