"""report.json: everything that a run found, for programs."""

import hashlib
import json
from importlib.metadata import PackageNotFoundError, version

FORMAT = 1


def report_of(run, results):
    """Return the report as it stands in report.json. run: a RunFacts."""
    return {
        "format": FORMAT,
        "tool": {
            "name": "chargecore cert run",
            "version": tool_version(),
            "cases_sha256": cases_sha256(result.case for result in results),
        },
        "sut": {
            "identity": run.settings.identity,
            "boot": run.station.boot,
            "configuration": _public(run.station.baseline),
        },
        "settings": run.settings.public(),
        "rig": run.rig,
        "firmware_sha256": run.firmware_sha256,
        "started_at": run.started_at,
        "took_s": round(run.took_s, 1),
        "profiles": run.profiles(results),
        "results": [result.as_dict() for result in results],
    }


def _public(configuration):
    """Return a read-out, sorted, without the password that some stations tell."""
    rows = dict(sorted(configuration.items()))
    if "AuthorizationKey" in rows:
        rows["AuthorizationKey"] = {**rows["AuthorizationKey"], "value": ""}
    return rows


def write(path, report):
    """Write a report."""
    text = json.dumps(report, indent=1, ensure_ascii=False) + "\n"
    path.write_text(
        text, encoding="utf-8", errors="backslashreplace"
    )  # half a character is \\ud800


def cases_sha256(cases):
    """Return one hash over the files of these cases, whatever their order."""
    rows = sorted(f"{case.id} {case.sha256}" for case in cases)
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def tool_version():
    """Return the version of the tools."""
    try:
        return version("chargecore")
    except PackageNotFoundError:
        return "not installed"
