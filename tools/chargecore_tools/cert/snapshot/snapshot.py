"""The facts of snapshot.json: made, read, compared.

`sha256` is the hash over boot, configuration and station: the time and the tool do not count, so
two snapshots of a station that is set alike have the same.
"""

from importlib.metadata import version
from pathlib import Path

from chargecore_tools.cert import documents
from chargecore_tools.cert.artefact_error import usage

SNAPSHOT = "snapshot.json"
MADE_BY = "chargecore cert snapshot"


def make_snapshot(identity, boot, configuration, station):
    """Return the facts. station: the public part of station.json, or None."""
    facts = {
        "format": documents.FORMAT,
        "tool": {"name": MADE_BY, "version": version("chargecore")},
        "taken_at": documents.now_text(),
        "identity": identity,
        "boot": dict(sorted(boot.items())),
        "configuration": configuration,
        "station": station,
    }
    return {**facts, "sha256": _hash(facts)}


def read_snapshot(folder):
    """Return the facts of a folder's snapshot.json. Errors: ArtefactError."""
    path = Path(folder) / SNAPSHOT
    facts = documents.read(path, "snapshot", MADE_BY)
    if _hash(facts) != facts["sha256"]:
        text = f"{path}: sha256 is not the hash of what it says"
        raise usage(text, f"somebody has changed it; take it again: {MADE_BY}")
    return facts


def differences(before, now):
    """Return in words how two snapshots differ, by key; none: they do not."""
    rows = []
    for title, part in (("BootNotification", "boot"), ("station.json", "station")):
        was, found = before[part] or {}, now[part] or {}
        if before[part] is None or now[part] is None:
            continue  # it was not looked at then, or is not now
        for key in sorted(set(was) | set(found)):
            if was.get(key) != found.get(key):
                rows.append(f"{title}.{key}: {_shown(was, key)}, now {_shown(found, key)}")
    was, found = before["configuration"], now["configuration"]
    for key in sorted(set(was) | set(found)):
        if was.get(key) != found.get(key):
            rows.append(f"{key}: {_entry(was.get(key))}, now {_entry(found.get(key))}")
    return rows


def _hash(facts):
    return documents.hash_of({key: facts[key] for key in ("boot", "configuration", "station")})


def _shown(facts, key):
    return repr(facts[key]) if key in facts else "missing"


def _entry(entry):
    if entry is None:
        return "missing"
    return f"{entry['value']!r}{' (read only)' if entry['readonly'] else ''}"
