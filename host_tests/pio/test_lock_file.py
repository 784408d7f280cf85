"""npm's files: exact versions, checked by hash, from whatever registry the machine asks."""

import json
from pathlib import Path

_HERE = Path(__file__).resolve().parent


def test_versions_are_exact():
    wanted = json.loads((_HERE / "package.json").read_text())["dependencies"]

    assert all(version[0].isdigit() for version in wanted.values())


def test_lock_has_a_hash_for_every_package_and_no_address():
    text = (_HERE / "package-lock.json").read_text()
    packages = json.loads(text)["packages"]

    assert "resolved" not in text
    assert "://" not in text
    assert all(row["integrity"] for name, row in packages.items() if name)
