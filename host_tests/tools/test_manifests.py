"""boards/*/manifest.py, run as MicroPython's build does: every module that a board needs is in."""

import ast
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]
_BOARDS = sorted(path.parent for path in _ROOT.glob("boards/*/manifest.py"))


class Build:
    """The functions of a manifest; `frozen` gets the file of every module by its name."""

    def __init__(self, folder):
        self._folder = folder
        self.frozen = {}
        self.included = []
        names = {name: getattr(self, name) for name in ("include", "module", "package")}
        text = (folder / "manifest.py").read_text(encoding="utf-8")
        exec(compile(text, str(folder / "manifest.py"), "exec"), names)

    def include(self, path):
        self.included.append(path)

    def module(self, name, base_path):
        self._add((self._folder / base_path).resolve(), Path(name))

    def package(self, name, files=None, base_path="."):
        base = (self._folder / base_path).resolve()
        paths = [base / name / file for file in files] if files else (base / name).rglob("*.py")
        found = sorted(paths)
        assert found, f"{name}: nothing there"
        for path in found:
            self._add(base, path.relative_to(base))

    def _add(self, base, path):
        assert (base / path).is_file(), path
        self.frozen[path.with_suffix("").as_posix().replace("/", ".")] = base / path


def _imports(path):
    """Yield every module that a file may import, at its top or later."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _file_of(name):
    """Return the file that an import of ours means, None for what is the interpreter's."""
    for base in (_ROOT / "firmware", _ROOT):
        path = base.joinpath(*name.split(".")).with_suffix(".py")
        if path.is_file():
            return path
    return None


def test_every_board_has_a_manifest():
    boards = {path.parent for path in _ROOT.glob("boards/*/board.py")} - {_ROOT / "boards/host"}

    assert set(_BOARDS) == boards


@pytest.mark.parametrize("folder", _BOARDS, ids=lambda path: path.name)
def test_freezes_all_that_is_imported_and_nothing_of_the_host(folder):
    build = Build(folder)

    assert build.frozen["board"] == folder / "board.py"
    assert len(build.included) == 1
    assert not [name for name in build.frozen if name.startswith("boards.host")]
    for path in build.frozen.values():
        for name in _imports(path):
            wanted = _file_of(name)
            if wanted is not None and name != "board":
                assert build.frozen.get(name) == wanted, f"{path}: {name}"
