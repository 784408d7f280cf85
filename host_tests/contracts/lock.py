"""The promises of a cable lock, run on every driver.

A rig has `lock` (evse.cable_lock), run_ms(ms, may_unlock=True), jam(is_jammed), is_driven() (the
motor has power) and is_free() (the plug can be pulled).
"""

from chargecore.evse.cable_lock import UNLOCK_DONE, UNLOCK_FAILED


def check_lock(case, make_rig):
    """Check every promise, each on a new rig."""
    _check_round(case, make_rig())
    _check_keeps_while_live(case, make_rig())
    _check_jam(case, make_rig())


def _lock(case, rig):
    rig.lock.lock(rig.now_ms())
    rig.run_ms(5_000)
    case.assertTrue(rig.lock.is_locked)
    case.assertFalse(rig.is_free())


def _check_round(case, rig):
    rig.run_ms(1_000)
    case.assertFalse(rig.lock.is_locked)
    case.assertFalse(rig.is_driven())
    _lock(case, rig)
    case.assertFalse(rig.is_driven())
    rig.lock.unlock(rig.now_ms())
    rig.run_ms(5_000)
    case.assertEqual(rig.lock.unlock_result, UNLOCK_DONE)
    case.assertTrue(rig.is_free())
    case.assertFalse(rig.lock.is_locked)
    case.assertFalse(rig.is_driven())


def _check_keeps_while_live(case, rig):
    _lock(case, rig)
    rig.lock.unlock(rig.now_ms())
    for _ in range(40):
        rig.run_ms(500, False)
        case.assertFalse(rig.is_free())
    case.assertEqual(rig.lock.unlock_result, UNLOCK_FAILED)


def _check_jam(case, rig):
    rig.jam(True)
    rig.lock.lock(rig.now_ms())
    rig.run_ms(20_000)
    case.assertFalse(rig.lock.is_locked)
    case.assertTrue(rig.lock.has_failed)
    case.assertFalse(rig.is_driven())
    rig.jam(False)
    _lock(case, rig)
    case.assertFalse(rig.lock.has_failed)
