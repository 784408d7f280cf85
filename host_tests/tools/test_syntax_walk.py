"""syntax_walk: the order of ast.walk(), so that no image changes by it."""

import ast
from pathlib import Path

from chargecore_tools.image.syntax_walk import walk

_TOOLS = Path(__file__).resolve().parent.parent.parent / "tools" / "chargecore_tools" / "image"


def test_visits_the_nodes_of_ast_walk_in_their_order():
    for path in sorted(_TOOLS.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        theirs = [node for node in ast.walk(tree) if not isinstance(node, ast.expr_context)]

        assert [id(node) for node in walk(tree)] == [id(node) for node in theirs], path.name
