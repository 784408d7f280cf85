"""Heap growth of the whole firmware on the VM: micropython growth_bench.py FOLDER.

The real firmware/main.py runs on the host board; the server sits in memory, time is the bench's.
Each part of the bench runs warm, then 10,000 times with the collector off. Prints `id bytes`
lines, what was counted, and how long it took.
"""

import gc
import sys
import time

_ROOT = __file__.rsplit("/", 1)[0] + "/../../.."
sys.path[0:0] = [_ROOT + "/firmware", _ROOT, __file__.rsplit("/", 1)[0]]

import main as firmware  # noqa: E402  after the path is set, as all below
from memory_server import MemoryServer  # noqa: E402

from boards.host.board import POWER_STOP, Board  # noqa: E402

_TIMES = 10_000
_WARM_TIMES = 300
_SETTLE_PASSES = 7_000  # what a boot has to do within its first minute is done
_STUCK_PASSES = 20_000  # passes without one of what is counted: the bench is broken
_STEP_MS = 10  # simulated time per pass
_TOGGLE_PASSES = 20  # debounce of the pilot, step of the station, the message

_STATION = {
    "id": "BENCH",
    "csms_url": "ws://127.0.0.1:9/ocpp",
    "vendor": "chargecore",
    "model": "bench",
    "serial": "1",
    "firmware_version": "0",
    "connectors": [{"meter": "simulated"}],
    "cable": "tethered",
    "max_current": 16,
    "phases": 3,
}
_OPTIONS = {"station": _STATION, "dns_servers": [], "speed_permille": 1_000}

# A call of a profile that is not loaded, and four that Core answers without acting.
_PROFILE = (
    b'[2,"0b0f0e5c-6a3e-4f0c-9a51-8f6f4bd4c1a7","SetChargingProfile",{"connectorId":1,'
    b'"csChargingProfiles":{"chargingProfileId":101,"transactionId":7,"stackLevel":2,'
    b'"chargingProfilePurpose":"TxProfile","chargingProfileKind":"Absolute",'
    b'"chargingSchedule":{"duration":86400,"startSchedule":"2026-11-24T10:00:00Z",'
    b'"chargingRateUnit":"A","chargingSchedulePeriod":[{"startPeriod":0,"limit":16.0,'
    b'"numberPhases":3},{"startPeriod":3600,"limit":10.5}]}}}]'
)
_CALLS = (
    _PROFILE,
    b'[2,"a1","GetConfiguration",{"key":["HeartbeatInterval","MeterValueSampleInterval"]}]',
    b'[2,"a2","RemoteStopTransaction",{"transactionId":99}]',
    b'[2,"a3","DataTransfer",{"vendorId":"org.example","messageId":"m","data":"text"}]',
    b'[2,"a4","TriggerMessage",{"requestedMessage":"Nothing"}]',
)
_TRIGGER_HEARTBEAT = b'[2,"h","TriggerMessage",{"requestedMessage":"Heartbeat"}]'
_START = b'[2,"s","RemoteStartTransaction",{"connectorId":1,"idTag":"BENCH"}]'
_SAMPLE_EVERY_S = b'[2,"c","ChangeConfiguration",{"key":"MeterValueSampleInterval","value":"1"}]'


class Bench(Board):
    """The host board, with time that runs as fast as the VM can."""

    def __init__(self, folder):
        super().__init__(dict(_OPTIONS, state=folder))
        self.sockets = self.server = MemoryServer()
        self.passes = 0
        self._parts = None  # generator, resumed once per pass until it ends
        self.growth_b = []  # (id, bytes)

    def idle(self):
        """Let a pass go by."""
        self.pass_time(_STEP_MS)
        self.passes += 1
        if self._parts is None:
            self._parts = self._run()
        try:
            next(self._parts)
        except StopIteration:
            self.power = POWER_STOP

    # ---- the parts: each yields once per pass ----

    def _run(self):
        yield from self._settle()
        yield from self._measure("heap_growth_pass", self._count_passes, self._nothing)
        yield from self._measure("heap_growth_heartbeat", self._count_heartbeats, self._heartbeat)
        yield from self._measure("heap_growth_inbound", self._count_answers, self._call)
        yield from self._measure("heap_growth_status", self._count_statuses, self._toggle_plug)
        yield from self._start_session()
        yield from self._measure("heap_growth_meter_values", self._count_samples, self._nothing)

    def _settle(self):
        """Wait until the boot is accepted, the first statuses have gone, and a minute more."""
        for _ in range(_SETTLE_PASSES):
            yield
        if self.server.count(b"BootNotification") != 1 or self._count_statuses() < 2:
            raise SystemExit("growth_bench: the station did not boot")

    def _measure(self, name, count, act):
        """Let count() rise by 10,000, calling act() once per pass."""
        yield from self._until(count, count() + _WARM_TIMES, act)
        gc.collect()
        gc.disable()
        began_ms = time.ticks_ms()
        first_pass = self.passes
        before_b = gc.mem_alloc()
        target = count() + _TIMES
        stuck_at = self.passes + _STUCK_PASSES
        last = count()
        while last < target:
            act()
            yield
            now = count()
            if now != last:
                last = now
                stuck_at = self.passes + _STUCK_PASSES
            elif self.passes > stuck_at:
                raise SystemExit("growth_bench: " + name + " got stuck at " + str(now))
        grown_b = gc.mem_alloc() - before_b
        gc.enable()
        gc.collect()
        took_ms = time.ticks_diff(time.ticks_ms(), began_ms)
        print(name, grown_b)
        print("#", name, self.passes - first_pass, "passes in", took_ms, "ms")

    def _until(self, count, target, act):
        stuck_at = self.passes + 100 * _STUCK_PASSES
        while count() < target:
            act()
            yield
            if self.passes > stuck_at:
                raise SystemExit("growth_bench: did not get warm")

    def _start_session(self):
        self.server.send(_SAMPLE_EVERY_S)
        for _ in range(100):
            yield
        self.plants[0].car.plug(True, 16_000, 3)
        self.plants[0].pilot_changed()
        self.server.send(_START)
        for _ in range(1_000):
            yield
        if self.server.count(b"StartTransaction") != 1 or not self.plants[0].contactor.is_closed:
            raise SystemExit("growth_bench: the session did not start")

    # ---- what is counted ----

    def _count_passes(self):
        return self.passes

    def _count_heartbeats(self):
        return self.server.count(b"Heartbeat")

    def _count_statuses(self):
        return self.server.count(b"StatusNotification")

    def _count_samples(self):
        return self.server.count(b"MeterValues")

    def _count_answers(self):
        return self.server.answered + self.server.refused

    # ---- what is done in each pass ----

    def _nothing(self):
        pass

    def _heartbeat(self):
        if self.passes % 4 == 0:
            self.server.send(_TRIGGER_HEARTBEAT)

    def _call(self):
        if self.passes % 2 == 0:
            self.server.send(_CALLS[self.passes // 2 % len(_CALLS)])

    def _toggle_plug(self):
        """Plug in and out: Preparing, Available, and so on."""
        if self.passes % _TOGGLE_PASSES == 0:
            car = self.plants[0].car
            if car.is_plugged:
                car.unplug()
            else:
                car.plug(True, 16_000, 3)
            self.plants[0].pilot_changed()


def main(folder):
    """Run the firmware on the bench until all parts are measured."""
    bench = Bench(folder)
    firmware.run(bench)
    server = bench.server
    print("#", bench.passes, "passes,", server.unknown, "calls the server did not know")


main(sys.argv[1])
