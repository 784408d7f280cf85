"""The promises of firmware/chargecore/meters, run on every driver that counts energy itself.

A rig has `meter`, draw(ma) (that much flows at 230 V from now on), run_ms(ms) (time passes, the
driver is polled), reboot() (a new driver on the flash as it is), now_ms(), and these answers:
  knows             names of the lists it fills
  can_fall_silent   then also fall_silent() and come_back()
"""

from contracts.meter import LISTS, REGISTERS, SINGLES, check_errors


def check_counting_meter(case, make_rig):
    """Check every promise, each on a new rig."""
    _check_unknown_at_start(case, make_rig())
    _check_reading(case, make_rig())
    if make_rig().can_fall_silent:
        _check_silence(case, make_rig())
    _check_never_back(case, make_rig())
    _check_saves_rarely(case, make_rig())
    check_errors(case, make_rig())


def _check_unknown_at_start(case, rig):
    meter = rig.meter
    case.assertIn(meter.phases, (1, 3))
    case.assertIsNone(meter.age_ms(rig.now_ms()))
    case.assertFalse(meter.fresh)
    for name in LISTS:
        case.assertEqual(getattr(meter, name), [None] * 3, name)
    for name in SINGLES + REGISTERS:
        case.assertIsNone(getattr(meter, name), name)


def _close(case, value, expected, name):
    case.assertTrue(abs(value - expected) * 50 <= expected, "{} {}".format(name, value))


def _check_values(case, rig, is_known):
    meter = rig.meter
    for name in LISTS:
        values = getattr(meter, name)
        case.assertEqual(len(values), 3)
        for phase in range(3):
            is_there = is_known and name in rig.knows and phase < meter.phases
            case.assertEqual(values[phase] is not None, is_there, name)


def _check_reading(case, rig):
    meter = rig.meter
    rig.draw(16_000)
    rig.run_ms(120_000)
    case.assertTrue(meter.fresh)
    case.assertTrue(0 <= meter.age_ms(rig.now_ms()) <= 1_000)
    _check_values(case, rig, True)
    _close(case, meter.power_w[0], 3_680, "power")
    if "current_ma" in rig.knows:
        _close(case, meter.current_ma[0], 16_000, "current")
    _close(case, meter.import_wh, 3_680 * meter.phases * 120 // 3_600, "energy")


def _check_silence(case, rig):
    meter = rig.meter
    rig.draw(16_000)
    rig.run_ms(20_000)
    known_wh = meter.import_wh
    rig.fall_silent()
    rig.run_ms(1_540)
    case.assertFalse(meter.fresh)
    case.assertTrue(1_000 <= meter.age_ms(rig.now_ms()) <= 2_500)
    rig.run_ms(1_540)
    _check_values(case, rig, False)
    case.assertEqual(meter.import_wh, known_wh)
    rig.run_ms(8_400)
    case.assertIsNone(meter.import_wh)
    case.assertTrue(meter.age_ms(rig.now_ms()) >= 10_000)
    rig.draw(0)
    rig.come_back()
    rig.run_ms(1_540)
    case.assertTrue(meter.fresh)
    case.assertTrue(meter.import_wh >= known_wh)
    if "current_ma" in rig.knows:
        case.assertEqual(meter.current_ma[0], 0)  # now it really is 0


def _check_never_back(case, rig):
    rig.draw(16_000)
    highest_wh = 0
    for _ in range(6):
        rig.run_ms(20_020)
        case.assertTrue(rig.meter.import_wh >= highest_wh)
        highest_wh = rig.meter.import_wh
    case.assertTrue(highest_wh > 0)
    rig.meter.commit()
    rig.reboot()
    case.assertIsNone(rig.meter.import_wh)  # unknown until the first reading
    rig.run_ms(1_540)
    case.assertTrue(rig.meter.import_wh >= highest_wh)
    rig.draw(0)
    rig.run_ms(20_020)  # the session is over: nobody calls commit()
    highest_wh = rig.meter.import_wh
    rig.reboot()
    rig.run_ms(1_540)
    case.assertEqual(rig.meter.import_wh, highest_wh)
    case.assertEqual(rig.meter.backwards, 0)


def _check_saves_rarely(case, rig):
    rig.draw(16_000)
    rig.run_ms(320_040)
    case.assertEqual(len(rig.storage.images), 1)
    rig.draw(0)
    rig.run_ms(40_040)
    case.assertEqual(len(rig.storage.images), 2)
    rig.meter.commit()
    case.assertEqual(len(rig.storage.images), 2)  # nothing new
