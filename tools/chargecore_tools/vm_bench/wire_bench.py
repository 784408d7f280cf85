"""JSON reader and writer against the builtin json, on the VM: micropython wire_bench.py.

Read: the 421-byte SetChargingProfile CALL is parsed, its payload checked against a compiled field
table, and every field is read; json.loads only parses it. Write: the 528-byte MeterValues CALL as
the channel writes it. The first pass both measures and stores, so a message that fits into the
window, as this one does in the firmware's, takes one pass; json_write_windows_ratio is for a
window that takes two. On the other side the dict is built and handed to json.dumps.
All in turns, best of many. Prints `id value` lines.
"""

import gc
import json
import sys
import time

from micropython import const

_ROOT = __file__.rsplit("/", 1)[0] + "/../../.."
sys.path.insert(0, _ROOT + "/firmware")
sys.path.insert(0, _ROOT + "/tools/chargecore_tools/vm_bench")

from profile_message import PROFILE  # noqa: E402

from chargecore.wire import fields  # noqa: E402  the path is set above, as all below
from chargecore.wire.fields import (  # noqa: E402
    F_ARRAY_OBJECT,
    F_DECIMAL,
    F_INT,
    F_OBJECT,
    F_TIME,
    F_WORD,
    OPTIONAL,
    REQUIRED,
)
from chargecore.wire.json_reader import JsonReader  # noqa: E402
from chargecore.wire.json_writer import JsonWriter  # noqa: E402

_TIMES = 20  # more would not fit into the heap: json allocates, and the collector is off
_ROUNDS = 200
_TX_SIZE = 1024  # the window of the firmware: the message fits
_HALF_SIZE = 300  # a window that it fits into twice
_INT_MIN = -0x7FFFFFFF - 1
_INT_MAX = 0x7FFFFFFF

_PURPOSES = (b"ChargePointMaxProfile", b"TxDefaultProfile", b"TxProfile")
_KINDS = (b"Absolute", b"Recurring", b"Relative")
_PERIOD = (
    (b"startPeriod", F_INT, REQUIRED, 0, _INT_MAX),
    (b"limit", F_DECIMAL, REQUIRED, 1, 0, 1_000_000),
    (b"numberPhases", F_INT, OPTIONAL, 1, 3),
)
_SCHEDULE = (
    (b"duration", F_INT, OPTIONAL, 0, _INT_MAX),
    (b"startSchedule", F_TIME, OPTIONAL),
    (b"chargingRateUnit", F_WORD, REQUIRED, (b"A", b"W")),
    (b"chargingSchedulePeriod", F_ARRAY_OBJECT, REQUIRED, _PERIOD, 24),
    (b"minChargingRate", F_DECIMAL, OPTIONAL, 1, 0, 1_000_000),
)
_CS_PROFILE = (
    (b"chargingProfileId", F_INT, REQUIRED, _INT_MIN, _INT_MAX),
    (b"transactionId", F_INT, OPTIONAL, _INT_MIN, _INT_MAX),
    (b"stackLevel", F_INT, REQUIRED, 0, 100),
    (b"chargingProfilePurpose", F_WORD, REQUIRED, _PURPOSES),
    (b"chargingProfileKind", F_WORD, REQUIRED, _KINDS),
    (b"recurrencyKind", F_WORD, OPTIONAL, (b"Daily", b"Weekly")),
    (b"validFrom", F_TIME, OPTIONAL),
    (b"validTo", F_TIME, OPTIONAL),
    (b"chargingSchedule", F_OBJECT, REQUIRED, _SCHEDULE),
)
_SET_PROFILE = (
    (b"connectorId", F_INT, REQUIRED, 0, _INT_MAX),
    (b"csChargingProfiles", F_OBJECT, REQUIRED, _CS_PROFILE),
)
# Places in reader.values: the rows of an object follow its own.
_CONNECTOR = const(0)
_ID = const(2)
_TRANSACTION = const(3)
_LEVEL = const(4)
_PURPOSE = const(5)
_KIND = const(6)
_DURATION = const(11)
_START = const(12)
_UNIT = const(13)
_PERIODS = const(14)
_FIRST_PERIOD = const(15)
_SUM = (
    1 + 101 + 7 + 2 + 2 + 0 + 86_400 + 91_447_200 + 0 + 0 + 160 + 3 + 3_600 + 105 + fields.ABSENT
)


def read_message(reader, table):
    """Read the CALL as the firmware does. Return the sum of its numbers, or a negative code."""
    code = reader.parse(PROFILE, len(PROFILE))
    if code:
        return code
    code = fields.check(reader, reader.item(0, 3), table)
    if code:
        return code
    values = reader.values
    total = values[_CONNECTOR] + values[_ID] + values[_TRANSACTION] + values[_LEVEL]
    total += values[_PURPOSE] + values[_KIND] + values[_DURATION] + values[_START] + values[_UNIT]
    at = values[_FIRST_PERIOD]
    for _ in range(reader.count(values[_PERIODS])):
        total += values[at] + values[at + 1] + values[at + 2]
        at += 3
    return total


# ---- the message to write: a sample of four values of a meter ----

_CALL_ID = b"c-00000007-5d20c1aa-00000031"
_WALL_S = 91_447_200
_ROWS = (
    # measurand, unit, phase, value, decimals
    (b"Energy.Active.Import.Register", b"Wh", None, 123_456_789, 0),
    (b"Power.Active.Import", b"W", None, 7_360, 0),
    (b"Current.Import", b"A", None, 159, 1),
    (b"Voltage", b"V", b"L1-N", 2_312, 1),
)


def render_values(w, arg):
    """Write the MeterValues CALL."""
    w.open_array()
    w.int(2)
    w.text(_CALL_ID)
    w.text(b"MeterValues")
    w.open_object()
    w.key(b"connectorId")
    w.int(1)
    w.key(b"transactionId")
    w.int(7)
    w.key(b"meterValue")
    w.open_array()
    w.open_object()
    w.key(b"timestamp")
    w.time(_WALL_S)
    w.key(b"sampledValue")
    w.open_array()
    for row in _ROWS:
        w.open_object()
        w.key(b"value")
        w.fixed_text(row[3], row[4])
        w.member(b"context", b"Sample.Periodic")
        w.member(b"measurand", row[0])
        if row[2] is not None:
            w.member(b"phase", row[2])
        w.member(b"unit", row[1])
        w.close_object()
    w.close_array()
    w.close_object()
    w.close_array()
    w.close_object()
    w.close_array()


def write_passes(writer):
    """Write the message window by window, as net.ws_sender does. Return the number of passes."""
    writer.begin(0)
    render_values(writer, None)
    length = writer.length
    at = writer.filled
    passes = 1
    while at < length:
        writer.begin(at)
        render_values(writer, None)
        at += writer.filled
        passes += 1
    return passes


_TEXT_ROWS = tuple(
    (row[0].decode(), row[1].decode(), row[2] and row[2].decode(), row[3], row[4]) for row in _ROWS
)


def iso_time(wall_s):
    """Return the instant as json.dumps needs it."""
    year, month, day, hour, minute, second = time.gmtime(wall_s + _EPOCH_S)[:6]
    return "%04d-%02d-%02dT%02d:%02d:%02dZ" % (year, month, day, hour, minute, second)


_EPOCH_S = 1_704_067_200  # 2024-01-01 in the time of the unix VM


def dump_values():
    """Build the message out of the same values and let json.dumps write it."""
    samples = []
    for measurand, unit, phase, value, decimals in _TEXT_ROWS:
        text = str(value)
        if decimals:
            text = "%d.%d" % (value // 10, value % 10)
        sample = {
            "value": text,
            "context": "Sample.Periodic",
            "measurand": measurand,
            "unit": unit,
        }
        if phase is not None:
            sample["phase"] = phase
        samples.append(sample)
    payload = {
        "connectorId": 1,
        "transactionId": 7,
        "meterValue": [{"timestamp": iso_time(_WALL_S), "sampledValue": samples}],
    }
    return json.dumps([2, "c-00000007-5d20c1aa-00000031", "MeterValues", payload])


# ---- measuring ----


class Sides:
    """The four things to measure, each as a method that does it _TIMES times."""

    def __init__(self):
        self.reader = JsonReader()
        self.table = fields.table(_SET_PROFILE)
        self.text = PROFILE.decode()
        self.one_pass = JsonWriter(bytearray(_TX_SIZE))
        self.two_passes = JsonWriter(bytearray(_HALF_SIZE))

    def check(self):
        """Refuse to measure what is wrong."""
        total = read_message(self.reader, self.table)
        if len(PROFILE) != 421 or total != _SUM:
            raise SystemExit("wire_bench: read " + str(total))
        buf = bytearray(_TX_SIZE)
        writer = JsonWriter(buf)
        writer.begin(0)
        render_values(writer, None)
        length = writer.length
        if length != 528 or json.loads(buf[:length]) != json.loads(dump_values()):
            raise SystemExit("wire_bench: wrote " + str(length) + " bytes")
        if write_passes(self.one_pass) != 1 or write_passes(self.two_passes) != 2:
            raise SystemExit("wire_bench: wrong number of passes")

    def read(self):
        """Read with the reader."""
        reader = self.reader
        table = self.table
        for _ in range(_TIMES):
            read_message(reader, table)

    def loads(self):
        """Read with json.loads."""
        text = self.text
        loads = json.loads
        for _ in range(_TIMES):
            loads(text)

    def write_once(self):
        """Write into a window that holds it all."""
        for _ in range(_TIMES):
            write_passes(self.one_pass)

    def write_twice(self):
        """Write into a window that does not."""
        for _ in range(_TIMES):
            write_passes(self.two_passes)

    def dumps(self):
        """Write with json.dumps."""
        for _ in range(_TIMES):
            dump_values()


def took_us(side):
    """Return the time of one run; json needs the collector's room, but not its time."""
    gc.collect()
    gc.disable()
    began_us = time.ticks_us()
    side()
    took = time.ticks_diff(time.ticks_us(), began_us)
    gc.enable()
    return took


def main():
    """Measure in turns and print the best of each."""
    sides = Sides()
    sides.check()
    runs = (sides.read, sides.loads, sides.write_twice, sides.dumps, sides.write_once)
    best_us = [1 << 60] * len(runs)
    for _ in range(_ROUNDS):
        for i in range(len(runs)):
            best_us[i] = min(best_us[i], took_us(runs[i]))
    read, loads, write_twice, dumps, write_once = best_us
    print("json_read_ratio", read / loads)
    print("json_write_ratio", write_once / dumps)
    print("json_write_windows_ratio", write_twice / dumps)
    print("json_read_ns", read * 1_000 // _TIMES)
    print("json_loads_ns", loads * 1_000 // _TIMES)
    print("json_write_ns", write_once * 1_000 // _TIMES)
    print("json_dumps_ns", dumps * 1_000 // _TIMES)


main()
