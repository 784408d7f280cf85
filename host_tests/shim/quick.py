"""The viper functions that the tests call most, in words that CPython is quick at.

Called by: micropython.viper, in place of the function of that name. A loop that takes a chip
microseconds takes CPython a tenth of a millisecond, and was a quarter of all tests' time.
checks/test_quick.py holds each against the firmware's own code; on the VM that one runs.
"""

import binascii
from array import array

from pointers import ptr32


def _crc16(buf, start, end):
    return binascii.crc_hqx(memoryview(buf)[start:end], 0xFFFF)


def _read_burst(read, buf, count):
    values = [read() for _ in range(count)]
    if min(values) < 0:
        values = [max(value, 0) for value in values]
    ptr32(buf)[:count] = array("I", values)


def _find_tops(buf, count):
    words = ptr32(buf)
    ordered = sorted(words[:count].tolist())
    words[count] = ordered[-2]
    words[count + 1] = ordered[1]


def _find_levels(buf, count, window_uv):
    words = ptr32(buf)
    values = words[:count].tolist()
    high_uv, low_uv = words[count], words[count + 1]
    highs = [value for value in values if high_uv - window_uv <= value <= high_uv]
    lows = [value for value in values if low_uv <= value <= low_uv + window_uv]
    words[count] = sum(highs) // len(highs)
    words[count + 1] = sum(lows) // len(lows)


def _widen(read, span, count):
    words = ptr32(span)
    values = [read() for _ in range(count)]
    words[0] = max(words[0], max(values))
    words[1] = min(words[1], min(values))


STAND_INS = {
    "chargecore.base.checksum.crc16": _crc16,
    "chargecore.evse.pilot_sense.read_burst": _read_burst,
    "chargecore.evse.pilot_sense.find_tops": _find_tops,
    "chargecore.evse.pilot_sense.find_levels": _find_levels,
    "chargecore.evse.pilot_supply.widen": _widen,
}
