"""The firmware's source files, parsed once, for every check.

A check is a function `check(root)` that returns a list of "path:line: what is wrong".
"""

import ast
import sys
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Source:
    """One Python file: text, lines, syntax tree, and its names."""

    def __init__(self, root, path):
        self.path = path
        self.name = path.relative_to(root).as_posix()
        self.text = path.read_text(encoding="utf-8")
        self.lines = self.text.splitlines()
        self.tree = ast.parse(self.text, filename=str(path))
        self.module = module_of(self.name)

    def at(self, node, text):
        """Return a finding at a node, or at a line number."""
        line = node if isinstance(node, int) else node.lineno
        return f"{self.name}:{line}: {text}"

    def comment_has(self, node, mark):
        """Tell whether the comment on one of the node's first lines holds mark."""
        end = node.body[0].lineno - 1 if hasattr(node, "body") else node.lineno
        rows = self.lines[node.lineno - 1 : max(end, node.lineno)]
        return any(mark in row.partition("#")[2] for row in rows)


def module_of(name):
    """Return "chargecore.base.ring" of "firmware/chargecore/base/ring.py"."""
    parts = name.removesuffix(".py").split("/")
    if parts[0] == "firmware":
        parts = parts[1:]
    if parts[-1] == "__init__":
        parts = parts[:-1]
    return ".".join(parts)


@lru_cache(maxsize=None)
def sources(root, folder):
    """Return the Source of every Python file below root/folder."""
    paths = sorted((root / folder).rglob("*.py"))
    return tuple(Source(root, path) for path in paths)


def functions(tree):
    """Yield (qualified name, class name or None, node) of every function of a module."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, None, node
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef):
                    yield f"{node.name}.{inner.name}", node.name, inner


def main(check):
    """Run one check over the repository and print what it finds. Exit status 1 when it does."""
    findings = check(ROOT)
    for finding in findings:
        print(finding)
    sys.exit(1 if findings else 0)
