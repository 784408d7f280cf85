"""Bundles and answers of file servers as nobody should send them: no exception, always an end."""

import hashlib

from hypothesis import given, settings
from hypothesis import strategies as st

from chargecore.base.codes import OK
from chargecore.store.bundle_writer import BundleWriter
from chargecore_tools.bundle import make_bundle, parse_bundle
from fakes.transfer_world import KeptFile, SentFile, TransferWorld


class RamFiles:
    """A slot in RAM."""

    target = b"host"
    most_b = 50_000

    def __init__(self):
        self.done = {}
        self._path = None
        self.is_finished = False

    def begin(self, version):
        return OK

    def open(self, path, length_b, digest):
        self._path = path
        self.done[path] = b""
        return OK

    def write(self, part):
        self.done[self._path] += bytes(part)
        return OK

    def close(self):
        return OK

    def finish(self):
        self.is_finished = True
        return OK

    def drop(self):
        pass

    def discard(self):
        self.is_finished = False


def _written(data, step):
    files = RamFiles()
    writer = BundleWriter(files, files)
    writer.begin()
    for at in range(0, len(data), step):
        part = bytearray(data[at : at + step])
        assert writer.take(part, 0, len(part)) == OK
    writer.end()
    return writer, files


_PATHS = st.from_regex(r"[a-z0-9_]{1,8}(/[a-z0-9_]{1,8}){0,2}", fullmatch=True)


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(_PATHS, st.binary(max_size=300), min_size=1, max_size=5),
    st.integers(1, 700),
    st.data(),
)
def test_takes_a_bundle_whole_or_not_at_all(contents, step, data):
    good = make_bundle("host", "1.0", contents)
    writer, files = _written(good, step)
    assert writer.refused == 0 and files.is_finished
    assert {path.decode(): body for path, body in files.done.items()} == contents
    assert parse_bundle(good) == ("host", "1.0", contents)

    at = data.draw(st.integers(0, len(good) - 1))
    flipped = good[:at] + bytes((good[at] ^ data.draw(st.integers(1, 255)),)) + good[at + 1 :]
    for bad in (flipped, good[:at], good + b"x", flipped[:at] + flipped[at + 1 :]):
        writer, files = _written(bad, step)
        assert writer.refused and not files.is_finished, (at, hashlib.sha256(bad).hexdigest())


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.integers(1, 400))
def test_takes_no_noise_for_a_bundle(noise, step):
    for data in (noise, b"CCBUNDLE\x01\x04\x03\x02host1.0" + noise):
        writer, files = _written(data, step)
        assert writer.refused and not files.is_finished


_LINES = st.sampled_from(
    [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 206 P\r\n", b"HTTP/1.1 100 C\r\n", b"HTTP/1.1 302 F\r\n"]
    + [b"Content-Length: 5\r\n", b"Content-Length: x\r\n", b"Transfer-Encoding: chunked\r\n"]
    + [b"Content-Range: bytes 5-9/10\r\n", b"Location: /x\r\n", b"Location: :\r\n", b"\r\n"]
    + [b"5\r\nhello\r\n", b"0\r\n\r\n", b"ffffffff\r\n", b"220 x\r\n", b"331 x\r\n", b"230 x\r\n"]
    + [b"200 x\r\n", b"227 (1,2,3,4,5,6)\r\n", b"150 x\r\n", b"226 x\r\n", b"426 x\r\n", b"hello"]
)
_TALK = st.lists(st.one_of(_LINES, st.binary(max_size=30)), max_size=12)
_URLS = st.sampled_from([b"http://h/f", b"ftp://u:p@h/f"])


@settings(max_examples=300, deadline=None)
@given(_URLS, _TALK, _TALK, st.booleans(), st.integers(1, 50))
def test_ends_whatever_a_server_says(url, talk, more, is_put, read_max):
    world = TransferWorld()
    world.stream.read_max = world.data.read_max = read_max
    if is_put:
        world.put(url, SentFile(b"x" * 250))
    else:
        world.get(url, KeptFile(most_b=100), 5)
    for part in talk:
        world.feed(part)
        world.data.feed(part)
    world.data.end()
    for part in more:
        world.feed(part)
    world.wait_s(40)
    world.stream.end()
    world.poll(2_000)
    world.wait_s(40)

    assert not world.transfer.is_busy
    assert world.result != 0
    assert world.stream.is_closed


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=80), st.text(max_size=60).map(lambda t: t.encode())))
def test_any_location_is_a_url_or_none(text):
    for url in (text, b"http://" + text, b"ftp://" + text, b"https://u:p@" + text):
        world = TransferWorld()
        world.get(url, KeptFile())
        world.wait_s(40)
        assert not world.transfer.is_busy
