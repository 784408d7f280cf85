"""The promises written in firmware/chargecore/meters, run on every driver and on the fake.

A rig has `meter`, answer(wh, ma) (the device shows these values from now on), fall_silent() and
run_ms(ms) (time passes, the driver is polled). It starts with a device that has never answered.
Where it has a bus, break_bus(is_broken) lets every call of it raise OSError.
"""

LISTS = ("voltage_dv", "current_ma", "power_w")
SINGLES = ("frequency_chz", "power_factor_permille", "temperature_dc")
REGISTERS = ("import_wh", "export_wh")


def check_meter(case, make_rig):
    """Check every promise, each on a new rig."""
    _check_unknown_at_start(case, make_rig())
    _check_reading(case, make_rig())
    _check_silence(case, make_rig())
    _check_backwards(case, make_rig())
    check_errors(case, make_rig())


def check_errors(case, rig):
    """Check that an error of the bus is silence, at the start and later."""
    if not hasattr(rig, "break_bus"):
        return
    meter = rig.meter
    rig.break_bus(True)
    rig.answer(1_234, 16_000)
    rig.run_ms(3_000)
    case.assertFalse(meter.fresh)
    case.assertIsNone(meter.age_ms(rig.now_ms()))
    rig.break_bus(False)
    rig.run_ms(3_000)
    case.assertTrue(meter.fresh)
    known_wh = meter.import_wh
    rig.break_bus(True)
    rig.run_ms(3_000)
    for name in LISTS:
        case.assertEqual(getattr(meter, name), [None] * 3, name)
    case.assertEqual(meter.import_wh, known_wh)
    rig.break_bus(False)
    rig.run_ms(3_000)
    case.assertTrue(meter.fresh)


def _check_values(case, meter, is_known):
    for name in LISTS:
        values = getattr(meter, name)
        case.assertEqual(len(values), 3)
        for phase in range(3):
            is_there = is_known and phase < meter.phases
            case.assertEqual(values[phase] is not None, is_there, name)
    if not is_known:
        for name in SINGLES:
            case.assertIsNone(getattr(meter, name))


def _check_unknown_at_start(case, rig):
    meter = rig.meter
    case.assertIn(meter.phases, (1, 3))
    case.assertIsNone(meter.age_ms(rig.now_ms()))
    case.assertFalse(meter.fresh)
    rig.run_ms(1_000)  # nobody answers
    case.assertIsNone(meter.age_ms(rig.now_ms()))
    case.assertFalse(meter.fresh)
    _check_values(case, meter, False)
    for name in REGISTERS:
        case.assertIsNone(getattr(meter, name))


def _check_reading(case, rig):
    meter = rig.meter
    rig.answer(1_234, 16_000)
    rig.run_ms(1_000)
    case.assertTrue(meter.fresh)
    case.assertTrue(0 <= meter.age_ms(rig.now_ms()) <= 1_000)
    case.assertEqual(meter.import_wh, 1_234)
    case.assertEqual(meter.current_ma[0], 16_000)
    _check_values(case, meter, True)


def _check_silence(case, rig):
    meter = rig.meter
    rig.answer(1_234, 16_000)
    rig.run_ms(1_000)
    rig.fall_silent()
    rig.run_ms(1_500)
    case.assertFalse(meter.fresh)
    case.assertTrue(1_400 <= meter.age_ms(rig.now_ms()) <= 2_500)
    case.assertEqual(meter.import_wh, 1_234)
    rig.run_ms(1_500)
    _check_values(case, meter, False)
    case.assertEqual(meter.import_wh, 1_234)
    rig.run_ms(8_000)
    for name in REGISTERS:
        case.assertIsNone(getattr(meter, name))
    case.assertTrue(meter.age_ms(rig.now_ms()) >= 10_000)
    rig.answer(1_240, 0)
    rig.run_ms(1_000)
    case.assertEqual(meter.import_wh, 1_240)
    case.assertEqual(meter.current_ma[0], 0)  # now it really is 0
    case.assertTrue(meter.fresh)


def _check_backwards(case, rig):
    meter = rig.meter
    rig.answer(1_234, 16_000)
    rig.run_ms(1_000)
    rig.answer(1_200, 16_000)
    rig.run_ms(1_500)
    case.assertEqual(meter.import_wh, 1_234)
    case.assertFalse(meter.fresh)
    case.assertEqual(meter.current_ma[0], 16_000)
    rig.answer(1_235, 16_000)
    rig.run_ms(1_000)
    case.assertEqual(meter.import_wh, 1_235)
    case.assertTrue(meter.fresh)
