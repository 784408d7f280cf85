"""FakeChip: the modules machine, network, rp2, neopixel and time of a board; pins that remember.

Called by: the tests of boards/, on both interpreters. `pin_writes` holds (GPIO, level) of every
level that an output took, in order; a PWM writes its duty. An output pin has its level before its
direction, as both ports do it. What is put into a pin from outside is set with set_level().
"""

import sys

import micropython

from fakes.rp2_adc import FakeRp2Chip

_MODULES = ("esp32", "machine", "micropython", "network", "rp2", "neopixel", "time", "uctypes")
_PIO_IRQ = 0x50200030
_WATCHDOGS = (0x40058000, 0x400D8000)
_assemblers = []  # loaded once, for tests in which the file is out of reach later


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
        uv = self._chip.adc_sources[self.number].read_uv()
        return min(max(uv, self.LOWEST_UV), self.HIGHEST_UV)

    def read_u16(self):
        uv = self._chip.adc_sources[self.number].read_uv()
        if not self.LOWEST_UV < uv < self.HIGHEST_UV:
            return 0 if uv <= self.LOWEST_UV else 65_535
        return uv // 50


class FakeWdt:
    """machine.WDT."""

    def __init__(self, chip, timeout):
        self._chip = chip
        self.timeout_ms = timeout
        self.feeds = 0
        chip.wdts.append(self)

    def feed(self):
        self.feeds += 1


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


class Module:
    """A module with these names in it."""

    def __init__(self, **names):
        for name in names:
            setattr(self, name, names[name])


class ResetNow(Exception):
    """machine.reset() was called."""


class FakeChip(FakeRp2Chip):
    """One chip. For an RP2 its ADC and DMA are those of FakeRp2Chip."""

    def __init__(self, is_rp2350=False, is_rp2=True):
        place = {"base": 0x400A0000, "dreq": 48} if is_rp2350 else {}
        FakeRp2Chip.__init__(self, **place)
        self.levels = {}
        self.modes = {}
        self.pulls = {}
        self.pin_writes = []
        self.irqs = {}
        self.pwms = {}
        self.adcs = {}
        self.adc_sources = {}
        self.programs = []
        self.wdts = []
        self.nics = []
        self.flags = 0  # of the PIO
        self.interrupts = []  # every character that micropython.kbd_intr() was given
        self.cause = 1  # machine.reset_cause()
        self.registers = {}
        self.rtc = FakeRtc()
        self.epoch = 1970 if is_rp2 else 2000
        self.on_idle = None
        self.is_reset = False
        self._kept = {}

    # ---- pins ----

    def drive(self, number, level):
        level = 1 if level else 0
        self.levels[number] = level
        self.pin_writes.append((number, level))

    def level(self, number):
        return self.levels.get(number, 1 if self.pulls.get(number) == FakePin.PULL_UP else 0)

    def set_level(self, number, level):
        """Drive a pin from outside."""
        self.levels[number] = level

    # ---- registers: machine.mem32 ----

    def __getitem__(self, address):
        if address == _PIO_IRQ:
            return self.flags
        if _is_watchdog(address):
            return self.registers.get(address, 0)
        return FakeRp2Chip.__getitem__(self, address)

    def __setitem__(self, address, value):
        if address == _PIO_IRQ:
            self.flags &= ~value
        elif _is_watchdog(address):
            self.registers[address] = value
        else:
            FakeRp2Chip.__setitem__(self, address, value)

    # ---- time ----

    def ticks_ms(self):
        return self.now_us // 1000 & 0x3FFFFFFF

    def skip(self, conversions):
        """Let conversions pass, of which only the newest are computed."""
        far = max(conversions - 640, 0) & ~3  # the longest burst takes 600
        self.conversions += far
        if self.dma.is_busy:
            self.dma.count -= far
            self.dma.write = self.dma.write & ~0x7FF | self.dma.write + 2 * far & 0x7FF
        self.now_us += far * self.conversion_ns // 1000
        self.convert(conversions - far)

    # ---- modules ----

    @staticmethod
    def load():
        """Read from disk what install() needs."""
        _assembler()

    def install(self, case):
        """Put the modules into their places until the test is over."""
        made = {
            "esp32": Module(Partition=FakePartition, NVS=FakeNotes),
            "machine": self._machine(),
            "micropython": self._micropython(),
            "network": self._network(),
            "rp2": self._rp2(),
            "neopixel": Module(NeoPixel=FakeStrip),
            "time": self._time(),
            "uctypes": Module(addressof=self.address_of),
        }
        self._kept = {name: sys.modules.get(name) for name in _MODULES}
        sys.modules.update(made)
        case.addCleanup(self._put_back)
        forget_boards()

    def _put_back(self):
        forget_boards()
        for name in self._kept:
            if self._kept[name] is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = self._kept[name]

    def _machine(self):
        chip = self

        class Pin(FakePin):
            def __init__(self, number, *settings, **more):
                FakePin.__init__(self, chip, getattr(number, "number", number), *settings, **more)

        class ADC(FakeAdc):
            def __init__(self, pin, **options):
                FakeAdc.__init__(self, chip, pin, **options)

        return Module(
            Pin=Pin,
            ADC=ADC,
            PWM=lambda pin, freq, duty_u16: FakePwm(chip, pin, freq, duty_u16),
            WDT=lambda timeout: FakeWdt(chip, timeout),
            Signal=FakeSignal,
            RTC=lambda: self.rtc,
            UART=FakeBus,
            I2C=FakeI2c,
            mem32=self,
            PWRON_RESET=1,
            HARD_RESET=2,
            WDT_RESET=3,
            SOFT_RESET=5,
            reset_cause=lambda: chip.cause,
            reset=self._reset,
            idle=self._idle,
        )

    def _micropython(self):
        names = {name: getattr(micropython, name) for name in dir(micropython)}
        names["kbd_intr"] = self.interrupts.append
        return Module(**names)

    def _network(self):
        def make(*place, **options):
            nic = FakeNic(*place, **options)
            self.nics.append(nic)
            return nic

        return Module(WLAN=make, LAN=make, STA_IF=0, PHY_LAN8720=2, country=lambda code: None)

    def _rp2(self):
        real = _assembler()
        chip = self

        def make(number, program, freq, **pins):
            return FakeProgram(chip, number, program, freq, **pins)

        return Module(asm_pio=real.asm_pio, PIO=real.PIO, DMA=lambda: chip.dma, StateMachine=make)

    def _time(self):
        return Module(
            ticks_ms=self.ticks_ms,
            ticks_us=self.ticks_us,
            sleep_us=lambda us: None,
            sleep_ms=lambda ms: None,
            time=lambda: self.rtc.seconds,
            gmtime=lambda _seconds: (self.epoch, 1, 1, 0, 0, 0, 0, 1),
        )

    def _reset(self):
        self.is_reset = True
        raise ResetNow

    def _idle(self):
        if self.on_idle is not None:
            self.on_idle()


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
    """esp32.NVS with nothing in it."""

    def __init__(self, space):
        self.space = space

    def get_blob(self, key, buf):
        raise OSError(-0x1102)


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


def forget_boards():
    """Let the modules of boards/ be loaded anew: they take machine's names when they are."""
    for name in list(sys.modules):
        if name.startswith("boards.") and not name.startswith("boards.host"):
            del sys.modules[name]


def _is_watchdog(address):
    return any(0 <= address - base < 0x40 for base in _WATCHDOGS)


def _assembler():
    """Return the shim's rp2, which assembles PIO programs."""
    if not _assemblers:
        root = __file__.rsplit("/", 2)[0]
        sys.modules.pop("rp2", None)
        sys.path.append(root + "/shim")
        try:
            import rp2
        finally:
            sys.path.remove(root + "/shim")
        _assemblers.append(rp2)
    return _assemblers[0]
