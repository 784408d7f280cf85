"""Make docs/settings.md from the settings tables in firmware/chargecore/ocpp16/keys*.py.

`python -m chargecore_tools.gen_settings` writes the page; with --check it writes nothing and exits
with 1 when the page is stale.
"""

import ast
import sys
from pathlib import Path

from chargecore_tools.generated_page import keep_page

_ROOT = Path(__file__).resolve().parents[2]
_TABLES_PATH = _ROOT / "firmware/chargecore/ocpp16"
_PAGE_PATH = _ROOT / "docs/settings.md"

_HEAD = """# Settings

Made by `python -m chargecore_tools.gen_settings` from `firmware/chargecore/ocpp16/keys*.py`.

Values are texts on the wire. Whole numbers are plain decimals, truth values `true` or `false` in
any case. Keys are found in any case. A value that is refused changes nothing; an accepted one acts
at once and is kept over a power cut. A key of a profile that the station file does not list is
unknown; what was set for it is kept meanwhile.

| key | profile | type | unit | range | access | default | acts where | OCPP 2.0.1 |
|---|---|---|---|---|---|---|---|---|
"""


def table_rows(source: str) -> list[tuple[dict[str, str], str]]:
    """Return (columns, comment) of every row of TABLE, the columns as source text."""
    lines = source.splitlines()
    tree = ast.parse(source)
    names = {}
    table = None
    for node in tree.body:
        if isinstance(node, ast.Assign):
            name = node.targets[0].id
            value = node.value
            if name == "TABLE":
                table = value
            else:
                names[name] = value.args[0] if isinstance(value, ast.Call) else value
    rows = []
    for row in table.elts:
        titles = ("key", "type", "low", "high", "access", "default", "attribute")
        columns = {t: _text(e, names) for t, e in zip(titles, row.elts, strict=True)}
        rows.append((columns, _comment_above(lines, row.lineno)))
    return rows


def _text(node: ast.expr, names: dict[str, ast.expr]) -> str:
    if isinstance(node, ast.Name) and node.id in names:
        return _text(names[node.id], names)
    if isinstance(node, ast.Constant):
        value = node.value
        return value.decode() if isinstance(value, bytes) else str(value)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return str(int(_text(node.left, names)) * int(_text(node.right, names)))
    return ast.unparse(node)


def _comment_above(lines: list[str], line_number: int) -> str:
    """Return the comment lines that end just above a line (counted from 1) as one text."""
    parts = []
    idx = line_number - 2
    while lines[idx].strip().startswith("#"):
        parts.insert(0, lines[idx].strip()[1:].strip())
        idx -= 1
    return " ".join(parts)


def page() -> str:
    """Return the whole page, its keys in alphabetical order."""
    lines = {}
    for path in sorted(_TABLES_PATH.glob("keys*.py")):
        for columns, comment in table_rows(path.read_text(encoding="utf-8")):
            lines[columns["key"].lower()] = _line(columns, comment, _profile(path))
    return _HEAD + "".join(lines[key] for key in sorted(lines))


def _profile(path: Path) -> str:
    """Return the profile whose keys a file holds, by the first line of its docstring."""
    title = path.read_text(encoding="utf-8").split("\n", 1)[0]
    return title.partition(" of the ")[2].partition(" profile")[0]


def _line(columns: dict[str, str], comment: str, profile: str) -> str:
    access_words = {"RO": "read only", "RW": "read, write", "WO": "write only"}
    unit, other_name, acts = [part.strip() for part in comment.split("|")]
    kind = {"T_BOOL": "truth value", "T_INT": "number", "T_TEXT": "text"}[columns["type"]]
    limits = ""
    if columns["type"] == "T_INT":
        limits = f"{columns['low']} to {columns['high']}"
    elif columns["type"] == "T_TEXT":
        limits = f"up to {columns['high']} characters"
    access = " ".join(access_words.get(w, w) for w in columns["access"].split(" | "))
    access = access.replace("REBOOT", "(after reboot)")
    default = columns["default"]
    if default == "None":
        default = "as the hardware is"
    elif columns["type"] == "T_BOOL":
        default = default.lower()
    cells = (
        columns["key"],
        profile,
        kind,
        unit.replace("-", ""),
        limits,
        access,
        default or "(empty)",
    )
    return "| " + " | ".join(cells) + f" | {acts} | {other_name.strip('-')} |\n"


if __name__ == "__main__":
    sys.exit(keep_page(_PAGE_PATH, page(), __doc__))
