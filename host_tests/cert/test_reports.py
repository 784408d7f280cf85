"""Reports: what a run found, as JUnit XML and as one HTML page; whatever a station has sent."""

import json
import re
from html.parser import HTMLParser
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from chargecore_tools.cert.record import Entry
from chargecore_tools.cert.report import html, json_report, junit
from chargecore_tools.cert.report.diagram import diagram
from chargecore_tools.cert.result import frames_of

_BAD = "<script>alert(1)</script> \x00 \ud800 & \"x\" 'y'"
_VOID = ("meta", "link", "br", "img")


def _frame(sender, text, note=""):
    return {"at_s": 0.1, "from": sender, "text": text, "note": note}


def _row(case, verdict, profile="Core", **fields):
    frames = [
        _frame("rig", "plug, connector 1"),
        _frame("station", '[2,"1","StatusNotification",{"status":"<b>"}]', "schema"),
        _frame("server", '[3,"1",{}]'),
        _frame("station", _BAD),
        _frame("station", '[4,"1","NotImplemented","",{}]'),
    ]
    row = {
        "case": case,
        "title": f"title of {case}",
        "profile": profile,
        "own": False,
        "when": [],
        "verdict": verdict,
        "reason": "" if verdict == "pass" else _BAD,
        "rule": "" if verdict == "pass" else "schema",
        "step": None if verdict == "pass" else "2: expect X (x.yaml:3)",
        "took_s": 4.25,
        "attempt": 1,
        "frames": [] if verdict == "not_applicable" else frames,
    }
    return {**row, **fields}


def _report():
    verdicts = ("pass", "fail", "inconclusive", "not_applicable", "error")
    rows = [_row(f"TC_{idx}_CS", verdict) for idx, verdict in enumerate(verdicts)]
    rows.append(_row("OWN_1", "pass", "Security", own=True))
    return {
        "format": 1,
        "tool": {"name": "chargecore cert run", "version": "1", "cases_sha256": "ab" * 32},
        "sut": {
            "identity": "CP01",
            "boot": {"chargePointVendor": _BAD},
            "configuration": {"Key": {"value": "1", "readonly": True}},
        },
        "settings": {"speed": 20.0, "security_profile": 2},
        "rig": "simulator",
        "firmware_sha256": None,
        "started_at": "2026-11-25T13:00:00.000Z",
        "took_s": 12.0,
        "profiles": ["Core"],
        "results": rows,
    }


class _Tags(HTMLParser):
    """Collects tags; `open` are those that were never closed."""

    def __init__(self, text):
        super().__init__()
        self.seen, self.open, self.links = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href")]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_whole_and_needs_nothing_else():
    tags = _Tags(html.page(_report()))

    assert tags.open == []
    assert tags.links == [f"#TC_{number}_CS" for number in (0, 1, 2, 4)] + ["#OWN_1"]
    assert "script" not in tags.seen
    assert tags.seen.count("svg") == 5


def test_what_a_station_has_sent_can_always_be_written(tmp_path):
    html.write(tmp_path / "report.html", _report())
    json_report.write(tmp_path / "report.json", _report())

    assert json.loads((tmp_path / "report.json").read_text()) == _report()
    assert "alert(1)" in (tmp_path / "report.html").read_text()


def test_the_page_says_what_failed_and_where():
    page = html.page(_report())

    assert "rule: schema &middot; step 2: expect X (x.yaml:3)" in page
    assert '<details class="case" id="TC_1_CS" open>' in page
    assert '<details class="case" id="TC_0_CS">' in page
    assert "StatusNotification {status: &lt;b&gt;}" in page
    assert "StatusNotification.conf" in page


def test_junit_can_be_read_whatever_a_station_has_sent(tmp_path):
    path = tmp_path / "junit.xml"

    junit.write(path, _report())

    core, security = ElementTree.parse(path).getroot()
    counts = [core.get(name) for name in ("tests", "failures", "errors", "skipped")]
    assert counts == ["5", "1", "1", "2"]
    assert security.get("name") == "Security"
    assert [case[0].tag for case in core if len(case)] == [
        "failure",
        "skipped",
        "skipped",
        "error",
    ]
    failure = core[1][0]
    assert "alert(1)" in failure.get("message")
    assert re.search(r"^at 2: expect X", failure.text)


@pytest.mark.parametrize("text", ["[2]", "[]", "[2,1]", "[3]", '["x"]', "no JSON", "{}", "7"])
def test_draws_what_is_no_message_as_a_note(text):
    assert "svg" in diagram([{"at_s": 0.0, "from": "server", "text": text, "note": ""}])


def test_no_password_of_the_station_is_in_a_report():
    def entry(sender, action, payload):
        call = [2, "1", action, payload]
        frame = SimpleNamespace(message_id="1")
        fields = {"frame": frame, "text": json.dumps(call)}
        return Entry(0, 1.0, None, sender, "call", action, payload, **fields)

    change = {"key": "authorizationKEY", "value": "6162636465"}
    other = {"key": "HeartbeatInterval", "value": "6162636465"}
    frames = frames_of(
        [
            entry("server", "ChangeConfiguration", change),
            entry("server", "ChangeConfiguration", other),
            entry("station", "Heartbeat", "no object"),
        ]
    )
    station = SimpleNamespace(
        boot={}, baseline={"AuthorizationKey": {"value": "6162636465", "readonly": False}}
    )
    settings = SimpleNamespace(identity="CP01", public=dict)
    run = SimpleNamespace(
        settings=settings,
        station=station,
        rig="technician",
        firmware_sha256=None,
        started_at="",
        took_s=1.0,
        profiles=lambda _results: [],
    )
    report = json_report.report_of(run, [])

    assert json.loads(frames[0]["text"]) == [
        2,
        "1",
        "ChangeConfiguration",
        {"key": "authorizationKEY", "value": "(not shown)"},
    ]
    assert "6162636465" in frames[1]["text"] and "no object" in frames[2]["text"]
    assert "6162636465" not in json.dumps(report)
