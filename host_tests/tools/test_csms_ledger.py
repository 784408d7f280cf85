"""The ledger: transactions, their energy, and what cannot be true."""

import pytest

from chargecore_tools.csms.ledger import Ledger

_CP = "CP01"


def at(minute):
    return f"2026-01-01T12:{minute:02d}:00Z"


def start_payload(meter_wh=100, connector=1, minute=0, tag="TAG1"):
    return {
        "connectorId": connector,
        "idTag": tag,
        "meterStart": meter_wh,
        "timestamp": at(minute),
    }


def stop_payload(number, meter_wh=200, minute=30, **more):
    return {"transactionId": number, "meterStop": meter_wh, "timestamp": at(minute), **more}


def values_payload(wh, minute=10, number=None, connector=1, **sample):
    sampled = [{"value": str(wh), **sample}]
    payload = {
        "connectorId": connector,
        "meterValue": [{"timestamp": at(minute), "sampledValue": sampled}],
    }
    return payload if number is None else {**payload, "transactionId": number}


class Books:
    """A ledger that is asked and filled as the session does it."""

    def __init__(self):
        self.ledger = Ledger()

    def take(self, action, payload, station_id=_CP):
        fault = self.ledger.fault_of(station_id, action, payload)
        answer = {}
        if action == "StartTransaction":
            answer["transactionId"] = self.ledger.id_for_start(station_id, payload)
        self.ledger.take(station_id, action, payload, answer)
        return fault

    def start(self, *args, **options):
        assert self.take("StartTransaction", start_payload(*args, **options)) == ""
        return self.ledger.transactions[-1].transaction_id

    def stop(self, *args, station_id=_CP, **options):
        return self.take("StopTransaction", stop_payload(*args, **options), station_id)

    def values(self, *args, **options):
        return self.take("MeterValues", values_payload(*args, **options))


@pytest.fixture
def books():
    return Books()


def test_keeps_a_whole_session(books):
    number = books.start(100)
    assert books.values(150, number=number) == ""
    row = books.ledger.of(number)
    assert (row.is_open, row.energy_wh, row.sample_count) == (True, 50, 1)

    assert books.stop(number, 180, reason="Remote") == ""

    assert (row.is_open, row.energy_wh, row.reason) == (False, 80, "Remote")
    assert books.ledger.open() == []
    assert books.ledger.energy_wh() == books.ledger.energy_wh(_CP) == 80
    assert books.ledger.energy_wh("CP02") == 0
    assert row.as_dict()["energyWh"] == 80


def test_takes_local_as_reason_when_there_is_none(books):
    number = books.start()
    books.stop(number)

    assert books.ledger.of(number).reason == "Local"


def test_gives_a_repeated_start_its_former_id(books):
    number = books.start(100)

    assert books.take("StartTransaction", start_payload(100)) == ""
    assert len(books.ledger.transactions) == 1
    assert books.ledger.id_for_start(_CP, start_payload(100)) == number


def test_takes_a_repeated_stop_calmly(books):
    number = books.start()
    books.stop(number)

    assert books.stop(number) == ""


def test_notes_a_second_stop_with_other_values(books):
    number = books.start()
    books.stop(number)

    assert "stopped twice" in books.stop(number, 201)
    assert books.ledger.of(number).meter_stop_wh == 200


def test_notes_a_stop_without_start(books):
    assert books.stop(77) == "transaction 77 was never started"
    assert books.ledger.transactions == []


def test_notes_a_stop_by_another_station(books):
    number = books.start()

    assert "is one of CP01" in books.stop(number, station_id="CP02")
    assert books.ledger.of(number).is_open


def test_notes_a_start_while_one_is_open_on_the_connector(books):
    number = books.start()

    fault = books.take("StartTransaction", start_payload(minute=5))

    assert fault == f"start while transaction {number} is open"
    books.start(connector=2)


def test_notes_a_transaction_on_connector_0(books):
    assert "connector 0" in books.take("StartTransaction", start_payload(connector=0))


def test_notes_a_stop_below_its_start(books):
    number = books.start(100)

    assert "below meterStart" in books.stop(number, 99)


def test_notes_a_stop_before_its_start(books):
    number = books.start(minute=10)

    assert "before it starts" in books.stop(number, minute=9)


def test_notes_values_after_the_stop(books):
    number = books.start()
    books.stop(number)

    assert "after the stop" in books.values(200, minute=31, number=number)


def test_notes_values_of_the_wrong_connector(books):
    number = books.start()

    assert "connector 2" in books.values(150, number=number, connector=2)


def test_notes_values_of_an_unknown_transaction(books):
    assert "never started" in books.values(150, number=5)


def test_notes_a_register_that_goes_back(books):
    number = books.start(100)
    assert books.values(150, number=number) == ""

    assert "goes back from 150 to 149" in books.values(149, minute=11, number=number)
    assert "goes back" in books.stop(number, 148)
    assert "goes back" in books.take("StartTransaction", start_payload(10, minute=40))


def test_takes_older_values_that_come_later(books):
    books.values(150, minute=10)

    assert books.values(140, minute=9) == ""


@pytest.mark.parametrize(
    "sample",
    [
        {"measurand": "Power.Active.Import"},
        {"phase": "L1"},
        {"location": "Inlet"},
        {"unit": "Wh", "measurand": "Energy.Active.Export.Register"},
        {"format": "SignedData"},
    ],
)
def test_looks_at_nothing_but_the_register(books, sample):
    books.values(150)

    assert books.values(5, minute=11, **sample) == ""


def test_reads_kwh_as_exactly_as_they_are_written(books):
    books.values(1234)

    assert books.values("1.2", minute=11, unit="kWh") == ""
    assert "goes back" in books.values("1.1", minute=12, unit="kWh")


def test_checks_transaction_data_against_the_stop(books):
    number = books.start(100)
    data = values_payload(300)["meterValue"]

    assert "goes back from 300 to 200" in books.stop(number, 200, transactionData=data)
