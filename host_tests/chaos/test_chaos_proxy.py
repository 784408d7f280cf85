"""ChaosProxy: what each action does to the bytes and messages between two sides."""

import contextlib
import socket
import time

import pytest

from chargecore_tools.soak.chaos_plan import Action
from chargecore_tools.soak.chaos_proxy import ChaosProxy
from fakes.echo_peer import EchoPeer

HEAD = b"GET /ocpp/CP01 HTTP/1.1\r\n\r\n"
ONE = b"\x81\x03one"
TWO = b"\x81\x03two"
PING = b"\x89\x00"
SILENT_S = 0.25  # nothing comes within that long: nothing will


class Station:
    """A client that knows how much it still expects."""

    def __init__(self, port):
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.settimeout(5)

    def say(self, data):
        self._socket.sendall(data)

    def hear(self, length):
        """Return that many bytes, fewer when the connection ends."""
        data = b""
        while len(data) < length:
            more = self._socket.recv(length - len(data))
            if not more:
                break
            data += more
        return data

    def is_silent(self):
        """Return whether nothing comes while the connection stays open."""
        self._socket.settimeout(SILENT_S)
        try:
            return self._socket.recv(1) is None
        except TimeoutError:
            return True
        except OSError:
            return False
        finally:
            self._socket.settimeout(5)

    def is_ended(self):
        """Return whether the connection ends without a further byte."""
        try:
            return self._socket.recv(1) == b""
        except ConnectionError:
            return True

    def close(self):
        self._socket.close()


@pytest.fixture
def peer():
    peer = EchoPeer()
    yield peer
    with contextlib.suppress(OSError):  # a test may have closed it
        peer.close()


@pytest.fixture
def proxy(peer):
    with ChaosProxy("127.0.0.1", peer.port) as proxy:
        yield proxy


@pytest.fixture
def station(proxy):
    station = connected(proxy)
    yield station
    station.close()


def connected(proxy):
    """Return a station whose upgrade has been answered."""
    station = Station(proxy.port)
    station.say(HEAD)
    assert station.hear(len(HEAD)) == HEAD
    return station


def wait_received(peer, data):
    """Wait until the peer has got that much, then check that it is that."""
    end_s = time.monotonic() + 5
    while len(peer.received) < len(HEAD + data) and time.monotonic() < end_s:
        time.sleep(0.005)
    assert peer.received == HEAD + data


def test_forwards_everything_while_it_is_quiet(station, peer):
    station.say(ONE + TWO + PING)

    assert station.hear(len(ONE + TWO + PING)) == ONE + TWO + PING
    wait_received(peer, ONE + TWO + PING)


def test_forwards_what_is_no_websocket(proxy):
    station = Station(proxy.port)
    station.say(b"\x16\x03\x01")

    assert station.hear(3) == b"\x16\x03\x01"


def test_truncates_and_damages_what_is_no_websocket(peer, proxy):
    station = Station(proxy.port)
    proxy.perform(Action(0, "lose", "up"))
    proxy.perform(Action(0, "corrupt", "up", place_permille=400))
    station.say(b"\x16\x03\x01")
    assert station.hear(3) == b"\x16\x83\x01"

    proxy.perform(Action(0, "truncate", "down", place_permille=400))
    station.say(b"\x16\x03\x01")

    assert station.hear(3) == b"\x16"


def test_ends_the_connection_when_the_server_is_not_there(peer, proxy):
    peer.close()

    assert Station(proxy.port).is_ended()


def test_cut_ends_every_connection(proxy, station):
    other = connected(proxy)

    proxy.perform(Action(0, "cut"))

    assert station.is_ended() and other.is_ended()
    connected(proxy).close()


def test_refuse_lets_nobody_in_until_it_is_over(proxy, station):
    proxy.perform(Action(0, "refuse", for_s=0.3))

    assert not proxy.is_calm
    assert station.is_ended()
    assert Station(proxy.port).is_ended()
    time.sleep(0.35)
    assert proxy.is_calm
    connected(proxy).close()


def test_deaf_connections_stay_open_and_lead_nowhere(proxy, peer):
    proxy.perform(Action(0, "deaf", for_s=0.1))
    station = Station(proxy.port)
    station.say(HEAD)
    time.sleep(0.15)

    station.say(ONE)

    assert station.is_silent() and peer.received == b""
    connected(proxy).close()


def test_a_hole_downwards_lets_only_the_server_hear(proxy, peer, station):
    proxy.perform(Action(0, "hole", "down"))

    station.say(ONE)

    wait_received(peer, ONE)
    assert station.is_silent()


def test_a_hole_upwards_swallows_what_the_station_says(proxy, peer, station):
    proxy.perform(Action(0, "hole", "up"))

    station.say(ONE)

    assert station.is_silent() and peer.received == HEAD


def test_a_hole_is_of_one_connection_and_calm_does_not_mend_it(proxy, station):
    proxy.perform(Action(0, "hole", "both"))
    proxy.calm()

    station.say(ONE)

    assert station.is_silent()
    connected(proxy).close()


def test_freeze_holds_back_and_then_goes_on(proxy, station):
    proxy.perform(Action(0, "freeze", "down", for_s=0.4))

    station.say(ONE + TWO)

    assert station.is_silent()
    assert station.hear(6) == ONE + TWO[:1]


def test_calm_ends_a_freeze(proxy, station):
    proxy.perform(Action(0, "freeze", "both", for_s=60))
    assert not proxy.is_calm

    proxy.calm()
    station.say(ONE)

    assert station.hear(len(ONE)) == ONE


def test_slow_lets_each_message_take_longer(proxy, station):
    proxy.perform(Action(0, "slow", "up", for_s=10, by_s=0.2))
    began_s = time.monotonic()

    station.say(ONE)

    assert station.hear(len(ONE)) == ONE
    assert 0.2 <= time.monotonic() - began_s < 2


def test_times_of_actions_are_simulated(peer):
    with ChaosProxy("127.0.0.1", peer.port, speed=1000) as proxy:
        proxy.perform(Action(0, "refuse", for_s=60))
        time.sleep(0.1)

        assert proxy.is_calm


@pytest.mark.parametrize("way", ["up", "down"])
@pytest.mark.parametrize(
    ("kind", "heard"),
    [
        ("lose", TWO),
        ("duplicate", ONE + ONE + TWO),
        ("swap", TWO + ONE),
        ("corrupt", b"\x81\x03" + b"o\xeee" + TWO),
    ],
)
def test_harms_the_next_message_and_no_other(proxy, peer, station, way, kind, heard):
    proxy.perform(Action(0, kind, way, for_s=60, place_permille=700))

    station.say(PING + ONE + TWO)

    assert station.hear(len(PING + heard)) == PING + heard
    wait_received(peer, PING + (heard if way == "up" else ONE + TWO))
    station.say(ONE)
    assert station.hear(len(ONE)) == ONE


def test_a_swapped_message_goes_alone_when_nothing_follows(proxy, station):
    proxy.perform(Action(0, "swap", "up", for_s=0.1))

    station.say(ONE)

    assert station.hear(len(ONE)) == ONE


def test_truncate_sends_a_part_and_closes(proxy, station):
    proxy.perform(Action(0, "truncate", "down", place_permille=600))

    station.say(ONE)

    assert station.hear(len(ONE)) == ONE[:3]
    assert station.is_ended()


def test_no_place_damages_the_first_byte(proxy, peer, station):
    proxy.perform(Action(0, "corrupt", "up", place_permille=1))

    station.say(ONE)

    wait_received(peer, b"\x81\x83one")


def test_actions_wait_for_their_message_in_order(proxy, station):
    proxy.perform(Action(0, "lose", "up"))
    proxy.perform(Action(0, "duplicate", "up"))

    station.say(ONE + TWO)

    assert station.hear(len(TWO + TWO)) == TWO + TWO


def message(text):
    """Return a text frame."""
    return bytes([0x81, len(text)]) + text


def test_an_action_may_wait_for_a_call(proxy, station):
    proxy.perform(Action(0, "lose", "up", target="StopTransaction"))
    beat = message(b'[2,"1","Heartbeat",{}]')
    stop = message(b'[2,"2","StopTransaction",{}]')

    station.say(beat + stop + TWO)

    assert station.hear(len(beat + TWO)) == beat + TWO


def test_an_action_may_wait_for_the_answer_to_a_call(peer, proxy):
    proxy.perform(Action(0, "lose", "down", target="StopTransaction"))
    station = connected(proxy)
    answer = message(b'[3,"1",{}]')

    station.say(message(b'[2,"1","Heartbeat",{}]') + answer)
    station.hear(24 + len(answer))  # both come back: the peer is an echo
    station.say(message(b'[2,"2","StopTransaction",{}]'))
    station.hear(30)
    station.say(answer + TWO)

    assert station.hear(len(TWO)) == TWO


def test_tells_of_answers_that_reach_the_station_unharmed(peer):
    told = []
    answer = message(b'[3,"1",{}]')
    with ChaosProxy("127.0.0.1", peer.port, on_answer=lambda: told.append(1)) as proxy:
        station = connected(proxy)
        proxy.perform(Action(0, "lose", "down"))
        station.say(answer + ONE + answer)
        station.hear(len(ONE + answer))
        proxy.perform(Action(0, "hole", "down"))
        station.say(answer)

        assert station.is_silent()
        assert len(told) == 1


def test_says_what_it_did(peer):
    told = []
    with ChaosProxy("127.0.0.1", peer.port, on_fault=lambda: told.append(1)) as proxy:
        station = connected(proxy)
        proxy.perform(Action(0, "corrupt", "up", place_permille=700))
        station.say(ONE)
        station.hear(len(ONE))

        assert [text for _at_s, text in proxy.log] == [
            "begin: corrupt up at 700 permille",
            "corrupt up done to a message",
        ]
        assert len(told) == 2 and proxy.corrupted_up == 1
