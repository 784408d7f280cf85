"""Runs in the MicroPython VM of this PC, with the firmware as it is: what only the firmware knows.

on_vm.py FIRMWARE REPOSITORY check FOLDER: reads FOLDER/station.json as the station would,
certificates and key included; prints {"error": field or null}.
on_vm.py FIRMWARE REPOSITORY events FOLDER: the event log kept in FOLDER; prints a list of
{"boot", "uptime_s", "text"}, the oldest first.
"""

import json
import os
import sys

_FIRMWARE, _REPOSITORY, _JOB, _FOLDER = sys.argv[1:5]
sys.path[:] = [_FIRMWARE, _REPOSITORY, ".frozen"]

from boards.shared.station_file import read  # noqa: E402  after the path is set, as all below
from chargecore.base.clock import Clock  # noqa: E402
from chargecore.base.errors import ConfigError  # noqa: E402
from chargecore.base.event_log import EventLog  # noqa: E402
from chargecore.base.events import EV_CONTACTOR_OPENED, text_of  # noqa: E402
from chargecore.safety.reasons import ROWS  # noqa: E402
from chargecore.store.kept_events import KeptEvents  # noqa: E402
from chargecore.store.version_pair import VersionPair  # noqa: E402

_EVENTS = 96


def _log():
    return EventLog(Clock(lambda: 0, 0), _EVENTS)


def _check():
    """Return the field that the station would refuse, in words; None: it takes all of it."""
    from chargecore.setup.station_check import wrong_field
    from chargecore.station.config import StationConfig

    station, error = read(_FOLDER + "/station.json")
    if error is not None:
        return error
    field = wrong_field(station)
    config = StationConfig()
    try:
        if field is None:
            config.load(station)
            _check_files(config)
    except ConfigError as refused:
        field = str(refused.args[0])
    return None if field is None else "field " + field


def _check_files(config):
    """Take the certificates into a keystore of their own, as the first boot does."""
    from chargecore.station.maker_files import MakerFiles
    from chargecore.store.keystore import Keystore

    events = _log()
    keystore = Keystore(_FOLDER + "/cert", VersionPair(_FOLDER + "/keystore"), events)
    keystore.load()
    here = os.getcwd()
    os.chdir(_FOLDER)  # paths in station.json are from there
    try:
        MakerFiles(config, keystore).take()
    finally:
        os.chdir(here)


def _events():
    events = _log()
    KeptEvents(events, VersionPair(_FOLDER + "/events"), (), 0).load()
    rows = []
    for number in range(events.oldest(), events.total):
        code, a, b, uptime_s, boot = [events.field(number, idx) for idx in range(5)]
        row = {"boot": boot, "uptime_s": uptime_s, "text": text_of(code, a, b)}
        if code == EV_CONTACTOR_OPENED:
            row["connector"] = a
            row["why"] = _reason(b)
        rows.append(row)
    return rows


def _reason(number):
    for row in ROWS:
        if row[0] == number:
            return {"name": row[1], "text": row[2]}
    return {"name": str(number), "text": "a reason that this version does not know"}


print(json.dumps({"error": _check()} if _JOB == "check" else _events()))
