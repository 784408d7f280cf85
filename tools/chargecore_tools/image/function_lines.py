"""function_lines: a function that was changed, written out, and where each line of it came from.

Called by: inline_calls. One line per statement, however many it had; comments are left out.
"""

import ast

_STEP = "    "


def lines_of(function, indent):
    """Return [(text, number of the line it was)] of a function."""
    made = [(indent + "@" + ast.unparse(d), d.lineno) for d in function.decorator_list]
    head = f"{indent}def {function.name}({ast.unparse(function.args)}):"
    return made + [(head, function.lineno)] + _block(function.body, indent + _STEP)


def _block(statements, indent):
    made = []
    for node in statements:
        made += _statement(node, indent)
    return made


def _statement(node, indent):
    inner = indent + _STEP
    if isinstance(node, ast.If):
        return _if(node, indent, "if")
    if isinstance(node, ast.While):
        made = [(f"{indent}while {ast.unparse(node.test)}:", node.lineno)]
    elif isinstance(node, ast.For):
        head = f"{indent}for {ast.unparse(node.target)} in {ast.unparse(node.iter)}:"
        made = [(head, node.lineno)]
    elif isinstance(node, ast.With):
        items = ", ".join(map(ast.unparse, node.items))
        made = [(f"{indent}with {items}:", node.lineno)]
    elif isinstance(node, ast.Try):
        return _try(node, indent)
    else:
        text = ast.unparse(node).split("\n")
        return [(indent + line, node.lineno) for line in text]
    made += _block(node.body, inner)
    return made + _branch(getattr(node, "orelse", ()), indent, "else:", node)


def _if(node, indent, word):
    made = [(f"{indent}{word} {ast.unparse(node.test)}:", node.lineno)]
    made += _block(node.body, indent + _STEP)
    if len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
        return made + _if(node.orelse[0], indent, "elif")
    return made + _branch(node.orelse, indent, "else:", node)


def _try(node, indent):
    made = [(indent + "try:", node.lineno)] + _block(node.body, indent + _STEP)
    for handler in node.handlers:
        what = f" {ast.unparse(handler.type)}" if handler.type else ""
        what += f" as {handler.name}" if handler.name else ""
        made.append((f"{indent}except{what}:", handler.lineno))
        made += _block(handler.body, indent + _STEP)
    made += _branch(node.orelse, indent, "else:", node)
    return made + _branch(node.finalbody, indent, "finally:", node)


def _branch(statements, indent, word, node):
    if not statements:
        return []
    return [(indent + word, node.lineno)] + _block(statements, indent + _STEP)
