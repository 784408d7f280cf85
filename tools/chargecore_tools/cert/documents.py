"""The kit's JSON files: read with every field checked, written so that two can be compared.

Each kind has a JSON Schema in schemas/, which is its documentation, too. Read are only files of
people who may err: too long, broken, of another format, with missing or wrong fields.
Errors: ArtefactError with one line that names the file and the place.
"""

import datetime
import functools
import hashlib
import json
import os
from pathlib import Path

from chargecore_tools.cert.artefact_error import usage

FORMAT = 1  # of all kinds
_SCHEMAS = Path(__file__).with_name("schemas")
_LONGEST_B = 256 * 1024 * 1024  # a report with all frames of a run has some MiB
_TEXT_LEN = 160


def read(path, kind, made_by):
    """Return the facts of a file. made_by: the command that makes it, told when it is missing."""
    facts = parse(path, data_of(path, made_by))
    if not isinstance(facts, dict):
        raise usage(f"{path}: no JSON object", made_by)
    if facts.get("format") != FORMAT:
        text = f"{path}: format {_shown(repr(facts.get('format')))}, this version reads {FORMAT}"
        raise usage(text, made_by)
    fault = _fault_of(kind, facts)
    if fault:
        raise usage(f"{path}: {fault}", f"make it again: {made_by}")
    return facts


def data_of(path, made_by=""):
    """Return the bytes of a file that is not too long."""
    try:
        if Path(path).stat().st_size > _LONGEST_B:
            raise usage(f"{path}: longer than {_LONGEST_B // 2**20} MiB", made_by)
        return Path(path).read_bytes()
    except OSError as error:
        raise usage(f"{path}: {error.strerror}", made_by) from None


def parse(path, data):
    """Return the value of a JSON text."""
    try:
        return json.loads(data, parse_constant=_refuse)
    except RecursionError:
        raise usage(f"{path}: nested too deeply") from None
    except ValueError as error:
        raise usage(f"{path}: not JSON: {_shown(str(error))}") from None


def write(path, facts):
    """Write facts, whole or not at all, with sorted keys."""
    text = json.dumps(facts, indent=1, sort_keys=True) + "\n"
    write_text(path, text)


def write_text(path, text):
    """Write a text file whole or not at all."""
    path = Path(path)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        os.replace(part, path)
    except OSError as error:
        raise usage(f"{path}: {error.strerror}") from None


def now_text():
    """Return the time as the kit's files have it."""
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def hash_of(value):
    """Return the SHA-256 of a value: of its JSON with sorted keys, no spaces, ASCII only."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _fault_of(kind, facts):
    """Return what is wrong first, with its place; "" when the facts fit the schema."""
    import jsonschema  # here: every chargecore command would wait for it otherwise

    try:
        error = jsonschema.exceptions.best_match(_validator(kind).iter_errors(facts))
    except RecursionError:
        return "nested too deeply"
    if error is None:
        return ""
    place = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in error.absolute_path)
    return f"{_shown(place.lstrip('.')) or 'the object'}: {_shown(error.message)}"


@functools.lru_cache
def _validator(kind):
    from jsonschema import Draft202012Validator

    schema = json.loads((_SCHEMAS / f"{kind}.schema.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema)


def _shown(text):
    """Return a text as one line that no terminal takes for anything else."""
    line = text.encode("ascii", "backslashreplace").decode()
    line = "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in line)
    return line if len(line) <= _TEXT_LEN else line[: _TEXT_LEN - 3] + "..."


def _refuse(word):
    raise ValueError(f"{word} is no JSON value")
