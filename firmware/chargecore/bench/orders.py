"""Orders: what each request of the bench does, for one connector; protocol in the package.

Called by: Bench. Never: closes anything, or offers the interlock more than R59 and a car simulator
that stands for the car. What is refused says why. Heap: every answer is a new dict.
"""

from micropython import const

from chargecore.base.codes import OK
from chargecore.evse import manual_pilot
from chargecore.evse.calibration import calibrate
from chargecore.evse.pilot_drive import OFFER_MAX_MA, OFFER_MIN_MA
from chargecore.safety import reasons
from chargecore.safety.bench_permission import BENCH_NONE
from chargecore.safety.faults import FAULT_NONE
from chargecore.safety.reasons import OPEN_BENCH

PROTOCOL = const(1)
_STATES = "ABCDEF?"
_MODES = ("auto", "x1", "f", "pwm")  # index: MANUAL_*
_CAUSES = ("power", "reset", "watchdog")  # index: CAUSE_*
_STALL_MAX_MS = const(500)
_STALL_STEP_MS = const(5)
_PULL_UP_OHM = const(1_000)
_FULL_SCALE_UV = const(3_300_000)
_POINTS = const(3)


class Refused(Exception):
    """A request that is not carried out; the text says why."""


class Orders:
    """The requests of one connector."""

    def __init__(self, bench, idx):
        self._bench = bench
        self._hw = bench.board.connectors[idx]
        self._controller = bench.controllers[idx]
        self._contactor = self._controller.contactor
        self._interlock = self._controller.interlock
        self._watch = bench.watches[idx]
        self._meter = bench.meters[idx]
        self._pair = bench.pairs[idx]
        self._card = ""  # newest one read
        self._lamp = None
        self._ops = {
            "hello": self._hello,
            "measure": self._measure,
            "mark": self._mark,
            "pilot": self._pilot,
            "lock": self._lock,
            "unlock": self._unlock,
            "rcd_test": self._rcd_test,
            "permit": self._permit,
            "end": self._end,
            "open": self._open,
            "offer": self._offer,
            "stall": self._stall,
            "calibrate": self._calibrate,
            "lamp": self._show,
        }

    def answer(self, request):
        """Carry out a request. Return its answer; nothing that was asked raises."""
        op = request.get("op") if isinstance(request, dict) else None
        action = self._ops.get(op) if isinstance(op, str) else None
        if action is None:
            return {"ok": False, "error": "op: one of " + ", ".join(sorted(self._ops))}
        try:
            found = action(request) or {}
        except Refused as refused:
            return {"ok": False, "error": op + ": " + str(refused)}
        found["ok"] = True
        found["at_ms"] = self._now_ms()
        return found

    # ---- what is there ----

    def _hello(self, _request):
        bench, hw = self._bench, self._hw
        config = bench.board.config
        fitted = {
            "lock": bench.has_lock,
            "pp": self._controller.sensors.proximity is not None,
            "temperature": hw.temp_adc is not None,
            "stage": hw.stage_adc is not None,
            "earth": hw.pe_pin is not None,
            "rcd_test": self._controller.rcd.has_test(),
            "reader": bench.reader is not None,
            "lamp": config.get("lamp") is not None and hw.lamp_bus is not None,
        }
        return {
            "protocol": PROTOCOL,
            "model": str(config.get("model", "")),
            "serial": str(config.get("serial", "")),
            "id": str(config.get("id", "")),
            "connectors": len(bench.controllers),
            "phases": bench.phases,
            "meter": str(config["connectors"][0].get("meter")),
            "reset_cause": _CAUSES[bench.board.reset_cause],
            "fitted": fitted,
        }

    def _measure(self, _request):
        self._watch.step(self._now_ms())  # as new as the levels of the pins below
        found = self._seen_of_pilot()
        found.update(self._seen_of_contactor())
        found.update(self._seen_of_sensors())
        found.update(self._seen_since_mark())
        return found

    def _seen_of_pilot(self):
        controller, interlock = self._controller, self._interlock
        drive = controller.drive
        mode = _MODES[controller.manual.mode]
        return {
            "pilot_high_mv": controller.sense.high_mv,
            "pilot_low_mv": controller.sense.low_mv,
            "pilot_state": _STATES[controller.pilot_state],
            "diode_ok": interlock.is_diode_ok,
            "mode": mode,
            "pwm": drive.is_pwm_on,
            "offered_ma": drive.offered_ma,
            "supply_ok": interlock.is_supply_ok,
        }

    def _seen_of_contactor(self):
        contactor, interlock = self._contactor, self._interlock
        rcd_test = interlock.self_test.rcd_test
        return {
            "driven": 1 if contactor.is_closed else 0,
            "feedback": self._hw.feedback_pin.value(),
            "rcd": self._hw.rcd_pin.value(),
            "estop": self._hw.estop_pin.value(),
            "earth": None if self._hw.pe_pin is None else self._hw.pe_pin.value(),
            "opened_at_ms": contactor.opened_at_ms,
            "open_reason": reasons.ROWS[contactor.reason][1],
            "open_text": reasons.text_of(contactor.reason),
            "fault": interlock.fault,
            "fault_reason": self._fault_reason(),
            "permanent": interlock.is_permanent,
            "blocked_by": interlock.blocked_by,
            "self_tested": interlock.is_tested,
            "rcd_test_passed": rcd_test.is_passed,
            "permitted": interlock.bench.follow(self._now_ms()) != BENCH_NONE,
        }

    def _fault_reason(self):
        interlock = self._interlock
        if interlock.fault == FAULT_NONE:
            return None
        return reasons.ROWS[interlock.fault_reason][1]

    def _seen_of_sensors(self):
        hw, controller, meter = self._hw, self._controller, self._meter
        proximity, temperature = controller.sensors.proximity, controller.sensors.temperature
        found = {
            "locked": controller.lock_ok,
            "lock_failed": controller.has_lock_failed,
            "lock_feedback": None,
            "pp_mv": None,
            "pp_ohm": None,
            "cable_ma": None,
            "temperature_dc": None,
            "volts_dv": list(meter.voltage_dv),
            "amps_ma": list(meter.current_ma),
            "power_w": list(meter.power_w),
            "register_wh": meter.import_wh,
            "card": self._take_card(),
        }
        if self._bench.has_lock:
            found["lock_feedback"] = hw.lock_feedback_pin.value()
        if proximity is not None:
            found["cable_ma"] = proximity.cable_ma
            found["pp_mv"], found["pp_ohm"] = _pp_of(hw.pp_adc)
        if temperature is not None:
            found["temperature_dc"] = temperature.temperature_dc
        return found

    def _take_card(self):
        reader = self._bench.reader
        if reader is not None and reader.has_card:
            self._card = str(bytes(reader.uid_text_buf[: reader.uid_len]), "ascii")
            reader.release()
        return self._card

    def _seen_since_mark(self):
        watch = self._watch
        return {
            "states": "".join(_STATES[n] for n in range(len(_STATES)) if watch.states >> n & 1),
            "bursts": watch.bursts,
            "high_min_mv": watch.high_min_mv,
            "high_max_mv": watch.high_max_mv,
            "low_min_mv": watch.low_min_mv,
            "low_max_mv": watch.low_max_mv,
            "feedback_closings": watch.closings,
            "feedback_openings": watch.openings,
            "close_min_ms": watch.close_min_ms,
            "close_max_ms": watch.close_max_ms,
            "open_min_ms": watch.open_min_ms,
            "open_max_ms": watch.open_max_ms,
            "bolt_at_ms": watch.bolt_at_ms,
            "rcd_trip_ms": watch.trip_ms,
            "rcd_release_ms": watch.release_ms,
        }

    def _mark(self, _request):
        self._card = ""
        self._watch.mark(self._now_ms())

    # ---- what moves ----

    def _pilot(self, request):
        mode = request.get("mode")
        if mode not in _MODES:
            raise Refused("mode: one of " + ", ".join(_MODES))
        offer_ma = request.get("ma", 0)
        if self._contactor.is_closed:
            raise Refused("the contactor is closed")
        if not isinstance(offer_ma, int):
            raise Refused("ma: a whole number")
        if self._controller.manual.choose(_MODES.index(mode), offer_ma) != OK:
            raise Refused("ma: 6000..80000")
        self._interlock.bench.revoke()
        # As a station does: the pilot offers, and R59 still stands before the contactor.
        self._controller.allow(mode == "auto")

    def _lock(self, _request):
        self._controller.lock_cable()

    def _unlock(self, _request):
        self._controller.unlock_cable()

    def _rcd_test(self, _request):
        """Let the test be due again; it runs once the outlet is dead, and blocks until then."""
        if self._contactor.is_closed:
            raise Refused("the contactor is closed")
        self._interlock.self_test.rcd_test.is_passed = False

    def _permit(self, request):
        if self._controller.manual.mode != manual_pilot.MANUAL_AUTO:
            raise Refused("the pilot is driven by hand: mode auto first")
        hold_ms = request.get("ms")
        if not isinstance(hold_ms, int):
            raise Refused("ms: a whole number")
        if self._interlock.bench.grant(hold_ms, self._now_ms()) != OK:
            raise Refused("ms: 1..10000")
        self._controller.allow(True)

    def _end(self, _request):
        self._interlock.bench.end(self._now_ms())
        self._controller.allow(False)

    def _open(self, _request):
        self._interlock.bench.revoke()
        self._contactor.open(OPEN_BENCH)

    def _offer(self, request):
        """Offer the car so much from now on, as a limit of the server would."""
        offer_ma = request.get("ma")
        if not isinstance(offer_ma, int) or not OFFER_MIN_MA <= offer_ma <= OFFER_MAX_MA:
            raise Refused("ma: 6000..80000")
        self._controller.set_offer_ma(offer_ma)

    def _stall(self, request):
        """Hold up everything, the dead man too, until the feedback says open.

        Where nothing opens it, the safety step does when it comes again, R13: 0.5 s at most.
        """
        most_ms = request.get("ms")
        if not isinstance(most_ms, int) or not 1 <= most_ms <= _STALL_MAX_MS:
            raise Refused("ms: 1..500")
        if not (self._contactor.is_closed and self._contactor.is_feedback_closed()):
            raise Refused("the contactor is not closed")
        stood_ms = 0
        while stood_ms < most_ms and self._contactor.is_feedback_closed():
            self._bench.board.stand_still(_STALL_STEP_MS)
            stood_ms += _STALL_STEP_MS
        has_dropped = not self._contactor.is_feedback_closed()
        return {"dropped": has_dropped, "dropped_after_ms": stood_ms}

    # ---- what is kept, and the rest ----

    def _calibrate(self, request):
        points = request.get("points")
        if not _are_points(points):
            raise Refused("points: three pairs of whole numbers, mV seen and true")
        code = calibrate(self._controller, points, self._pair)
        sense = self._controller.sense
        return {
            "code": code,
            "centre_uv": sense.centre_uv,
            "gain_uv_per_v": sense.gain_uv_per_v,
        }

    def _show(self, request):
        colour = request.get("colour")
        is_good = isinstance(colour, list) and len(colour) == 3
        if not is_good or not all(isinstance(n, int) and 0 <= n <= 255 for n in colour):
            raise Refused("colour: three numbers of 0..255")
        if self._lamp is None:
            self._lamp = _lamp_of(self._bench.board.config.get("lamp"), self._hw.lamp_bus)
        self._lamp.show(*colour)

    def _now_ms(self):
        return self._bench.clock.ticks_ms()


def _pp_of(adc):
    """Return (mV, Ohm) at the proximity contact; None where nothing can be read."""
    try:
        uv = adc.read_uv()
    except OSError:
        return None, None
    left_uv = _FULL_SCALE_UV - uv
    # In steps of mV: uV times Ohm would leave the small ints of a chip.
    ohm = uv // 1000 * _PULL_UP_OHM // (left_uv // 1000) if left_uv >= 1000 else None
    return uv // 1000, ohm


def _are_points(points):
    if not isinstance(points, list) or len(points) != _POINTS:
        return False
    for point in points:
        if not isinstance(point, list) or len(point) != 2:
            return False
        if not all(isinstance(mv, int) for mv in point):
            return False
    return True


def _lamp_of(kind, bus):
    """Return what shows a colour. Errors: Refused where no lamp is fitted."""
    if bus is None or kind is None:
        raise Refused("no lamp is fitted")
    if kind == "rgb":
        from chargecore.indicators.rgb_pins import RgbPins

        return RgbPins(bus)
    if kind == "pixels":
        from chargecore.indicators.pixels import Pixels

        return Pixels(bus)
    return bus
