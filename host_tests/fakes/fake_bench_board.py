"""FakeBenchBoard: a board of chargecore bench that answers what a test tells it, and remembers."""

from chargecore_tools.bench.errors import OrderRefused

FITTED = dict.fromkeys(
    ("lock", "pp", "temperature", "stage", "earth", "rcd_test", "reader", "lamp"), True
)
AT_REST = {
    "ok": True,
    "pilot_high_mv": 12_000,
    "pilot_low_mv": 12_000,
    "pilot_state": "A",
    "diode_ok": False,
    "offered_ma": 0,
    "driven": 0,
    "feedback": 0,
    "rcd": 1,
    "estop": 1,
    "earth": 1,
    "lock_feedback": 0,
    "fault": 0,
    "fault_reason": None,
    "blocked_by": 0,
    "self_tested": True,
    "states": "A",
}


class FakeBenchBoard:
    """`seen` is what measure answers; time passes in wait() and a little with every order."""

    def __init__(self, **seen):
        self.facts = {
            "fitted": dict(FITTED),
            "reset_cause": "power",
            "meter": "sdm630",
            "phases": 3,
            "id": "B1",
            "model": "m",
            "serial": "s",
        }
        self.seen = {**AT_REST, **seen}
        self.now_ms = 0x3FFFFFF0  # the ticks wrap at once
        self.orders = []  # (op, fields) of all but measure
        self.refused = {}  # op: text
        self.restarts = 0

    def ask(self, op, **fields):
        """Answer an order."""
        self.now_ms = (self.now_ms + 1) & 0x3FFFFFFF
        if op != "measure":
            self.orders.append((op, fields))
        if op in self.refused:
            raise OrderRefused(self.refused[op])
        if op == "pilot" and fields["mode"] == "pwm":
            self.seen["offered_ma"] = fields["ma"]
        return {**self.seen, "at_ms": self.now_ms}

    def wait(self, ms):
        """Let time pass."""
        self.now_ms = (self.now_ms + ms) & 0x3FFFFFFF

    def restart(self, is_power):
        """Begin anew."""
        self.restarts += 1


class FakePerson:
    """Reads what it is told, 0 otherwise; remembers what it did."""

    is_slow = False

    def __init__(self, **readings):
        self.readings = readings
        self.done = []

    def do(self, action, **how):
        """Remember it."""
        self.done.append((action, how))

    def read(self, name, **_how):
        """Return the reading."""
        return self.readings.get(name, 0)
