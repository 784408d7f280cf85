"""ManualPilot: what somebody at the bench wants to see on the pilot, whatever the state says.

Called by: the bench (commands), EvseController in every full step (drive). It only chooses among
what PilotDrive makes anyhow; a self-test that drives -12 V goes first. Never: permits anything.
Heap: none after __init__.
"""

from micropython import const

from chargecore.base.codes import E_RANGE, OK
from chargecore.evse.pilot_drive import OFFER_MAX_MA, OFFER_MIN_MA

MANUAL_AUTO = const(0)  # the states drive it, as in a station
MANUAL_X1 = const(1)  # static +12 V
MANUAL_F = const(2)  # static -12 V
MANUAL_PWM = const(3)


class ManualPilot:
    """`mode` is MANUAL_*; X1 until somebody chooses."""

    def __init__(self):
        self.mode = MANUAL_X1
        self.offer_ma = 0

    def choose(self, mode, offer_ma=0):
        """Choose a mode; MANUAL_PWM for an offer of 6,000..80,000 mA. Return OK or E_RANGE."""
        if mode == MANUAL_PWM and not OFFER_MIN_MA <= offer_ma <= OFFER_MAX_MA:
            return E_RANGE
        self.mode = mode
        self.offer_ma = offer_ma
        return OK

    def drive(self, drive, now_ms):  # HOT
        """Bring the pilot to what was chosen. Return False when the states are to do it."""
        mode = self.mode
        if mode == MANUAL_AUTO:
            return False
        if mode == MANUAL_F:
            drive.set_low(now_ms)
        elif mode == MANUAL_PWM and not drive.is_low:
            drive.offer(self.offer_ma, now_ms)
        else:
            drive.set_static(now_ms)
        return True
