"""calibration: the line through three points measured at the CP pin, checked, used and kept.

Called by: the bench tool, with nothing plugged. Loaded by it alone; what is kept is read at boot
by calibration_file. Never: changes anything when a point is not plausible. Source:
evse-hardware.md §1.4: static +12 V, static -12 V, and 2.74 kOhm with a diode, measured with a DMM;
refused if gain is off by > 5 % or the residual at the third point is > 0.15 V. The bounds of the
points themselves are 12 V +-5 % and what +-5 % of the rail leave of the third.
"""

from micropython import const

from chargecore.base.codes import E_BUSY, E_RANGE, OK
from chargecore.evse.calibration_file import is_plausible, save
from chargecore.evse.pilot_sense import CENTRE_UV, GAIN_UV_PER_V

_RESIDUAL_MV = const(150)
_DMM_MV = ((11_400, 12_600), (-12_600, -11_400), (8_300, 9_700))
_SEEN_MV = const(14_000)
_SPAN_LEAST_MV = const(20_000)  # between the first two as seen


def calibrate(controller, points, pair):
    """Take the points ((seen_mv, dmm_mv), ...) in the order above; keep them in the VersionPair.

    seen_mv is what the interlock's high_mv or low_mv showed at that time.
    Errors: E_BUSY while a car is there or the contactor closed, E_RANGE for what is not plausible,
    E_IO when it could not be kept. Nothing is changed then.
    """
    if controller.is_plugged is not False or controller.contactor.is_closed:
        return E_BUSY
    sense = controller.sense
    line = line_of(points, sense.centre_uv, sense.gain_uv_per_v)
    if line is None:
        return E_RANGE
    centre_uv, gain_uv_per_v = line
    code = save(pair, centre_uv, gain_uv_per_v)
    if code == OK:
        sense.centre_uv = centre_uv
        sense.gain_uv_per_v = gain_uv_per_v
    return code


def line_of(points, centre_uv=CENTRE_UV, gain_uv_per_v=GAIN_UV_PER_V):
    """Return (centre_uv, gain_uv_per_v) that make the first two points right, None if refused.

    centre_uv and gain_uv_per_v are those that the points were seen with.
    """
    if len(points) != len(_DMM_MV):
        return None
    for idx in range(len(points)):
        seen_mv, dmm_mv = points[idx]
        lowest_mv, highest_mv = _DMM_MV[idx]
        if abs(seen_mv) > _SEEN_MV or not lowest_mv <= dmm_mv <= highest_mv:
            return None
    (seen_plus_mv, plus_mv), (seen_minus_mv, minus_mv), (seen_car_mv, car_mv) = points
    span_mv = seen_plus_mv - seen_minus_mv
    if span_mv < _SPAN_LEAST_MV:
        return None
    plus_uv = centre_uv + seen_plus_mv * gain_uv_per_v // 1000
    span_uv = span_mv * gain_uv_per_v // 1000
    car_uv = centre_uv + seen_car_mv * gain_uv_per_v // 1000
    new_gain = (span_uv * 1000 + (plus_mv - minus_mv) // 2) // (plus_mv - minus_mv)
    new_centre_uv = plus_uv - plus_mv * new_gain // 1000
    residual_mv = (car_uv - new_centre_uv) * 1000 // new_gain - car_mv
    if not is_plausible(new_centre_uv, new_gain) or abs(residual_mv) > _RESIDUAL_MV:
        return None
    return new_centre_uv, new_gain
