"""docs/ocpp_status.md: which tests name a rule, and what is refused."""

import pytest

from chargecore_tools.gen_ocpp_status import page, rule_line
from chargecore_tools.rule_marks import all_names, find_marks, marks_of


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("B2.", ["B2"]),
        ("B2, TC_001: every status first.", ["B2"]),
        ("TC_001, B2, S14.", ["B2", "S14"]),
        ("E 3.17, T6: on and offline.", ["E 3.17", "T6"]),
        ("F1, [E 3.50]: retries.", ["E 3.50", "F1"]),
        ("The answer that JE 3.3 calls a failure.", ["JE 3.3"]),
        ("  # E 3.26", ["E 3.26"]),
        ("J7, JE 5.", ["JE 5", "J7"]),
        ("Nothing of B2 here.", []),
        ("", []),
    ],
)
def test_reads_what_a_test_names(text, marks):
    assert sorted(marks_of(text)) == sorted(marks)


def test_finds_the_tests_of_a_rule():
    found = find_marks()

    assert "test_reports_every_status_after_the_accepted_boot" in found["B2"]
    assert "test_reports_every_status_after_the_accepted_boot" in found["E 3.22"]
    assert set(sum(found.values(), [])) <= all_names()


def test_refuses_a_test_that_does_not_exist():
    row = {"rule": "B1", "title": "x", "tests": "test_that_never_was", "reason": ""}

    with pytest.raises(LookupError):
        rule_line(row, {}, all_names())


def test_refuses_a_rule_with_neither_test_nor_reason():
    row = {"rule": "B1", "title": "x", "tests": "", "reason": ""}

    with pytest.raises(LookupError):
        rule_line(row, {}, set())


def test_says_what_a_rule_waits_for():
    row = {"rule": "W1", "title": "x", "tests": "", "reason": "waits"}

    assert rule_line(row, {}, set()) == "| W1 | x | waits |"


def test_lists_every_rule_number():
    text = page()
    counts = {"B": 12, "S": 15, "T": 17, "M": 15, "A": 11, "R": 5, "V": 8, "X": 5, "G": 5}
    counts.update({"F": 3, "C": 17, "J": 15, "E": 4, "W": 16})

    for letter, count in counts.items():
        for number in range(1, count + 1):
            assert f"\n| {letter}{number} | " in text
        assert f"\n| {letter}{count + 1} | " not in text
