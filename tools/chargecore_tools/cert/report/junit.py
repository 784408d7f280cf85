"""junit.xml: the verdicts as a CI server reads them."""

import re
from xml.etree import ElementTree

from chargecore_tools.cert.result import ERROR, FAIL, PASS

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(path, report):
    """Write what a report.json says as junit.xml: a suite per profile.

    Not applicable and inconclusive are `skipped`: neither says that the station is wrong.
    """
    root = ElementTree.Element("testsuites", name=report["tool"]["name"])
    rows = report["results"]
    for profile in dict.fromkeys(row["profile"] for row in rows):
        _suite(root, report, profile, [row for row in rows if row["profile"] == profile])
    ElementTree.indent(root)
    ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _suite(root, report, profile, rows):
    verdicts = [row["verdict"] for row in rows]
    failures, errors = verdicts.count(FAIL), verdicts.count(ERROR)
    suite = ElementTree.SubElement(
        root,
        "testsuite",
        name=profile,
        hostname=report["sut"]["identity"],
        timestamp=report["started_at"],
        tests=str(len(rows)),
        failures=str(failures),
        errors=str(errors),
        skipped=str(len(rows) - verdicts.count(PASS) - failures - errors),
        time=f"{sum(row['took_s'] for row in rows):.1f}",
    )
    for row in rows:
        _case(suite, row)


def _case(suite, row):
    name = f"{row['case']} {row['title']}"
    case = ElementTree.SubElement(
        suite,
        "testcase",
        classname=f"cert.{row['profile']}",
        name=_clean(name),
        time=f"{row['took_s']:.1f}",
    )
    if row["verdict"] == PASS:
        return
    kinds = {FAIL: "failure", ERROR: "error"}
    kind = kinds.get(row["verdict"], "skipped")
    message = row["reason"] if kind != "skipped" else f"{row['verdict']}: {row['reason']}"
    node = ElementTree.SubElement(case, kind, message=_clean(message))
    if kind != "skipped":
        node.set("type", row["rule"] or row["verdict"])
        lines = [f"at {row['step']}"] if row["step"] else []
        lines += [f"{f['at_s']:9.3f} {f['from']:8} {f['text']}" for f in row["frames"]]
        node.text = _clean("\n".join(lines))


def _clean(text):
    """Return a text without what XML 1.0 cannot hold: a station may have sent anything."""
    return _NOT_XML.sub("\ufffd", text)
