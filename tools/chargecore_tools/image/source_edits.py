"""source_edits: replaces parts of a source text and keeps the number of every line.

Called by: the other steps. An edit is (line, column, last line, end column, text);
lines count from 1 and columns are bytes, as ast has them.
"""


def put_number(node, value):
    """Return the edit that puts a whole number where a node stands."""
    text = str(value) if value >= 0 else f"({value})"
    return node.lineno, node.col_offset, node.end_lineno, node.end_col_offset, text


def put_text(node, text):
    """Return the edit that puts a text where a node stands, with as many lines as before."""
    text += "\n" * (node.end_lineno - node.lineno)
    return node.lineno, node.col_offset, node.end_lineno, node.end_col_offset, text


def put_imports(node, parts):
    """Return the edit for an import: parts is [(module, {name as bound: name there})]."""
    lines = []
    for module, names in parts:
        words = [n if n == bound else f"{n} as {bound}" for bound, n in names.items()]
        lines.append(f"from {module} import " + ", ".join(words) if module else _plain(names))
    padding = "\n" * (node.end_lineno - node.lineno)
    if padding and parts and parts[-1][0]:
        head, names = lines[-1].split(" import ", 1)
        lines[-1] = f"{head} import ({names}{padding})"
        padding = ""
    text = ("; ".join(lines) or "pass") + padding
    return node.lineno, node.col_offset, node.end_lineno, node.end_col_offset, text


def _plain(names):
    return "import " + ", ".join(
        n if n == bound else f"{n} as {bound}" for bound, n in names.items()
    )


def apply_edits(text, edits):
    """Return the text with all edits made."""
    lines = text.encode("utf-8").splitlines(keepends=True)
    for row, start, end_row, end, new in sorted(edits, reverse=True):
        tail = lines[end_row - 1][end:]
        lines[row - 1] = lines[row - 1][:start] + new.encode("utf-8") + tail
        # The new text stands in one item; its other lines leave empty ones behind.
        lines[row:end_row] = [b""] * (end_row - row)
    return b"".join(lines).decode("utf-8")
