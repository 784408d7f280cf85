"""A repository of a few lines, for a check to find what was planted in it."""


def plant(root, files):
    """Write {"firmware/chargecore/base/x.py": "text"} below root. Return root."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def firmware(root, text, name="firmware/chargecore/base/planted.py"):
    """Plant one firmware file. Return root."""
    return plant(root, {name: text})
