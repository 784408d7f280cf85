"""FakeRp2Chip: the ADC, its queue and one DMA channel of an RP2040, as registers and memory.

Called by: the tests of boards/rp2, on both interpreters. It is machine.mem32, rp2.DMA, uctypes and
the clock in one: convert(n) lets n conversions pass, each with its 2.54 us.
Bits: pico-sdk hardware_regs adc.h and dma.h of the RP2040, not taken from the driver.
"""

ADC_BASE = 0x4004C000
CS, FCS, FIFO, DIV = ADC_BASE, ADC_BASE + 0x08, ADC_BASE + 0x0C, ADC_BASE + 0x10
DMA_BASE = 0x50000000
DREQ_ADC = 36
FCS_OVER = 1 << 11
_QUEUE = 4
_CHANNELS = 5

# name: (lowest bit, number of bits) of DMA_CH0_CTRL_TRIG
CTRL_FIELDS = {
    "enable": (0, 1),
    "high_pri": (1, 1),
    "size": (2, 2),
    "inc_read": (4, 1),
    "inc_write": (5, 1),
    "ring_size": (6, 4),
    "ring_sel": (10, 1),
    "chain_to": (11, 4),
    "treq_sel": (15, 6),
    "irq_quiet": (21, 1),
    "bswap": (22, 1),
    "sniff_en": (23, 1),
}
_CTRL_DEFAULTS = {"enable": 1, "size": 2, "inc_read": 1, "inc_write": 1, "treq_sel": 63}


def unpack_ctrl(value):
    """Return the fields of a control register by name."""
    fields = {}
    for name in CTRL_FIELDS:
        lsb, bits = CTRL_FIELDS[name]
        fields[name] = value >> lsb & (1 << bits) - 1
    return fields


class FakeDma:
    """rp2.DMA: a channel that the chip's queue requests."""

    def __init__(self, channel=3):
        self.channel = channel
        self.count = 0  # transfers left
        self.read = 0
        self.write = 0
        self.ctrl = 0
        self.is_busy = False
        self.is_frozen = False  # a fault: busy, and nothing moves

    def pack_ctrl(self, **fields):
        """Return a control register's value, as the board's own does. Errors: ValueError."""
        values = dict(_CTRL_DEFAULTS, irq_quiet=1, chain_to=self.channel)
        values.update(fields)
        packed = 0
        for name in values:
            lsb, bits = CTRL_FIELDS[name]
            value = int(values[name])
            if not 0 <= value < 1 << bits:
                raise ValueError("bad field value")
            packed |= value << lsb
        return packed

    def config(self, read, write, count, ctrl, trigger=False):
        """Set the channel up."""
        self.read = read
        self.write = write
        self.count = count
        self.ctrl = ctrl
        self.is_busy = bool(trigger)

    def active(self, level=None):
        """Abort with 0."""
        if level is not None and not level:
            self.is_busy = False
        return self.is_busy


class FakeRp2Chip:
    """registers[address], .dma, .ticks_us and .address_of for AdcRing."""

    def __init__(self, memory_at=0x20011230, base=ADC_BASE, dreq=DREQ_ADC):
        self.offset = base - ADC_BASE  # an RP2350 has the same registers elsewhere
        self._dreq = dreq
        self.dma = FakeDma()
        self.now_us = 1_073_741_000  # just before the wrap
        self.values = [0] * _CHANNELS  # 12 bits each, or a function of the conversion's number
        self.conversions = 0
        self.writes = []  # (address, value) of every register write
        self.is_clock_stopped = False  # a fault: no conversions
        self._memory_at = memory_at
        self._memory = None
        self._cs = 0
        self._fcs = 0
        self._div = 0
        self._queue = []
        self._part_ns = 0

    def address_of(self, memory):
        """uctypes.addressof."""
        self._memory = memory
        return self._memory_at

    def ticks_us(self):
        """time.ticks_us, with its wrap."""
        return self.now_us & 0x3FFFFFFF

    def __setitem__(self, address, value):
        self.writes.append((address, value))
        address -= self.offset
        if address == CS:
            self._cs = value
        elif address == FCS:
            self._fcs = (self._fcs & ~(value & 0xC00) & 0xC00) | (value & 0x0F00000F)
        elif address == DIV:
            self._div = value
        else:
            raise ValueError("no such register: {:x}".format(address))

    def __getitem__(self, address):
        address -= self.offset
        if address == CS:
            return self._cs | 1 << 8  # ready
        if address == FCS:
            return self._fcs | (0 if self._queue else 1 << 8)
        if address == FIFO:
            return self._queue.pop(0) if self._queue else 0
        raise ValueError("no such register: {:x}".format(address))

    @property
    def conversion_ns(self):
        """Return the time of one conversion: 1 + INT cycles of 48 MHz."""
        return max((self._div >> 8) + 1, 96) * 1_000_000 // 48_000

    def convert(self, count):
        """Let the time of so many conversions pass."""
        for _ in range(count):
            self._part_ns += self.conversion_ns
            self.now_us += self._part_ns // 1000
            self._part_ns %= 1000
            if not self.is_clock_stopped and self._cs & 1 and self._cs & 1 << 3:
                self._convert()

    def wait_us(self, wait_us):
        """Let time pass without conversions being simulated."""
        self.now_us += wait_us

    def _convert(self):
        channel = self._cs >> 12 & 7
        value = self.values[channel]
        if callable(value):
            value = value(self.conversions)
        self.conversions += 1
        if self._fcs & 1:
            if len(self._queue) == _QUEUE:
                self._fcs |= FCS_OVER
            else:
                self._queue.append(value)
        round_mask = self._cs >> 16 & 0x1F
        if round_mask:
            channel = (channel + 1) % _CHANNELS
            while not round_mask >> channel & 1:
                channel = (channel + 1) % _CHANNELS
            self._cs = self._cs & ~(7 << 12) | channel << 12
        self._move()

    def _move(self):
        dma = self.dma
        fields = unpack_ctrl(dma.ctrl)
        while self._queue and self._fcs >> 3 & 1 and dma.is_busy and not dma.is_frozen:
            is_paced = fields["treq_sel"] == self._dreq and fields["enable"]
            if not is_paced or dma.read != FIFO + self.offset:
                return
            value = self._queue.pop(0)
            at = dma.write - self._memory_at
            self._memory[at] = value & 0xFF
            self._memory[at + 1] = value >> 8
            mask = (1 << fields["ring_size"]) - 1
            dma.write = dma.write & ~mask | dma.write + 2 & mask
            dma.count -= 1
            dma.is_busy = dma.count > 0
