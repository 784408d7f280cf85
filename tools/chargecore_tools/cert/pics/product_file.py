"""product.yaml: the maker's answers: a commented template of it, and its reader.

Errors of reading: ArtefactError with one line that names file, line and what is allowed.
"""

import re

import yaml

from chargecore_tools.cert.artefact_error import usage
from chargecore_tools.cert.documents import data_of
from chargecore_tools.cert.grammar import PROFILES
from chargecore_tools.cert.pics.questions import (
    FLAG,
    LEFT_OUT,
    LIST,
    NUMBER,
    SECTIONS,
    TEXT,
    WORD,
    all_questions,
)

PRODUCT = "product.yaml"
MADE_BY = "chargecore cert pics --template writes one"
_LONGEST_B = 1024 * 1024
_TEXT_LEN = 500
_ITEMS_MAX = 100
_SHOWN = 80
_NUMBER = re.compile(r"\d{1,6}(\.\d{1,3})?")

_HEAD = """# What `chargecore cert pics` cannot read from a station. What stays empty is asked for
# again, and the document says that it is open. Nothing is filled in for you: a PICS is a
# declaration, and the lab tests what it says.
"""
_TAIL = f"""
# ---- Declaration ----

# Profiles that pass but shall not be declared. Every declared one becomes mandatory.
# one of {", ".join(PROFILES)}
{LEFT_OUT}: []
"""


def template():
    """Return an empty product.yaml with its comments."""
    parts = [_HEAD]
    for title, rows in SECTIONS.items():
        parts.append(f"\n# ---- {title} ----\n")
        for question in rows:
            what = question.text if question.is_needed else f"{question.text} (may stay empty)"
            parts.append(f"\n# {what}; {_kind_text(question)}\n# such as: {question.example}\n")
            parts.append(f"{question.id}:\n")
    return "".join([*parts, _TAIL])


def read_product(path):
    """Return ({id: answer or None}, [profiles left out])."""
    values = _mapping(path)
    known = {question.id: question for question in all_questions()}
    for name in values:
        if name not in known and name != LEFT_OUT:
            raise usage(f"{path}: '{_cut(name)}' is no question", MADE_BY)
    answers = {name: _answer(path, known[name], values.get(name)) for name in known}
    left_out = values.get(LEFT_OUT) or []
    if not isinstance(left_out, list) or any(name not in PROFILES for name in left_out):
        raise usage(f"{path}: {LEFT_OUT}: a list out of {', '.join(PROFILES)}", MADE_BY)
    return answers, left_out


def _answer(path, question, value):
    """Return an answer as it goes into the document; None when it is open."""
    if value in (None, "", "~", "null"):
        return None
    made = _READERS[question.kind](value, question.choices)
    if made is None:
        text = f"{path}: {question.id}: must be {_kind_text(question)}"
        raise usage(f"{text}, not {_cut(repr(value))}", MADE_BY)
    return made


def _text(value, choices):
    is_right = isinstance(value, str) and len(value) <= _TEXT_LEN and value.isprintable()
    return value if is_right and (not choices or value in choices) else None


def _number(value, _choices):
    is_right = isinstance(value, str) and _NUMBER.fullmatch(value)
    return float(value) if is_right and "." in value else int(value) if is_right else None


def _flag(value, _choices):
    return {"true": True, "false": False}.get(value) if isinstance(value, str) else None


def _list(value, choices):
    if not isinstance(value, list) or len(value) > _ITEMS_MAX:
        return None
    return value if all(item and _text(item, choices) for item in value) else None


_READERS = {TEXT: _text, WORD: _text, NUMBER: _number, FLAG: _flag, LIST: _list}


def _kind_text(question):
    choices = f" out of {', '.join(question.choices)}" if question.choices else ""
    if question.kind == WORD:
        return f"one of {', '.join(question.choices)}"
    words = {LIST: f"a list of texts{choices}", FLAG: "true or false", NUMBER: "a number"}
    return words.get(question.kind, f"a text of up to {_TEXT_LEN} characters")


def _mapping(path):
    data = data_of(path, MADE_BY)
    if len(data) > _LONGEST_B:
        raise usage(f"{path}: longer than {_LONGEST_B // 1024} KiB", MADE_BY)
    try:
        # All scalars stay texts: hardware version 1.10 is no number, and `no` is no truth value.
        values = yaml.load(data, Loader=_PlainLoader)  # noqa: S506
    except yaml.YAMLError as error:
        raise usage(f"{path}{_line_of(error)}: {_cut(_why(error))}", MADE_BY) from None
    except (ValueError, RecursionError) as error:  # bytes of no encoding; nested too deeply
        raise usage(f"{path}: no YAML: {_cut(str(error) or 'nested too deeply')}") from None
    if not isinstance(values, dict) or not all(isinstance(name, str) for name in values):
        raise usage(f"{path}: must be a map of answers", MADE_BY)
    return values


class _PlainLoader(yaml.BaseLoader):
    """No anchors, which make small files large; no name twice, of which one would be lost."""

    def compose_node(self, parent, index):
        """Compose a node that is no alias."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            raise yaml.composer.ComposerError(None, None, "no aliases here", mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node, deep=False):
        """Construct a map whose names differ."""
        names = [key.value for key, _value in node.value if isinstance(key.value, str)]
        if len(names) != len(set(names)):
            text = "a name that is there twice"
            raise yaml.constructor.ConstructorError(None, None, text, node.start_mark)
        return super().construct_mapping(node, deep)


def _line_of(error):
    mark = getattr(error, "problem_mark", None)
    return f":{mark.line + 1}" if mark is not None else ""


def _why(error):
    return getattr(error, "problem", None) or str(error).splitlines()[0]


def _cut(text):
    line = str(text).encode("unicode_escape").decode("ascii")
    return line if len(line) <= _SHOWN else line[: _SHOWN - 3] + "..."
