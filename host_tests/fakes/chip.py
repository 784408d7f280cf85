"""FakeChip: the modules machine, network, rp2, neopixel and time of a board; pins that remember.

Called by: the tests of boards/, on both interpreters. `pin_writes` holds (GPIO, level) of every
level that an output took, in order; a PWM writes its duty. An output pin has its level before its
direction, as both ports do it. What is put into a pin from outside is set with set_level().
"""

import sys

import micropython

from fakes.access_point import FakeAccessPoint
from fakes.chip_parts import (
    FakeAdc,
    FakeBus,
    FakeI2c,
    FakeNic,
    FakeNotes,
    FakePartition,
    FakePin,
    FakeProgram,
    FakePwm,
    FakeRtc,
    FakeSignal,
    FakeStrip,
    FakeTimer,
    FakeWdt,
)
from fakes.rp2_adc import FakeRp2Chip

_MODULES = ("esp32", "machine", "micropython", "network", "rp2", "neopixel", "time", "uctypes")
_PIO_IRQ = 0x50200030
_WATCHDOGS = (0x40058000, 0x400D8000)
_assemblers = []  # loaded once, for tests in which the file is out of reach later


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
        self.wdt_due_us = None  # when it bites; None: none has been started
        self.timers = []
        self.nics = []
        self.access_point = None  # network.WLAN(AP_IF), once somebody has asked for it
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
            Timer=lambda number: FakeTimer(chip, number),
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

        def make_wlan(interface):
            if interface == 0:
                return make(interface)
            if self.access_point is None:  # there is one, whoever asks
                self.access_point = FakeAccessPoint(self.epoch == 2000)
            return self.access_point

        names = {"STA_IF": 0, "AP_IF": 1, "PHY_LAN8720": 2, "country": lambda code: None}
        return Module(WLAN=make_wlan, LAN=make, **names)

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
        self._run_timers()
        if self.wdt_due_us is not None and self.now_us > self.wdt_due_us:
            self.cause = 3
            self._reset()

    def _run_timers(self):
        for timer in self.timers:
            while self.now_us >= timer.due_us:
                timer.due_us += timer.period_us
                timer.callback(timer)


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
