"""calibration_file: gain and centre of a connector's pilot ADC, as they are kept on flash.

Called by: main.py at boot (load), calibration (save). Heap: opening a file.
"""

import struct

from micropython import const

from chargecore.base.codes import E_EMPTY
from chargecore.base.events import EV_CALIBRATION_LOST
from chargecore.evse.pilot_sense import CENTRE_UV, GAIN_UV_PER_V

_FORMAT = "<ii"  # centre in uV, gain in uV per V
_LEN = const(8)
_GAIN_PERCENT = const(5)  # evse-hardware.md §1.4
_CENTRE_OFF_UV = const(44_000)  # 0.5 V at the CP pin: more is a wrong divider, not a tolerance


def load(sense, pair, events, connector_id):
    """Let the PilotSense use what the VersionPair holds.

    Damaged: the version before, or else the nominal values, and an event.
    """
    image_buf = bytearray(_LEN)
    length = pair.load(image_buf)
    if length == E_EMPTY:
        return  # never calibrated
    is_used = False
    if length == _LEN:
        centre_uv, gain_uv_per_v = struct.unpack(_FORMAT, image_buf)
        is_used = is_plausible(centre_uv, gain_uv_per_v)
        if is_used:
            sense.centre_uv = centre_uv
            sense.gain_uv_per_v = gain_uv_per_v
    if pair.is_old or not is_used:
        events.add(EV_CALIBRATION_LOST, connector_id, 1 if is_used else 0)


def save(pair, centre_uv, gain_uv_per_v):
    """Keep both. Return OK or E_IO."""
    return pair.save(struct.pack(_FORMAT, centre_uv, gain_uv_per_v), _LEN)


def is_plausible(centre_uv, gain_uv_per_v):
    """Return True when both are as far from the nominal ones as parts may be."""
    is_gain_near = abs(gain_uv_per_v - GAIN_UV_PER_V) * 100 <= GAIN_UV_PER_V * _GAIN_PERCENT
    return is_gain_near and abs(centre_uv - CENTRE_UV) <= _CENTRE_OFF_UV
