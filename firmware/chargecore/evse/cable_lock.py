"""CableLock: the bolt that holds the plug in a socket: motor pulses, end switch, retries.

Called by: EvseController (step, and the commands of the station).
Never: moves back while unlocking is not permitted (contactor closed or welded).
The end switch sees only the far end. So `unlocked` is proved by leaving it; from a bolt that is
already back, by a stroke to the far end and back. Heap: none after __init__.
"""

from micropython import const

from chargecore.base.events import EV_LOCK_FAILED
from chargecore.base.ticks import ticks_diff

UNLOCK_RUNNING = const(0)
UNLOCK_DONE = const(1)
UNLOCK_FAILED = const(2)

_PULSE_MS = const(500)  # longest motor pulse; field: 300 ms, evse-hardware.md §4
_BREAK_MS = const(
    500
)  # between two tries; field: 1 s, with which five take longer than F30 allows
_TRIES = const(5)  # 4.5 s in all: F30 wants the fault within 6 s
_PERMIT_MS = const(10_000)  # longest wait for a dead outlet: a stop takes 6 s

_GOAL_NONE = const(0)
_GOAL_LOCK = const(1)
_GOAL_UNLOCK = const(2)

_REST = const(0)
_OUT = const(1)  # driving towards locked
_BACK = const(2)  # driving towards unlocked
_BREAK = const(3)


class CableLock:
    """`is_locked`: the bolt is out and nobody is taking it back."""

    def __init__(self, motor_a_pin, motor_b_pin, feedback_pin, clock, events, connector_id):
        motor_a_pin.value(0)
        motor_b_pin.value(0)
        self._motor_a_pin = motor_a_pin
        self._motor_b_pin = motor_b_pin
        self._feedback_pin = feedback_pin
        self._events = events
        self._connector_id = connector_id
        self.is_locked = False
        self.has_failed = False  # the last lock() did not arrive
        self.unlock_result = UNLOCK_DONE  # UNLOCK_* of the last unlock()
        self._goal = _GOAL_NONE
        self._move = _REST
        self._since_ms = clock.ticks_ms()  # start of the move or break
        self._asked_at_ms = self._since_ms  # when the goal was set
        self._tries_left = 0
        self._is_proven = False  # this unlock has seen the bolt at the far end
        self._is_wanted = False  # the cable is to stay locked
        if feedback_pin.value() == 1:  # the session that locked it ended with the supply
            self.unlock(self._since_ms)

    def lock(self, now_ms):  # HOT
        """Drive the bolt out; `is_locked` or `has_failed` follows."""
        self._set_goal(_GOAL_LOCK, now_ms)
        self._is_wanted = True
        self.has_failed = False

    def unlock(self, now_ms):  # HOT
        """Take the bolt back as soon as step() permits; `unlock_result` follows."""
        self._set_goal(_GOAL_UNLOCK, now_ms)
        self._is_proven = False
        self.unlock_result = UNLOCK_RUNNING

    def step(self, now_ms, may_unlock):  # HOT
        """Move on. may_unlock: the outlet is dead."""
        is_out = self._feedback_pin.value() == 1
        took_ms = ticks_diff(now_ms, self._since_ms)
        if self._move == _REST:
            self._begin(is_out, now_ms, may_unlock)
        elif self._move == _BREAK:
            if took_ms >= _BREAK_MS:
                self._move = _REST
        elif not may_unlock and self._goal == _GOAL_UNLOCK:  # live again: keep the plug
            self._drive(_REST, now_ms)
        elif self._move == _OUT:
            if is_out or took_ms >= _PULSE_MS:
                self._end_out(is_out, now_ms)
        elif took_ms >= _PULSE_MS:
            self._end_back(is_out, now_ms)
        self.is_locked = self._is_wanted and is_out

    def _set_goal(self, goal, now_ms):  # HOT
        self._goal = goal
        self._asked_at_ms = now_ms
        self._tries_left = _TRIES
        self._drive(_REST, now_ms)

    def _begin(self, is_out, now_ms, may_unlock):  # HOT
        if self._goal == _GOAL_LOCK:
            self._drive(_OUT, now_ms)
        elif self._goal == _GOAL_UNLOCK:
            if may_unlock:
                self._is_wanted = False
                self._is_proven = self._is_proven or is_out
                self._drive(_BACK if self._is_proven else _OUT, now_ms)
            elif ticks_diff(now_ms, self._asked_at_ms) >= _PERMIT_MS:
                self._fail()

    def _end_out(self, is_out, now_ms):  # HOT
        if self._goal == _GOAL_UNLOCK:
            self._is_proven = is_out
            self._drive(_BACK, now_ms)
        elif is_out:
            self._goal = _GOAL_NONE
            self._drive(_REST, now_ms)
        else:
            self._try_again(now_ms)

    def _end_back(self, is_out, now_ms):  # HOT
        self._drive(_REST, now_ms)
        if not self._is_proven:
            self._fail()
        elif is_out:
            self._try_again(now_ms)
        else:
            self._goal = _GOAL_NONE
            self.unlock_result = UNLOCK_DONE

    def _try_again(self, now_ms):  # HOT
        self._tries_left -= 1
        if self._tries_left:
            self._drive(_BREAK, now_ms)
        else:
            self._drive(_REST, now_ms)
            self._fail()

    def _fail(self):  # HOT
        is_lock = self._goal == _GOAL_LOCK
        if is_lock:
            self.has_failed = True
            self._is_wanted = False
        else:
            self.unlock_result = UNLOCK_FAILED
        self._goal = _GOAL_NONE
        self._events.add(EV_LOCK_FAILED, self._connector_id, 1 if is_lock else 0)

    def _drive(self, move, now_ms):  # HOT
        self._motor_a_pin.value(1 if move == _OUT else 0)
        self._motor_b_pin.value(1 if move == _BACK else 0)
        self._move = move
        self._since_ms = now_ms
