"""What is in the modules of a FakeChip: pins, PWM, ADC, watchdog, buses, network, PIO, partitions.

Called by: fakes.chip, which makes them for one chip. They remember; nothing is behind them.
"""


class FakePin:
    """machine.Pin of one chip: the class itself is made per chip, see FakeChip.make_pin()."""

    IN = 0
    OUT = 1
    OPEN_DRAIN = 2
    PULL_UP = 1
    PULL_DOWN = 2
    IRQ_FALLING = 4
    IRQ_RISING = 8

    def __init__(self, chip, number, mode=None, pull=None, value=None):
        self.chip = chip
        self.number = number
        self.handler = None
        if value is not None:
            chip.drive(number, value)
        if mode is not None:
            chip.modes[number] = mode
            chip.pulls[number] = pull

    def init(self, mode=None, pull=None, value=None):
        FakePin.__init__(self, self.chip, self.number, mode, pull, value)

    def value(self, level=None):
        if level is None:
            return self.chip.level(self.number)
        self.chip.drive(self.number, level)
        return None

    def irq(self, handler, trigger, **options):
        self.handler = handler
        self.chip.irqs[self.number] = (handler, options)


class FakePwm:
    """machine.PWM: `duty` 0..65535, and who wants to know when it changes."""

    def __init__(self, chip, pin, freq, duty_u16):
        self._chip = chip
        self.number = pin.number
        self.freq_hz = freq
        self.duty = None
        self.on_change = None
        chip.pwms[pin.number] = self
        self.duty_u16(duty_u16)

    def freq(self, hz):
        self.freq_hz = hz

    def duty_u16(self, duty):
        self.duty = duty
        self._chip.pin_writes.append((self.number, duty))
        if self.on_change is not None:
            self.on_change()


class FakeAdc:
    """machine.ADC: what answers is put into the chip's `adc_sources` by number."""

    ATTN_11DB = 3
    LOWEST_UV = 142_000
    HIGHEST_UV = 3_130_000

    def __init__(self, chip, pin, atten=None):
        self._chip = chip
        self.number = pin.number
        self.atten = atten
        chip.adcs[pin.number] = self

    def read_uv(self):
        """An ESP32 sees nothing of the last tenths of a volt at either end."""
        uv = self._pin_uv()
        return min(max(uv, self.LOWEST_UV), self.HIGHEST_UV)

    def read_u16(self):
        uv = self._pin_uv()
        if not self.LOWEST_UV < uv < self.HIGHEST_UV:
            return 0 if uv <= self.LOWEST_UV else 65_535
        return uv // 50

    def _pin_uv(self):
        source = self._chip.adc_sources.get(self.number)
        return 0 if source is None else source.read_uv()  # nothing is wired to it


class FakeWdt:
    """machine.WDT: resets the chip, at an idle(), when the newest one is not fed in time."""

    def __init__(self, chip, timeout):
        self._chip = chip
        self.timeout_ms = timeout
        self.feeds = 0
        chip.wdts.append(self)
        self._begin()

    def feed(self):
        self.feeds += 1
        self._begin()

    def _begin(self):
        self._chip.wdt_due_us = self._chip.now_us + self.timeout_ms * 1000


class FakeTimer:
    """machine.Timer: its callback runs in the idle() of the chip."""

    PERIODIC = 1

    def __init__(self, chip, number):
        self.number = number
        self._chip = chip

    def init(self, period, mode, callback):
        self.period_us = period * 1000
        self.due_us = self._chip.now_us + self.period_us
        self.callback = callback
        self._chip.timers.append(self)


class FakeBus:
    """machine.UART or machine.I2C: remembers how it was made, and is silent."""

    def __init__(self, *place, **options):
        self.place = place
        self.options = options

    def any(self):
        return 0

    def write(self, buf):
        return len(buf)

    def readinto(self, buf, *limit):
        return None

    def init(self, **options):
        self.options.update(options)


class FakeI2c(FakeBus):
    """machine.I2C with nothing on it."""

    def readfrom_into(self, address, buf):
        raise OSError(19)

    def writeto(self, address, buf):
        raise OSError(19)


class FakeStrip:
    """neopixel.NeoPixel."""

    ORDER = (1, 0, 2, 3)

    def __init__(self, pin, count):
        self.pin = pin
        self.bpp = 3
        self.buf = bytearray(3 * count)
        self.writes = 0

    def write(self):
        self.writes += 1


class FakeNic:
    """network.WLAN and network.LAN: `calls` in order, `is_joined` as the test wants it."""

    PM_NONE = 0

    def __init__(self, *place, **options):
        self.place = place
        self.options = options
        self.calls = []
        self.is_joined = False
        self.address = ("192.168.1.7", "255.255.255.0", "192.168.1.1", "192.168.1.1")
        self.failing = ()  # names of calls that raise
        self.found = []  # by scan()

    def _call(self, name, *values):
        self.calls.append((name,) + values)
        if name in self.failing:
            raise OSError(1)

    def active(self, is_on):
        self._call("active", is_on)

    def config(self, **fields):
        self._call("config", *sorted(fields))

    def connect(self, ssid, key):
        self._call("connect", ssid, key)

    def disconnect(self):
        self._call("disconnect")

    def isconnected(self):
        return self.is_joined

    def status(self):
        self._call("status")
        return 201

    def scan(self):
        self._call("scan")
        return self.found

    def ifconfig(self):
        return self.address


class FakeProgram:
    """rp2.StateMachine with the coil guard in it: the pin is on while words come.

    A word is passes of 5 us; a trip input that is low switches off until the flag is cleared.
    """

    def __init__(self, chip, number, program, freq, set_base, sideset_base, jmp_pin):
        self._chip = chip
        self.number = number
        self.freq_hz = freq
        self.pins = (set_base.number, sideset_base.number, jmp_pin.number)
        self._left_us = 0
        self.is_active = False
        chip.programs.append(self)

    def active(self, is_on):
        self.is_active = bool(is_on)

    def put(self, word):
        self._left_us = word * 5
        self.show()

    def tx_fifo(self):
        return 0

    def pass_us(self, us):
        self._left_us = max(self._left_us - us, 0)
        self.show()

    def show(self):
        coil, tone, trip = self.pins
        if self._left_us and not self._chip.level(trip):
            self._chip.flags |= 1 << self.number
        is_on = self.is_active and self._left_us > 0 and not self._chip.flags >> self.number & 1
        if not is_on:
            self._left_us = 0
        if self._chip.level(coil) != is_on:
            self._chip.drive(coil, 1 if is_on else 0)


class FakePartition:
    """esp32.Partition of an image with one slot; a test that wants two sets `slots`."""

    RUNNING = 1
    slots = 1

    def __init__(self, which, size_b=0x180000):
        self._which = which
        self._size_b = size_b

    def info(self):
        return (0, 16, 0x10000, self._size_b, "ota_" + str(self._which), False)

    def get_next_update(self):
        if FakePartition.slots < 2:
            raise OSError(5)
        return FakePartition(0)


class FakeNotes:
    """esp32.NVS; what a test wants to be in it it puts into `blobs`."""

    blobs = {}

    def __init__(self, space):
        self.space = space

    def get_blob(self, key, buf):
        value = self.blobs.get(key)
        if value is None:
            raise OSError(-0x1102)
        buf[: len(value)] = value
        return len(value)


class FakeRtc:
    """machine.RTC, and what time.time() says."""

    def __init__(self):
        self.seconds = 0
        self.date = None

    def datetime(self, date):
        self.date = date


class FakeSignal:
    """machine.Signal."""

    def __init__(self, pin, invert=False):
        self._pin = pin
        self._invert = 1 if invert else 0

    def value(self):
        return self._pin.value() ^ self._invert
