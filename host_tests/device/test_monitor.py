"""chargecore monitor and shell: what a station says, what it has kept, and its prompt."""

import threading
import time

from device_rig.command import chargecore, chargecore_json

_FIRST = ("--id", "CP01", "--csms", "ws://127.0.0.1:1/ocpp", "--meter", "simulated")


def test_prints_what_a_station_says_without_stopping_it(station):
    found = chargecore_json("monitor", *station.where, "--for", "1")
    assert not any("REPL" in line for line in found["lines"])
    chargecore_json("provision", *station.where, *_FIRST, "--console", "open")

    assert station.wait_for(b"self-test")
    starts = station.starts

    reset = threading.Timer(3, station.press_reset)
    reset.start()
    found = chargecore_json("monitor", *station.where, "--for", "6")

    reset.join()
    assert any("boot number 2" in line for line in found["lines"]), found
    assert any("connector 1: Available, NoError" in line for line in found["lines"]), found
    assert station.starts == starts + 1


def test_tells_status_events_and_why_the_contactor_opened(station):
    chargecore_json("provision", *station.where, *_FIRST, "--console", "open")
    assert station.wait_for(b"self-test")
    time.sleep(6)  # events are written 5 s after the first

    found = chargecore_json("monitor", *station.where, "--events")

    assert (found["id"], found["copy"]) == ("CP01", "a") and found["version"].startswith("0.1.0+")
    texts = [row["text"] for row in found["events"]]
    assert any(text.startswith("boot number 1") for text in texts), texts
    assert found["opened"] is None or found["opened"]["why"]["name"].startswith("OPEN_")
    assert station.wait_for(b"boot number 2")  # it goes on


def test_says_why_the_contactor_opened_from_the_log_on_flash(tmp_path):
    from chargecore.base.clock import Clock
    from chargecore.base.event_log import EventLog
    from chargecore.base.events import EV_CONTACTOR_CLOSED, EV_CONTACTOR_OPENED
    from chargecore.safety.reasons import OPEN_RCD
    from chargecore.store.kept_events import KeptEvents
    from chargecore.store.version_pair import VersionPair
    from chargecore_tools.provision.firmware_says import kept_events

    log = EventLog(Clock(lambda: 0, 7), 32)
    log.add(EV_CONTACTOR_CLOSED, 1)
    log.add(EV_CONTACTOR_OPENED, 1, OPEN_RCD)
    KeptEvents(log, VersionPair(str(tmp_path / "events")), (), 0).save()
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    rows = kept_events(files)

    assert [row["boot"] for row in rows] == [7, 7]
    assert rows[-1]["why"]["name"] == "OPEN_RCD" and rows[-1]["connector"] == 1
    assert "residual" in rows[-1]["why"]["text"]


def test_runs_code_at_the_prompt(station):
    found = chargecore_json("shell", *station.where, "--run", "print(6 * 7)")
    status, _, error = chargecore("shell", *station.where, "--run", "1 / 0")

    assert found["printed"] == "42\n"
    assert status == 1 and "ZeroDivisionError" in error
