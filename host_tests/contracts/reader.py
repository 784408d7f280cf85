"""The promises written in firmware/chargecore/readers, run on every driver and fake.

A rig has `reader`, present(text) (a card is held to the reader) and run_ms(ms).
"""


def check_reader(case, make_rig):
    """Check every promise, each on a new rig."""
    _check_empty(case, make_rig())
    _check_card(case, make_rig())
    _check_holds_first(case, make_rig())


def text_of(reader):
    """Return the card's id as bytes."""
    return bytes(reader.uid_text_buf[: reader.uid_len])


def _check_empty(case, rig):
    rig.run_ms(1_000)
    case.assertFalse(rig.reader.has_card)
    rig.reader.release()
    case.assertFalse(rig.reader.has_card)


def _check_card(case, rig):
    reader = rig.reader
    rig.present(b"04A1B2C3")
    rig.run_ms(500)
    case.assertTrue(reader.has_card)
    case.assertEqual(text_of(reader), b"04A1B2C3")
    case.assertTrue(reader.connector >= 0)
    reader.release()
    case.assertFalse(reader.has_card)


def _check_holds_first(case, rig):
    reader = rig.reader
    rig.present(b"04A1B2C3D4E5F6")
    rig.run_ms(500)
    rig.present(b"DEADBEEF")
    rig.run_ms(500)
    case.assertEqual(text_of(reader), b"04A1B2C3D4E5F6")
    reader.release()
    rig.present(b"DEADBEEF")
    rig.run_ms(500)
    case.assertEqual(text_of(reader), b"DEADBEEF")
