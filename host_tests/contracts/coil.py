"""The promises of a contactor coil, run on every pin, drive and guard, and on the contactor.

A rig has `coil` (value(level), value()), is_on() (what comes out for the contactor) and
pass_step() (one safety step goes by while the contacts follow). For check_contactor() it also has
`contactor`, which was made on that coil, and feedback(level).
"""

from chargecore.safety.reasons import OPEN_BOOT, OPEN_ESTOP, OPEN_RCD


def check_coil(case, make_rig):
    """Check every promise, each on a new rig."""
    rig = make_rig()
    case.assertFalse(rig.is_on())
    case.assertEqual(rig.coil.value(), 0)
    _check_nothing_by_itself(case, rig)
    _check_on_and_off(case, make_rig())
    _check_off_again_and_again(case, make_rig())


def _check_nothing_by_itself(case, rig):
    for _ in range(20):
        rig.pass_step()
        case.assertFalse(rig.is_on())


def _check_on_and_off(case, rig):
    for steps in (0, 1, 3, 20):
        rig.coil.value(1)
        case.assertEqual(rig.coil.value(), 1)
        rig.pass_step()
        case.assertTrue(rig.is_on())
        rig.coil.value(1)  # once more: no harm
        for _ in range(steps):
            rig.pass_step()
            case.assertTrue(rig.is_on())
        rig.coil.value(0)  # at once, not with the next step
        case.assertFalse(rig.is_on())
        case.assertEqual(rig.coil.value(), 0)
        _check_nothing_by_itself(case, rig)


def _check_off_again_and_again(case, rig):
    rig.coil.value(1)
    rig.pass_step()
    for _ in range(50):
        rig.coil.value(0)
        case.assertFalse(rig.is_on())


def check_contactor(case, make_rig):
    """Check that a contactor keeps its promises on that coil."""
    rig = make_rig()
    contactor = rig.contactor
    case.assertFalse(rig.is_on())
    case.assertFalse(contactor.is_closed)
    case.assertEqual(contactor.reason, OPEN_BOOT)
    for number in range(1, 4):
        contactor.close()
        contactor.close()
        rig.pass_step()
        case.assertTrue(rig.is_on())
        case.assertEqual((contactor.is_closed, contactor.closings), (True, number))
        for _ in range(10):
            rig.pass_step()
        contactor.open(OPEN_RCD)
        case.assertFalse(rig.is_on())
        contactor.open(OPEN_ESTOP)
        case.assertEqual((contactor.is_closed, contactor.reason), (False, OPEN_RCD))
        _check_nothing_by_itself(case, rig)
    for level in (0, 1):
        rig.feedback(level)
        case.assertEqual(contactor.is_feedback_closed(), level == 1)
