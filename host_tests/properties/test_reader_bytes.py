"""Card readers and whatever comes over their lines: no exception, no false card, none is lost."""

from hypothesis import given
from hypothesis import strategies as st

from chargecore.readers.mfrc522 import Mfrc522
from chargecore.readers.mfrc522_registers import Mfrc522Registers
from chargecore.readers.pn532 import Pn532
from chargecore.readers.pn532_frame import NOTHING, Pn532Frames
from chargecore.readers.pn532_i2c import Pn532I2c
from chargecore.readers.pn532_uart import Pn532Uart
from chargecore.readers.wiegand import Wiegand
from contracts.reader import text_of
from fakes.card_14443 import FakeCard14443
from fakes.clock import FakeClock
from fakes.mfrc522_chip import FakeMfrc522
from fakes.pn532_chip import FakePn532Chip, FakePn532I2c, FakePn532Uart, card_answer
from fakes.wiegand_lines import FakeWiegandLines, bits_of

_CARD = bytes.fromhex("04A1B2C3")
_UIDS = st.sampled_from((4, 7, 10)).flatmap(lambda size: st.binary(min_size=size, max_size=size))


def swipes(reader, clock, ms, step_ms=50):
    """Let time pass as the station does. Return what was read."""
    found = []
    for _ in range(ms // step_ms):
        reader.poll(clock.advance_ms(step_ms))
        if reader.has_card:
            found.append(text_of(reader))
            reader.release()
    return found


def _pn532(bus_kind, chip, clock):
    if bus_kind == "i2c":
        return Pn532(Pn532I2c(FakePn532I2c(chip)), clock)
    return Pn532(Pn532Uart(FakePn532Uart(chip)), clock)


class RandomSpi:
    """A bus that answers every transfer with the next of some bytes, and fails at 256."""

    def __init__(self, values):
        self._values = values
        self._idx = 0

    def write_readinto(self, _out_buf, in_buf):
        self._idx = (self._idx + 1) % len(self._values)
        if self._values[self._idx] == 256:
            raise OSError(5)
        in_buf[1] = self._values[self._idx]

    def value(self, _level):
        pass


@given(_UIDS, st.sampled_from(("i2c", "uart")))
def test_a_pn532_reads_every_uid(uid, bus_kind):
    clock = FakeClock()
    chip = FakePn532Chip()
    chip.show(uid)

    assert swipes(_pn532(bus_kind, chip, clock), clock, 1_000) == [uid.hex().upper().encode()]


@given(_UIDS.filter(lambda uid: uid[0] != 0x88 and uid[3] != 0x88))
def test_an_mfrc522_reads_every_uid(uid):
    clock = FakeClock()
    chip = FakeMfrc522()
    chip.cards = [FakeCard14443(uid)]
    reader = Mfrc522(Mfrc522Registers(chip, chip), clock)

    assert swipes(reader, clock, 1_000) == [uid.hex().upper().encode()]


@given(st.sampled_from((3, 4)).flatmap(lambda size: st.binary(min_size=size, max_size=size)))
def test_wiegand_reads_every_number(data):
    clock = FakeClock()
    lines = FakeWiegandLines()
    reader = Wiegand(lines, clock)
    lines.send(bits_of(data))

    assert swipes(reader, clock, 100) == [data.hex().upper().encode()]


@given(
    st.lists(st.binary(max_size=70), max_size=12),
    st.sampled_from((0x02, 0x12, 0x14, 0x32, 0x4A)),
    st.sampled_from(("i2c", "uart")),
    st.sampled_from((0, 50, 130, 600)),
)
def test_no_answer_brings_a_pn532_down(answers, command, bus_kind, step_ms):
    clock = FakeClock()
    chip = FakePn532Chip()
    good = chip.answers[command]
    reader = _pn532(bus_kind, chip, clock)
    for answer in answers:
        chip.answers[command] = answer
        for _ in range(4):
            reader.poll(clock.advance_ms(step_ms))
    chip.answers[command] = good
    chip.show(_CARD)

    assert not reader.has_card
    assert swipes(reader, clock, 3_000) == [b"04A1B2C3"]
    assert not reader.is_silent


@given(st.lists(st.binary(max_size=200), max_size=10))
def test_no_noise_on_the_line_brings_a_pn532_down(noises):
    clock = FakeClock()
    chip = FakePn532Chip()
    bus = FakePn532Uart(chip)
    reader = Pn532(Pn532Uart(bus), clock)
    for noise in noises:
        bus.junk = noise
        for _ in range(3):
            reader.poll(clock.advance_ms(50))
    bus.junk = b""
    chip.show(_CARD)

    assert swipes(reader, clock, 4_000) == [b"04A1B2C3"]
    assert bus.blocked == 0


@given(st.binary(max_size=300))
def test_the_frame_layer_never_gives_more_than_it_has(data):
    frames = Pn532Frames()
    for byte in data:
        frames.append(byte)
        while frames.take() != NOTHING:
            assert frames.data_at + frames.data_len <= frames.length
    assert frames.length <= len(frames.buf)


@given(st.integers(0, 12 * 8 - 1), st.sampled_from(("i2c", "uart")))
def test_one_wrong_bit_makes_no_card(bit, bus_kind):
    """Of the answer's data and checksum: it is asked for again, and never taken as it is."""
    clock = FakeClock()
    chip = FakePn532Chip()
    answer = bytearray(card_answer(_CARD))
    answer[5 + bit // 8] ^= 1 << bit % 8
    chip.answers[0x4A] = bytes(answer)

    assert swipes(_pn532(bus_kind, chip, clock), clock, 1_000) == []


@given(st.lists(st.integers(0, 256), min_size=1, max_size=200))
def test_no_bus_brings_an_mfrc522_down(values):
    clock = FakeClock()
    bus = RandomSpi(values)
    reader = Mfrc522(Mfrc522Registers(bus, bus), clock)

    swipes(reader, clock, 5_000)
    chip = FakeMfrc522()
    chip.cards = [FakeCard14443(_CARD)]
    reader._registers = Mfrc522Registers(chip, chip)

    assert swipes(reader, clock, 3_000)[-1:] == [b"04A1B2C3"]
    assert not reader.is_silent


@given(st.integers(1, 6), st.integers(1, 255), st.sampled_from((0, 0x01, 0x02, 0x04, 0x10)))
def test_no_spoiled_byte_of_a_card_makes_another_card(answer, mask, error):
    clock = FakeClock()
    chip = FakeMfrc522()
    chip.cards = [FakeCard14443(bytes(range(10)))]
    chip.spoil_at, chip.spoil_mask, chip.spoil_error = answer, mask, error
    reader = Mfrc522(Mfrc522Registers(chip, chip), clock)

    assert swipes(reader, clock, 3_000) == [b"00010203040506070809"]


@given(st.lists(st.lists(st.integers(0, 1), max_size=120), max_size=10))
def test_no_pulses_bring_wiegand_down(bursts):
    clock = FakeClock()
    lines = FakeWiegandLines()
    reader = Wiegand(lines, clock)
    for burst in bursts:
        lines.send(burst)
        swipes(reader, clock, 50)
    swipes(reader, clock, 1_500)
    lines.send(bits_of(_CARD))

    assert swipes(reader, clock, 100) == [b"04A1B2C3"]
