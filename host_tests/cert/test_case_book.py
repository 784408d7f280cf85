"""Every case that is shipped can be read."""

from chargecore_tools.cert.case_loader import CaseBook


def test_every_case_can_be_read():
    book = CaseBook()

    assert {"TC_001_CS", "TC_003_CS", "TC_015_CS"} <= set(book.cases)
    assert "Charging" in book.states
