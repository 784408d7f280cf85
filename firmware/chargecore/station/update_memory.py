"""UpdateMemory: what an update must know after a reboot or a power cut. Called by: Update.

Heap: its image, 0.6 KiB at start; opening a file when it is saved, a few times per update.
"""

from micropython import const

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.base.codes import OK
from chargecore.base.events import EV_FLASH_ERROR

# 0 stage u8  1 retries u8  2 interval s u32  6 retrieve date u32  10 slot u8  11 told u8
# 12 URL length u16  14 URL, and behind it:
# 0 flags u8, 1: signed  1 end u8, 1 + the status that the server has to hear  2 request i32
# 6 install date s u32, all ones: none  10 SHA-256 of the bundle
# An older build leaves what is behind the URL alone.
_HEAD_LEN = const(14)
_TAIL_LEN = const(42)
_DIGEST_AT = const(10)  # in the tail
URL_MAX = const(512)


class UpdateMemory:
    """Fields, kept by save(). `told`: 1 + the newest status the server has confirmed, 0: none."""

    def __init__(self, pair, events):
        self._pair = pair
        self._events = events
        self._buf = bytearray(_HEAD_LEN + URL_MAX + _TAIL_LEN)
        self.stage = 0
        self.retries = 0  # tries left behind this one
        self.interval_s = 0
        self.retrieve_s = 0  # seconds since 2024
        self.slot = 0  # the copy it goes to
        self.told = 0
        self.url = b""
        self.is_signed = False  # a SignedUpdateFirmware, with a number:
        self.request_id = 0
        self.install_s = WALL_UNKNOWN  # not before, seconds since 2024
        self.digest = bytes(_TAIL_LEN - _DIGEST_AT)  # of the bundle, once it is there
        self.end = 0  # 1 + the status it has ended with, until the server knows

    def load(self):
        """Read what was saved; nothing is under way when that cannot be read."""
        buf = self._buf
        length = self._pair.load(buf)
        url_len = buf[12] | buf[13] << 8
        if length < _HEAD_LEN or length < _HEAD_LEN + url_len:
            return
        self.stage = buf[0]
        self.retries = buf[1]
        self.interval_s = _u30(buf, 2)
        self.retrieve_s = _u30(buf, 6)
        self.slot = buf[10]
        self.told = buf[11]
        at = _HEAD_LEN + url_len
        self.url = bytes(buf[_HEAD_LEN:at])
        if length < at + _TAIL_LEN:
            return
        self.is_signed = buf[at] == 1
        self.end = buf[at + 1]
        high = buf[at + 4] | buf[at + 5] << 8
        high = high - 0x10000 if high & 0x8000 else high
        self.request_id = high << 16 | buf[at + 3] << 8 | buf[at + 2]
        self.install_s = WALL_UNKNOWN if buf[at + 9] == 0xFF else _u30(buf, at + 6)
        self.digest = bytes(buf[at + _DIGEST_AT : at + _TAIL_LEN])

    def save(self):
        """Write it. Return OK or E_IO; what is in RAM stays in force either way."""
        buf = self._buf
        url_len = len(self.url)
        buf[0] = self.stage
        buf[1] = self.retries
        _put_u30(buf, 2, self.interval_s)
        _put_u30(buf, 6, self.retrieve_s)
        buf[10] = self.slot
        buf[11] = self.told
        buf[12] = url_len & 0xFF
        buf[13] = url_len >> 8
        at = _HEAD_LEN + url_len
        buf[_HEAD_LEN:at] = self.url
        buf[at] = 1 if self.is_signed else 0
        buf[at + 1] = self.end
        for i in range(4):
            buf[at + 2 + i] = self.request_id >> 8 * i & 0xFF
        _put_u30(buf, at + 6, self.install_s)
        buf[at + _DIGEST_AT : at + _TAIL_LEN] = self.digest
        code = self._pair.save(buf, at + _TAIL_LEN)
        if code != OK:
            self._events.add(EV_FLASH_ERROR, self._pair.errno)
        return code


def _u30(buf, at):
    return buf[at] | buf[at + 1] << 8 | buf[at + 2] << 16 | (buf[at + 3] & 0x3F) << 24


def _put_u30(buf, at, value):
    for i in range(4):
        buf[at + i] = value >> 8 * i & 0xFF
