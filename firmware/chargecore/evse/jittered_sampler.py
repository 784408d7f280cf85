"""JitteredSampler: bursts of the pilot by single reads, whose instants follow no fraction of 1 ms.

Called by: PilotSense, on boards whose ADC only reads on demand (ESP32): hw.pilot_sampler.
A read takes a nearly constant time. Were that a fraction of the pilot's 1 ms, say 100 us, a burst
would meet the same few phases again and again, and a half of 10 % of the period could be missed
for as long as both clocks agree. So each read waits 0..15 us before, by a pseudo-random sequence
that goes on from burst to burst. host_tests/evse/test_jittered_sampler.py counts what that leaves.
Heap: none after __init__, but for an OSError of the ADC.
"""

from chargecore.evse.pilot_sense import read_burst


class JitteredSampler:
    """sleep_us(us) waits that long, busily: time.sleep_us."""

    def __init__(self, adc, sleep_us):
        self._read_uv = adc.read_uv
        self._sleep_us = sleep_us
        self._read_later = self._read
        self._seed = 1  # 0..65535

    def fill(self, buf, count):  # HOT
        """Put count readings into buf. Return False when the ADC gave none."""
        try:
            read_burst(self._read_later, buf, count)
        except OSError:
            return False
        return True

    def _read(self):  # HOT
        # Of full period; the upper four bits are the wait.
        self._seed = seed = (self._seed * 5 + 12_345) & 0xFFFF
        self._sleep_us(seed >> 12)
        return self._read_uv()
