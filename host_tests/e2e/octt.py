"""Bench: the lab's view: a server, a simulated station, and hands for plug, card and mains.

One per test, from the fixtures `bench` and `bench_factory`. Calls are read in order and none may
be passed over but Heartbeat, MeterValues and SecurityEventNotification, which the station may send
at any time. finish() fails the test for what no step looked at.
"""

import time

from sim_station import SPEED, STATION_ID, SimStation

from chargecore_tools.csms.events import CALL
from chargecore_tools.csms.frame_order import FrameOrder
from chargecore_tools.csms.registers import instant
from chargecore_tools.csms.rules import Rules
from chargecore_tools.csms.server import Server

__all__ = ["INVALID_TAG", "SPEED", "TAG", "TAG_2", "TOLERANCE_S", "Bench"]

TAG = "TAG1"
TAG_2 = "TAG2"
INVALID_TAG = "NOBODY"
TOLERANCE_S = 4  # simulated; what the labs allow (certification.md §6: max time deviation)

_STEP_S = 10  # real time a message may take, the simulated time of the case not counted
_SETTLE_S = 5
_PASSED_OVER = ("Heartbeat", "MeterValues")
_EVENT = "SecurityEventNotification"  # passed over unless somebody waits for it
_TAGS = {TAG: "Accepted", TAG_2: "Accepted"}  # all others are Invalid
_CLOSED_IN = ("Charging",)


class Bench:
    """`tolerated` takes texts: violations that the test itself provokes.

    front: class of what is put between station and server, see front.py. server: more options of
    the Server. options: SimStation's.
    """

    def __init__(
        self,
        state,
        boot=(("Accepted", 300),),
        connectors=1,
        tags=None,
        front=None,
        server=None,
        **options,
    ):
        rules = Rules(boots=boot, tags={**_TAGS, **(tags or {})})
        self.connectors = connectors
        self.tolerated = []
        self.order = FrameOrder()
        observers = self.order.take, _show
        self.server = Server(rules=rules, observers=observers, **(server or {}))
        self.server.start()
        self.front = None if front is None else front(self.server.port)
        url = self.server.url if front is None else self.front.url
        self.sim = SimStation(url, state, connectors, **options)
        self.server.clock = self.sim
        self._place = 0  # calls before it have been looked at
        self._arrived_ms = {}  # message id -> simulated time of a call without timestamp
        self.server.add_observer(self._note_arrival)

    def start(self):
        """Switch the station on."""
        self.sim.start()
        return self

    def booted(self):
        """Wait until it is accepted and has told all statuses."""
        self.expect("BootNotification")
        self.expect_statuses(dict.fromkeys(range(self.connectors + 1), "Available"))
        return self.settled()

    def settled(self):
        """Wait until the station has read every answer so far: a cut then repeats nothing."""
        self.config_value("HeartbeatInterval")
        return self

    # ---- what the station sends ----

    def next_call(self, timeout=_STEP_S, skips=_PASSED_OVER, shows_events=False):
        """Wait for the next call that is not skipped."""

        def fits(call):
            return call.action not in skips and (shows_events or call.action != _EVENT)

        place, call = self.server.history.wait_call(
            STATION_ID, None, self._place, timeout, fits=fits
        )
        self._place = place + 1
        return call

    def expect(self, action, timeout=_STEP_S, **fields):
        """Wait for the next call; it must be this one, with these fields."""
        skips = [name for name in _PASSED_OVER if name != action]
        call = self.next_call(timeout, skips, action == _EVENT)
        assert _fits(call, action, fields), f"expected {action} {fields}, got {call.text}"
        return call

    def expect_any(self, *wanted, timeout=_STEP_S):
        """Wait for these (action, fields), in any order. Return them as they were given."""
        found = [None] * len(wanted)
        shows_events = any(row[0] == _EVENT for row in wanted)
        for _ in wanted:
            call = self.next_call(timeout, shows_events=shows_events)
            places = [
                idx for idx, row in enumerate(wanted) if found[idx] is None and _fits(call, *row)
            ]
            assert places, f"expected one of {wanted}, got {call.text}"
            found[places[0]] = call
        return found

    def expect_status(self, connector, status, timeout=_STEP_S):
        """Wait for a StatusNotification."""
        return self.expect("StatusNotification", timeout, connectorId=connector, status=status)

    def expect_statuses(self, statuses, timeout=_STEP_S):
        """Wait for {connector: status}, in any order."""
        rows = [
            ("StatusNotification", {"connectorId": connector, "status": status})
            for connector, status in statuses.items()
        ]
        return self.expect_any(*rows, timeout=timeout)

    def statuses_after_boot(self, count, timeout=_STEP_S):
        """Return {connector: status} of the next `count` StatusNotifications."""
        calls = [self.expect("StatusNotification", timeout) for _ in range(count)]
        return {call["connectorId"]: call["status"] for call in calls}

    def collect_until(self, action, timeout=_STEP_S):
        """Return all calls up to the next of an action, that one included."""
        calls = [self.next_call(timeout, ())]
        while calls[-1].action != action:
            calls.append(self.next_call(timeout, ()))
        return calls

    def count(self, action):
        """Return how many calls of an action have come so far."""
        return len(self.server.history.calls(STATION_ID, action))

    def wait_call(self, action, timeout=_STEP_S, **fields):
        """Wait for a call of that kind, wherever it stands; the others stay to be looked at."""

        def fits(call):
            return _fits(call, action, fields)

        return self.server.history.wait_call(STATION_ID, action, 0, timeout, fits=fits)[1]

    def quiet(self, action, simulated_s):
        """Check that no call of an action comes for that long."""
        before = self.count(action)
        end_ms = self.sim.now_ms() + simulated_s * 1000
        end_s = time.monotonic() + simulated_s + _STEP_S
        while self.sim.now_ms() < end_ms:
            assert time.monotonic() < end_s, "simulated time stands still"
            time.sleep(0.02)
            assert self.count(action) == before, f"{action} came"

    def gap_s(self, earlier, later):
        """Return the simulated seconds between two calls, by their timestamps if they have one."""
        if "timestamp" in earlier.payload:
            return (instant(later["timestamp"]) - instant(earlier["timestamp"])).total_seconds()
        arrived = self._arrived_ms
        return (arrived[later.message_id] - arrived[earlier.message_id]) / 1000

    def _note_arrival(self, event):
        if getattr(event, "kind", "") == CALL and event.action in (
            "BootNotification",
            "Heartbeat",
        ):
            self._arrived_ms[event.message_id] = self.sim.now_ms()

    # ---- what the server asks ----

    def call(self, action, timeout=_STEP_S, **payload):
        """Send a CALL and return the payload that answers it."""
        return self.server.call(STATION_ID, action, payload, timeout)

    def config(self, **values):
        """Change configuration keys; all must be accepted."""
        for key, value in values.items():
            answer = self.call("ChangeConfiguration", key=key, value=str(value))
            assert answer["status"] == "Accepted", (key, value, answer)

    def config_value(self, key):
        """Return the value of a configuration key."""
        return self.call("GetConfiguration", key=[key])["configurationKey"][0]["value"]

    # ---- hands ----

    def ctl(self, cmd, **fields):
        """Send a control command to the simulator."""
        return self.sim.ctl(cmd, **fields)

    def plug(self, connector=1, amps=16, phases=3):
        """Put the cable into a car that acts by itself."""
        self.ctl("plug", connector=connector, auto=True, amps=amps, phases=phases)

    def unplug(self, connector=1):
        """Pull the cable out of the car."""
        self.ctl("unplug", connector=connector)

    def swipe(self, tag):
        """Hold a card to the reader."""
        self.ctl("swipe", id_tag=tag)

    def sim_status(self, connector=1):
        """Return what the simulator measures at a connector."""
        return self.ctl("status")["connectors"][connector - 1]

    def wait_sim(self, has_come, what, timeout=_STEP_S):
        """Wait until has_come(status of the simulator)."""
        return self.sim.client.wait_for(has_come, what, timeout)

    def wait_told(self):
        """Wait until the server has answered everything that the station recorded."""
        self.wait_sim(lambda status: status["station"]["outbox"] == 0, "an empty outbox")

    def wait_wh(self, least_wh, connector=1):
        """Let the car charge until the meter has counted that much since the first start."""
        self.wait_sim(
            lambda status: status["connectors"][connector - 1]["register_wh"] >= least_wh,
            f"{least_wh} Wh",
        )

    def wait_connections(self, count, timeout=_STEP_S):
        """Wait until the station has connected that often."""

        def has_come():
            notes = [note for note in self.server.history.notes if note.kind == "connected"]
            return len(notes) >= count and self.server.is_connected(STATION_ID)

        self.server.history.wait(has_come, timeout, f"connection {count}")

    def wait_event(self, text, timeout=_STEP_S):
        """Wait until the station's event log of this boot has a line with that text in it."""
        end_s = time.monotonic() + timeout
        texts = self.sim.event_texts()
        while not any(text in line for line in texts):
            assert time.monotonic() < end_s, f"no event says '{text}': {texts}"
            time.sleep(0.02)
            texts = self.sim.event_texts()

    # ---- reusable states (octt16-states.csv) ----

    def authorized(self, tag=TAG, is_asked=True):
        """Reach the state Authorized from idle. Return the StatusNotification Preparing."""
        self.swipe(tag)
        preparing = "StatusNotification", {"connectorId": 1, "status": "Preparing"}
        if not is_asked:
            return self.expect(preparing[0], **preparing[1])
        return self.expect_any(("Authorize", {"idTag": tag}), preparing)[1]

    def charging(self, connector=1, tag=TAG):
        """Reach the state Charging from idle by a remote start. Return the StartTransaction."""
        is_asked = self.config_value("AuthorizeRemoteTxRequests") == "true"
        self.plug(connector)
        self.expect_status(connector, "Preparing")
        answer = self.call("RemoteStartTransaction", connectorId=connector, idTag=tag)
        assert answer["status"] == "Accepted"
        if is_asked:
            self.expect("Authorize", idTag=tag)
        return self.started(connector, tag)

    def started(self, connector=1, tag=TAG):
        """Wait for StartTransaction and Charging, in any order. Return the StartTransaction."""
        start, _status = self.expect_any(
            ("StartTransaction", {"connectorId": connector, "idTag": tag}),
            ("StatusNotification", {"connectorId": connector, "status": "Charging"}),
        )
        return start

    def stopped(self, connector=1, status="Finishing", **fields):
        """Wait for StopTransaction and Finishing, in any order. Return the StopTransaction."""
        stop, _status = self.expect_any(
            ("StopTransaction", fields),
            ("StatusNotification", {"connectorId": connector, "status": status}),
        )
        return stop

    def session(self, least_wh=3):
        """Charge from an idle connector with a card, to the end; the meter must agree."""
        before_wh = self.sim_status()["register_wh"]
        self.plug()
        self.expect_status(1, "Preparing")
        self.swipe(TAG)
        self.expect("Authorize", idTag=TAG)
        start = self.started()
        self.wait_wh(before_wh + least_wh)
        self.swipe(TAG)
        stop = self.stopped(transactionId=start.answer["transactionId"])
        self.unplug()
        self.expect_status(1, "Available")
        row = self.sim_status()
        assert (start["meterStart"], stop["meterStop"]) == (before_wh, row["register_wh"])
        assert stop["meterStop"] >= before_wh + least_wh

    # ---- the end ----

    def finish(self):
        """Fail for broken rules, a wrong order, or a contactor that fits no status."""
        faults = [
            f"{frame.text}: {frame.violation}"
            for frame in self.server.history.violations()
            if not any(text in frame.violation for text in self.tolerated)
        ]
        faults += self.order.finish() + [repr(error) for error in self.server.observer_errors]
        if self.sim.exit_status is not None:
            faults.append(f"the simulator ended with status {self.sim.exit_status}")
        else:
            faults += self._plant_faults()
        assert not faults, "\n".join(faults)

    def close(self):
        """End everything, whatever happened."""
        self.sim.kill()
        if self.front is not None:
            self.front.close()
        self.server.stop()

    def _plant_faults(self):
        """Return how contactor and books differ, once they had time to agree."""
        end_s = time.monotonic() + _SETTLE_S
        faults = self._plant_faults_now()
        while faults and time.monotonic() < end_s:
            time.sleep(0.05)
            faults = self._plant_faults_now()
        return faults

    def _plant_faults_now(self):
        status = self.ctl("status")
        if status["station"]["registration"] != "Accepted":
            return []
        faults = [
            f"connector {row['connector']} is {row['status']} with a contactor {row['contactor']}"
            for row in status["connectors"]
            if (row["contactor"] == "closed") != (row["status"] in _CLOSED_IN)
        ]
        if status["station"]["outbox"]:
            return faults  # the server cannot know yet
        running = {row["transaction_id"] for row in status["connectors"]} - {None}
        open_ids = {row.transaction_id for row in self.server.ledger.open()}
        if running != open_ids:
            faults.append(f"the station runs {running}, the server has {open_ids} open")
        return faults


def _fits(call, action, fields):
    return call.action == action and all(
        call.payload.get(name) == value for name, value in fields.items()
    )


def _show(event):
    """Print every frame and note; pytest shows them with a failure."""
    text = getattr(event, "text", "")
    sender = "<-" if getattr(event, "is_from_station", True) else "->"
    violation = getattr(event, "violation", "")
    line = f"{event.at_s:10.3f} {sender} {text[:2000]} {violation}"
    print(line.encode("ascii", "backslashreplace").decode().rstrip().replace("\0", "\\0"))
