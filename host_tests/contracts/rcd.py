"""The promises of a residual-current monitor's inputs, run on every kind of trip pin.

A rig has `rcd` (safety.rcd.Rcd on that pin) and trip(is_tripped), what the monitor does.
"""


def check_rcd(case, make_rig):
    """Check every promise, each on a new rig."""
    _check_latch(case, make_rig())
    _check_short_trip(case, make_rig())


def _check_latch(case, rig):
    rcd = rig.rcd
    case.assertTrue(rcd.poll())
    case.assertTrue(rcd.is_healthy())
    for number in range(1, 4):
        rig.trip(True)
        case.assertFalse(rcd.is_healthy())
        for _ in range(5):
            case.assertFalse(rcd.poll())
        case.assertFalse(rcd.reset())  # not while it is tripped
        case.assertEqual(rcd.trips, number)
        rig.trip(False)
        case.assertFalse(rcd.poll())  # not by itself
        case.assertTrue(rcd.reset())
        case.assertTrue(rcd.poll())


def _check_short_trip(case, rig):
    rig.trip(True)
    rig.rcd.poll()
    rig.trip(False)
    for _ in range(100):
        case.assertFalse(rig.rcd.poll())
