"""AdcRing: the ADC running by itself into a ring in memory: no Python per sample, no waiting.

Called by: PilotSampler and SampledChannel. Owns the ADC from start() on: a machine.ADC read would
disturb it. Four inputs take turns, LANES[0] first; each is sampled every 10.17 us, which is no
fraction of the pilot's 1 ms, so that two periods do not meet the same phases. The ring holds the
last 2.6 ms of each. Heap: none after __init__.

Nothing here waits for hardware. Whether the ring moves is judged by the clock: a DMA that stands
still, or a queue that has overflowed (the inputs would change places) make the ring bad. It is
then started anew, and readers get nothing until it is full again.
A soft reset does not stop DMA, and the ring's memory is not its own any more: stop() first.
Source: pico-sdk hardware_regs adc.h, dma.h, dreq.h of RP2040 and RP2350; RP2040 datasheet §4.9.
"""

from micropython import const

from chargecore.base.ticks import ticks_diff

# ADC base address and DREQ number
RP2040 = (0x4004_C000, 36)
RP2350 = (0x400A_0000, 48)
# GPIO 26, 27, 28 and the chip's thermometer: GPIO 29 belongs to the radio of the Pico W
LANES = (0, 1, 2, 4)

_FCS = const(0x08)  # register offsets
_FIFO = const(0x0C)
_DIV = const(0x10)
_CS_EN = const(1 << 0)
_CS_TS_EN = const(1 << 1)
_CS_START_MANY = const(1 << 3)
_CS_READY = const(1 << 8)
_CS_RROBIN_LSB = const(16)
_ROUND = const(0x17)  # one bit per channel of LANES
_FCS_EN = const(1 << 0)
_FCS_ERR = const(1 << 2)  # a sample that went wrong has bit 15 set
_FCS_DREQ_EN = const(1 << 3)
_FCS_EMPTY = const(1 << 8)
_FCS_UNDER = const(1 << 10)
_FCS_OVER = const(1 << 11)
_FCS_THRESH_LSB = const(24)
_DIV_INT_LSB = const(8)
_CYCLES = const(122)  # of 48 MHz per conversion; 96 at least

_RING = const(1024)  # samples
_RING_B = const(2048)
_RING_BITS = const(11)
_HALFWORD = const(1)  # DATA_SIZE
_TRANSFERS = const(0x0FFF_FC00)  # RP2350 counts to 2^28; a multiple of the ring; 11 minutes
_SPARE = const(800_000)  # transfers, 2 s: time to start anew
_SPAN_US = const(2_700)  # the whole ring is younger
_LONGEST_US = const(100_000)  # R57: a step is never that late while the contactor is closed
_READY_TRIES = const(100)
_QUEUE = const(8)  # words, RP2350; RP2040 has 4


class AdcRing:
    """`ring` holds the samples, 12 bits each: lane n at every index that is n modulo 4."""

    def __init__(self, registers, dma, chip, ticks_us, address_of):
        self._registers = registers  # machine.mem32
        self._dma = dma  # rp2.DMA
        self._ticks_us = ticks_us
        self._cs, dreq = chip
        self._fcs = self._cs + _FCS
        self._fifo = self._cs + _FIFO
        self._div = self._cs + _DIV
        # The ring starts where the lower bits of its address are 0.
        memory = bytearray(2 * _RING_B - 16)
        offset = -address_of(memory) % _RING_B
        self._address = address_of(memory) + offset
        self.ring = memoryview(memory)[offset : offset + _RING_B]
        self._ctrl = dma.pack_ctrl(
            size=_HALFWORD,
            inc_read=False,
            inc_write=True,
            ring_sel=True,  # the write address wraps
            ring_size=_RING_BITS,
            treq_sel=dreq,
            high_pri=True,
            irq_quiet=True,
        )
        self._is_fresh = False
        self._judged_at_us = 0
        self._done_then = 0  # transfers at that time
        self.starts = 0  # more than one per 11 minutes: something is wrong
        self.start()

    def start(self):  # HOT
        """Start with an empty queue and the first lane, whatever runs."""
        registers = self._registers
        fcs = self._fcs
        self.stop()
        for _ in range(_QUEUE):
            if registers[fcs] & _FCS_EMPTY:
                break
            registers[self._fifo]  # noqa: B018  a read takes the word out
        registers[fcs] = _FCS_OVER | _FCS_UNDER  # write 1 to clear
        registers[self._div] = (_CYCLES - 1) << _DIV_INT_LSB
        self._dma.config(
            read=self._fifo, write=self._address, count=_TRANSFERS, ctrl=self._ctrl, trigger=True
        )
        registers[fcs] = _FCS_EN | _FCS_ERR | _FCS_DREQ_EN | 1 << _FCS_THRESH_LSB
        registers[self._cs] = _CS_EN | _CS_TS_EN | _CS_START_MANY | _ROUND << _CS_RROBIN_LSB
        self._judged_at_us = self._ticks_us()
        self._done_then = 0
        self.starts = (self.starts + 1) & 0x1FFFFFFF

    def stop(self):  # HOT
        """Stop sampling: no memory is written any more."""
        registers = self._registers
        registers[self._cs] = _CS_EN | _CS_TS_EN
        for _ in range(_READY_TRIES):  # the conversion that runs takes 2 us
            if registers[self._cs] & _CS_READY:
                break
        self._dma.active(0)
        self._is_fresh = False

    def is_good(self):  # HOT
        """Tell whether every sample in the ring is one of the last few milliseconds.

        Judged at most once per length of the ring; between that, the last judgement stands.
        """
        now_us = self._ticks_us()
        elapsed_us = ticks_diff(now_us, self._judged_at_us)
        if 0 <= elapsed_us < _SPAN_US:
            return self._is_fresh
        done = _TRANSFERS - self._dma.count
        moved = done - self._done_then
        self._judged_at_us = now_us
        self._done_then = done
        if not 0 <= elapsed_us < _LONGEST_US:  # too long ago to tell: judge the next time
            self._is_fresh = False
            return False
        # 0.393 transfers per us; 5 % less may be the clock. A stall of 5 % of 20 ms passes.
        self._is_fresh = (
            done >= _RING
            and moved >= elapsed_us * 3 // 8
            and self._registers[self._fcs] & _FCS_OVER == 0
        )
        if not self._is_fresh:
            self.start()
        return self._is_fresh

    def newest(self, lane):  # HOT
        """Return the index of the newest sample of a lane."""
        last = _TRANSFERS - self._dma.count - 1
        return (last - ((last - lane) & 3)) & (_RING - 1)

    def renew(self):  # HOT
        """Start anew before the DMA has counted down. Call it after reading."""
        if self._dma.count < _SPARE:
            self.start()
