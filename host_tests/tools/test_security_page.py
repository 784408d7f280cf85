"""docs/security_events.md and docs/security.md: what they say is what the firmware does."""

import csv
import re

import pytest

from chargecore_tools.gen_security_events import TABLE_PATH, WORDS_PATH, events, line, reporters

ROWS = events(TABLE_PATH.read_text(encoding="utf-8"))
with WORDS_PATH.open(newline="", encoding="utf-8") as _file:
    WORDS = {row["event"]: row for row in csv.DictReader(_file)}


def test_reads_number_name_and_what_is_sent():
    source = """
SE_A = const(2)
SE_B = const(1)
_SENT = (
    1 << SE_A
)
NAMES = (b"", b"Bee", b"Ay")
"""
    assert events(source) == [(1, "SE_B", "Bee", False), (2, "SE_A", "Ay", True)]


def test_shows_where_an_event_comes_from_or_why_from_nowhere():
    words = {"critical": "yes", "when": "now", "unnoticed": "nobody looks"}
    row = (1, "SE_A", "Ay", True)

    assert line(row, words, ["a/b"]) == "| 1 | `Ay` | yes | yes | now | `a/b` |"
    assert line(row, words, []) == "| 1 | `Ay` | yes | yes | now | nowhere: nobody looks |"


def test_has_words_for_every_event_of_the_whitepaper():
    assert {row[2] for row in ROWS} == WORDS.keys()
    assert len(ROWS) == 18


def test_sends_every_critical_event():
    sent = {name for _number, _constant, name, is_sent in ROWS if is_sent}

    assert {name for name, row in WORDS.items() if row["critical"]} <= sent


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2])
def test_every_event_is_noticed_somewhere_or_has_a_reason(row):
    places = reporters().get(row[1], [])

    assert bool(places) != bool(WORDS[row[2]]["unnoticed"])


def test_every_event_that_is_noticed_is_in_a_test(repository):
    texts = [
        path.read_text(encoding="utf-8")
        for path in (repository / "host_tests").rglob("test_*.py")
        if path.name != "test_security_page.py"
    ]
    for _number, constant, name, _is_sent in ROWS:
        if not WORDS[name]["unnoticed"]:
            word = re.compile(rf"\b({constant}|{name})\b")
            assert any(word.search(text) for text in texts), name


def test_names_only_files_and_settings_that_are_there(repository):
    page = (repository / "docs" / "security.md").read_text(encoding="utf-8")
    firmware = repository / "firmware" / "chargecore"

    for target in re.findall(r"\]\(([^)#]+)", page):
        if not target.startswith("http"):
            assert (repository / "docs" / target).exists(), target
    for module in re.findall(r"`((?:net|store|ocpp16|security|station)/\w+\.py)`", page):
        assert (firmware / module).exists(), module
    config = (firmware / "station" / "config.py").read_text(encoding="utf-8")
    table = page[page.index("## Provisioning") : page.index("Certificates and key are taken")]
    fields = re.findall(r"`([a-z_]+)`", "".join(re.findall(r"^\|.*?\|", table, re.MULTILINE)))
    assert len(fields) >= 6
    assert all(f'"{field}"' in config for field in fields), fields


def test_names_the_suites_in_the_order_in_which_they_are_offered(repository):
    page = (repository / "docs" / "security.md").read_text(encoding="utf-8")
    source = (repository / "firmware/chargecore/net/tls_context.py").read_text(encoding="utf-8")

    offered = [
        name.removeprefix("TLS-").replace("-WITH", "").replace("AES-", "AES")
        for name in re.findall(r'"(TLS-[A-Z0-9-]+)"', source)
    ]
    assert re.findall(r"\b(?:ECDHE-)?(?:ECDSA|RSA)-AES[0-9]+-[A-Z0-9-]+", page) == offered
