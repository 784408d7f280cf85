"""The promises of an analogue input (evse's package docstring), and of what is read through one.

A rig of check_adc() has `adc`, set_uv(uv), TOLERANCE_UV and silence(is_silent), which may be None:
an input that never fails. One of check_sensor() has set_uv(uv), silence(is_silent), run() (time
enough for the driver to be sure), is_permitted() (what the interlock is told) and GOOD_UV.
"""

FULL_SCALE_UV = 3_300_000


def check_adc(case, make_rig):
    """Check that read_uv() follows the pin, in whole microvolts, and fails as OSError only."""
    rig = make_rig()
    for uv in (0, 100_000, 1_650_000, 3_200_000, FULL_SCALE_UV):
        rig.set_uv(uv)
        read_uv = rig.adc.read_uv()
        case.assertIsInstance(read_uv, int)
        case.assertTrue(0 <= read_uv <= FULL_SCALE_UV)
        case.assertTrue(abs(read_uv - uv) <= rig.TOLERANCE_UV, "{} {}".format(read_uv, uv))
    if rig.silence is None:
        return
    rig.silence(True)
    for _ in range(3):
        with case.assertRaises(OSError):
            rig.adc.read_uv()
    rig.silence(False)
    rig.set_uv(1_000_000)
    case.assertTrue(abs(rig.adc.read_uv() - 1_000_000) <= rig.TOLERANCE_UV)


def check_sensor(case, make_rig):
    """Check that no reading, and none that can be one, is a permission, nor raises."""
    for uv in (0, FULL_SCALE_UV, None):
        rig = make_rig()
        _go_bad(rig, uv)
        case.assertFalse(rig.is_permitted(), uv)  # never known
        rig = make_rig()
        rig.set_uv(rig.GOOD_UV)
        rig.run()
        case.assertTrue(rig.is_permitted())
        _go_bad(rig, uv)
        case.assertFalse(rig.is_permitted(), uv)  # not any more
        rig.silence(False)
        rig.set_uv(rig.GOOD_UV)
        rig.run()
        case.assertTrue(rig.is_permitted())


def _go_bad(rig, uv):
    if uv is None:
        rig.silence(True)
    else:
        rig.set_uv(uv)
    rig.run()
