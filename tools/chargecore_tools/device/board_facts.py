"""BoardFacts: what a board says of itself, and whether this firmware can run on it."""

from dataclasses import dataclass

from chargecore_tools.device.errors import EXIT_WRONG_BOARD, DeviceError

OLDEST = (1, 28)  # MicroPython
_FORMAT = (6, 3)  # .mpy version and sub-version of native code that mpy-cross writes
# By the number in sys.implementation._mpy: py/persistentcode.h of MicroPython.
MACHINE_CODES = (
    "none x86 x64 armv6 armv6m armv7m armv7em armv7emsp armv7emdp xtensa xtensawin rv32imc rv64imc"
).split()

QUESTION = """
import sys as _s, os as _o, gc as _g
_g.collect()
_v = _o.statvfs("/")
_i = _s.implementation
print(repr((_i.name, tuple(_i.version)[:3], getattr(_i, "_mpy", 0), getattr(_i, "_machine", ""),
 _s.platform, _v[0] * _v[3], _v[0] * _v[2], _v[0], _g.mem_free())))
"""


@dataclass(frozen=True)
class BoardFacts:
    """Bytes in *_b."""

    name: str
    version: tuple
    mpy: int
    machine: str
    platform: str
    free_b: int
    total_b: int
    block_b: int
    heap_free_b: int

    @property
    def version_text(self):
        """Return 1.28.0."""
        return ".".join(map(str, self.version))

    @property
    def architecture(self):
        """Return what mpy-cross calls the machine code that it runs."""
        number = self.mpy >> 10 & 0x3F
        return MACHINE_CODES[number] if number < len(MACHINE_CODES) else f"number {number}"

    def require(self, target):
        """Raise DeviceError unless the firmware for target runs on it."""
        wanted = ".".join(map(str, OLDEST))
        if self.name != "micropython":
            raise DeviceError(
                f"the board runs {self.name}, not MicroPython",
                f"chargecore flash --board {target.name}",
                EXIT_WRONG_BOARD,
            )
        if self.version[:2] < OLDEST:
            raise DeviceError(
                f"the board has MicroPython {self.version_text}: {wanted} or later is needed",
                f"chargecore flash --board {target.name} with a newer image",
                EXIT_WRONG_BOARD,
            )
        if self.architecture != target.architecture:
            raise DeviceError(
                f"the board runs {self.architecture} code ({self.machine or self.platform}); "
                f"{target.name} has {target.architecture}",
                "--board names the board that is plugged in",
                EXIT_WRONG_BOARD,
            )
        if (self.mpy & 0xFF, self.mpy >> 8 & 3) != _FORMAT:
            raise DeviceError(
                f"the board loads .mpy {self.mpy & 0xFF}.{self.mpy >> 8 & 3}, not 6.3",
                f"flash a MicroPython that loads 6.3: {wanted} does",
                EXIT_WRONG_BOARD,
            )
