"""The promises written in firmware/chargecore/readers, run on every driver and fake.

A rig has `reader`, present(text) (a card is held to the reader, and stays there where the reader
can see that), run_ms(ms) and `cards`: three ids that its cards can have, as text.
"""


def check_reader(case, make_rig):
    """Check every promise, each on a new rig."""
    _check_empty(case, make_rig())
    for idx in range(3):
        _check_card(case, make_rig(), idx)
    _check_holds_first(case, make_rig())


def text_of(reader):
    """Return the card's id as bytes."""
    return bytes(reader.uid_text_buf[: reader.uid_len])


def _check_empty(case, rig):
    rig.run_ms(1_000)
    case.assertFalse(rig.reader.has_card)
    case.assertFalse(rig.reader.is_silent)
    rig.reader.release()
    case.assertFalse(rig.reader.has_card)


def _check_card(case, rig, idx):
    reader = rig.reader
    rig.present(rig.cards[idx])
    rig.run_ms(500)
    case.assertTrue(reader.has_card)
    case.assertEqual(text_of(reader), rig.cards[idx])
    case.assertTrue(1 <= reader.uid_len <= 20)
    case.assertTrue(reader.connector >= 0)
    reader.release()
    case.assertFalse(reader.has_card)
    rig.run_ms(2_000)
    case.assertFalse(reader.has_card)  # it lies there: one swipe


def _check_holds_first(case, rig):
    reader = rig.reader
    rig.present(rig.cards[0])
    rig.run_ms(500)
    rig.present(rig.cards[1])
    rig.run_ms(500)
    case.assertEqual(text_of(reader), rig.cards[0])
    reader.release()
    rig.present(rig.cards[1])
    rig.run_ms(500)
    case.assertEqual(text_of(reader), rig.cards[1])
