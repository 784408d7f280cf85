"""YAML whose mappings and lists know the line of each entry, read strictly.

The safe loader, with less: no aliases (a case could contain itself), no key twice, and of the
words that YAML 1.1 takes for something else only `true`, `false` and `null` are left.
"""

import re

import yaml

from chargecore_tools.cert.errors import CaseError

_DEPTH_MAX = 30
_BYTES_MAX = 1_000_000
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_INT = re.compile(r"[-+]?\d+")
_FLOAT = re.compile(r"[-+]?\d+\.\d+")


class Mapping(dict):
    """A dict; `lines[key]` is the line of a key, `line` its own."""

    line = 0

    def __init__(self, *args):
        super().__init__(*args)
        self.lines = {}


class Items(list):
    """A list; `lines[idx]` is the line of an item, `line` its own."""

    line = 0

    def __init__(self, *args):
        super().__init__(*args)
        self.lines = []


def read(path):
    """Return what a file holds. Errors: CaseError."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise CaseError(path, 0, error.strerror or str(error)) from error
    return parse(raw, path)


def parse(raw, name):
    """Return what bytes hold; name stands in errors. Errors: CaseError."""
    if len(raw) > _BYTES_MAX:
        raise CaseError(name, 0, f"over {_BYTES_MAX} bytes")
    try:
        text = raw.decode("utf-8")
        node = yaml.compose(text, Loader=_NoAliases)
    except UnicodeDecodeError as error:
        raise CaseError(name, 0, "not UTF-8") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 0
        raise CaseError(name, line, f"no YAML: {error.problem or error.context}") from error
    except yaml.YAMLError as error:
        raise CaseError(name, 0, f"no YAML: {str(error).splitlines()[0]}") from error
    except RecursionError as error:
        raise CaseError(name, 0, "nested too deep") from error
    return None if node is None else _value(node, name, 0)


class _NoAliases(yaml.SafeLoader):
    def compose_node(self, parent, index):
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            raise yaml.composer.ComposerError(None, None, "no aliases here", mark)
        return super().compose_node(parent, index)


def _value(node, name, depth):
    line = node.start_mark.line + 1
    if depth > _DEPTH_MAX:
        raise CaseError(name, line, "nested too deep")
    if node.tag not in _TAGS:
        raise CaseError(name, line, f"no tags here: {node.tag}")
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, name, line)
    if isinstance(node, yaml.SequenceNode):
        items = Items(_value(child, name, depth + 1) for child in node.value)
        items.line = line
        items.lines = [child.start_mark.line + 1 for child in node.value]
        return items
    mapping = Mapping()
    mapping.line = line
    for key_node, value_node in node.value:
        key_line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise CaseError(name, key_line, "a key must be a word")
        key = key_node.value
        if key in mapping:
            raise CaseError(name, key_line, f"'{key}' stands here twice")
        mapping[key] = _value(value_node, name, depth + 1)
        mapping.lines[key] = key_line
    return mapping


def _scalar(node, name, line):
    text = node.value
    if node.style is not None:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text) if len(text) < 16 else text
    return float(text) if _FLOAT.fullmatch(text) else text


_TAGS = frozenset(  # what the safe loader finds by itself in what is written without a tag
    f"tag:yaml.org,2002:{word}"
    for word in ("str int float bool null timestamp merge value map seq").split()
)
