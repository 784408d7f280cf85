"""Customer: gets through a session, and through whatever happens to it."""

from chargecore_tools.soak import customer as customer_module
from chargecore_tools.soak.agenda import Agenda
from chargecore_tools.soak.customer import AWAY, CHARGING, ENDING, LEAVING, PLUGGED, Customer
from fakes.soak_desk import SoakDesk


class World:
    """A connector that does what a customer asks, one second per look."""

    def __init__(self, seed, is_working=True):
        self.desk = SoakDesk()
        self.customer = Customer(1, self.desk, seed)
        self.is_working = is_working  # sessions start
        self.now_ms = 0
        self.row = {"status": "Available", "id_tag": None, "transaction_id": None}
        self.states = []

    def run(self, seconds, is_open=True):
        for _ in range(seconds):
            self.now_ms += 1000
            seen = len(self.desk.done)
            self.customer.look(dict(self.row), self.now_ms, is_open)
            for cmd, fields in self.desk.done[seen:]:
                self._act(cmd, fields)
            if not self.states or self.states[-1] != self.customer.state:
                self.states.append(self.customer.state)

    def run_until(self, state):
        for _ in range(1000):
            if self.customer.state == state:
                return
            self.run(1)
        raise AssertionError(f"never {state}: {self.states}")

    def _act(self, cmd, fields):
        row = self.row
        if cmd == "plug":
            row["status"] = "Preparing"
        elif cmd == "unplug":
            row.update(status="Available", id_tag=None)
        elif cmd in ("swipe", "remote_start") and row["id_tag"] is None:
            if self.is_working:
                row.update(status="Charging", id_tag=fields["id_tag"], transaction_id=5)
        elif fields.get("trip", fields.get("active", True)):  # an end of any kind
            row.update(status="Finishing", id_tag=None)


def test_charges_again_and_again():
    world = World(1)

    world.run(3_000)

    assert world.states[:5] == [PLUGGED, CHARGING, ENDING, LEAVING, AWAY]
    assert world.states.count(CHARGING) > 10


def test_uses_every_way_in_and_out_in_the_long_run():
    world = World(2)

    world.run(100_000)

    done = set(world.desk.commands())
    assert done == {"plug", "unplug", "swipe", "remote_start", "remote_stop", "rcd", "fault"}
    kinds = {fields["kind"] for cmd, fields in world.desk.done if cmd == "fault"}
    assert kinds == {"OtherError", "GroundFailure", "estop", "diode_short"}
    assert world.desk.blocked


def test_repairs_every_fault_that_it_caused():
    world = World(3)
    world.run(50_000)
    world.run(500, is_open=False)

    active = {}
    for cmd, fields in world.desk.done:
        if cmd == "fault":
            active[fields["kind"]] = fields["active"]
        elif cmd == "rcd":
            active["rcd"] = fields["trip"]
    assert active and not any(active.values())


def test_uses_a_card_for_one_session_only():
    world = World(4)
    world.run(20_000)

    starts = []
    for cmd, fields in world.desk.done:
        if cmd in ("swipe", "remote_start"):
            if not starts or starts[-1] != fields["id_tag"]:
                starts.append(fields["id_tag"])
    assert len(starts) == len(set(starts)) > 50


def test_nobody_comes_when_it_is_closed():
    world = World(5)

    world.run(500, is_open=False)

    assert world.desk.done == [] and world.customer.is_away


def test_tries_another_card_and_leaves_when_no_session_begins():
    world = World(6, is_working=False)

    world.run_until(LEAVING)

    tried = [cmd for cmd in world.desk.commands() if cmd in ("swipe", "remote_start")]
    assert len(tried) >= 3
    assert world.desk.commands()[-1] == "unplug"


def test_tries_again_when_the_reader_is_busy():
    world = World(7)
    world.desk.is_reader_busy = True
    world.run_until(PLUGGED)
    world.run(10)
    world.desk.is_reader_busy = False

    world.run_until(CHARGING)


def test_leaves_when_the_session_ends_without_its_doing():
    world = World(8)
    world.run_until(CHARGING)

    world.row.update(status="Faulted", id_tag=None)
    world.run(1)

    assert world.customer.state == LEAVING


def test_pulls_the_plug_when_the_session_does_not_end(monkeypatch):
    monkeypatch.setattr(customer_module, "_WAYS_OUT", {customer_module.REMOTE: 1})
    world = World(9)
    world.run_until(CHARGING)
    world.desk.remote_stop = lambda transaction_id: None

    world.run_until(LEAVING)

    assert world.desk.commands()[-1] == "unplug"


def test_is_gone_after_a_power_cut():
    world = World(10)
    world.run_until(CHARGING)
    world.row.update(status="Available", id_tag=None)

    world.customer.power_cut(world.now_ms)
    world.run(1)

    assert world.customer.is_away


def test_shows_a_blocked_card_again_to_free_the_cable(monkeypatch):
    monkeypatch.setattr(customer_module, "_BLOCKED_PERMILLE", 1000)
    monkeypatch.setattr(customer_module, "_REMOTE_PERMILLE", 0)
    world = World(11)
    world.run_until(LEAVING)
    world.row["status"] = "Finishing"
    card = [fields["id_tag"] for cmd, fields in world.desk.done if cmd == "swipe"][-1]
    world.desk.done.clear()

    world.run(15)

    assert ("swipe", {"id_tag": card, "connector": 1}) in world.desk.done


def test_agenda_does_what_is_due_in_order():
    done = []
    agenda = Agenda()
    for at_s, name in ((5, "b"), (1, "a"), (5, "c"), (9, "d")):
        agenda.put(at_s, lambda name=name: done.append(name))

    agenda.run(5)
    assert done == ["a", "b", "c"]
    agenda.clear()
    agenda.run(100)

    assert done == ["a", "b", "c"]
