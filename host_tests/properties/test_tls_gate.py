"""RecordGate under any bytes in any pieces: no exception, no lost byte, and the same conclusions.

It is called out of C, where an exception has nobody to catch it.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from chargecore.base.codes import E_IO
from chargecore.net.tls_gate import NO_ALERT, RecordGate

_CHANGE_CIPHER, _ALERT, _HANDSHAKE, _DATA = 20, 21, 22, 23


class _Stream:
    """Gives its pieces, then ends."""

    def __init__(self, pieces):
        self._pieces = [bytes(piece) for piece in pieces]
        self.errno = 0

    def readinto(self, buf):
        while self._pieces and not self._pieces[0]:
            self._pieces.pop(0)
            return 0
        if not self._pieces:
            return E_IO
        count = min(len(buf), len(self._pieces[0]))
        buf[:count] = self._pieces[0][:count]
        self._pieces[0] = self._pieces[0][count:]
        if not self._pieces[0]:
            self._pieces.pop(0)
        return count

    def write(self, _buf, _at, count):
        return count


def _run(data, cuts, sizes):
    """Let the data go by in pieces, asked for in these sizes. Return the gate and what it gave."""
    places = sorted({cut % (len(data) + 1) for cut in cuts})
    edges = [0, *places, len(data)]
    gate = RecordGate(_Stream([data[a:b] for a, b in zip(edges, edges[1:])]), lambda: None)
    given_data = b""
    quiet = 0
    turn = 0
    while quiet < 4:
        buf = bytearray(sizes[turn % len(sizes)])
        turn += 1
        count = gate.readinto(buf)
        if count is None or count == 0:
            quiet += 1
            continue
        assert 0 < count <= len(buf)
        quiet = 0
        given_data += bytes(buf[:count])
    return gate, given_data


def _conclusions(data):
    """Return (done, alert) by a reader that has everything at once."""
    at = 0
    is_secret = is_done = False
    alert, alert_len = NO_ALERT, 0
    while at + 5 <= len(data):
        kind, length = data[at], int.from_bytes(data[at + 3 : at + 5], "big")
        body = data[at + 5 : at + 5 + length]
        if kind == _ALERT and not is_secret:
            for byte in body:
                alert_len += 1
                if alert_len == 2:
                    alert = byte
        if len(body) < length:
            break
        if kind == _CHANGE_CIPHER:
            is_secret = True
        elif kind == _HANDSHAKE and is_secret:
            is_done = True
        at += 5 + length
    return is_done, alert


_RECORDS = st.lists(
    st.tuples(
        st.sampled_from((_CHANGE_CIPHER, _ALERT, _HANDSHAKE, _HANDSHAKE, _DATA, 0, 255)),
        st.binary(max_size=60),
    ),
    max_size=8,
).map(
    lambda rows: b"".join(
        bytes([kind, 3, 3]) + len(body).to_bytes(2, "big") + body for kind, body in rows
    )
)
_BYTES = st.one_of(_RECORDS, st.binary(max_size=300))
_CUTS = st.lists(st.integers(0, 1 << 16), max_size=6)
_SIZES = st.lists(st.integers(1, 70), min_size=1, max_size=4)


@settings(max_examples=500)
@given(_BYTES, _CUTS, _SIZES)
def test_gives_every_byte_and_draws_the_same_conclusions(data, cuts, sizes):
    gate, given_data = _run(data, cuts, sizes)

    assert given_data == data
    assert (gate.is_done, gate.alert) == _conclusions(data)


@settings(max_examples=200)
@given(_BYTES, _CUTS, st.lists(st.binary(max_size=40), max_size=6))
def test_writes_and_drains_whatever_has_come(data, cuts, records):
    gate, _given = _run(data[: len(data) // 2], cuts, [5])
    for record in records:
        assert gate.write(bytearray(record)) in (None, len(record))
    gate.drain()
    gate.reset()

    assert (gate.is_done, gate.alert, gate.is_ended) == (False, NO_ALERT, False)


@settings(max_examples=200)
@given(_BYTES, _CUTS, _SIZES)
def test_passes_every_byte_once_it_is_open(data, cuts, sizes):
    gate, _given = _run(b"", [], [5])
    gate.reset()
    gate.is_open = True
    gate._stream = _Stream([data])
    got = b""
    buf = bytearray(64)
    for _ in range(2 * len(data) + 4):
        count = gate.readinto(buf)
        if count:
            got += bytes(buf[:count])

    assert got == data
    assert gate.alert == NO_ALERT
