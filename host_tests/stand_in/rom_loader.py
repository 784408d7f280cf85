"""RomLoader: an Espressif chip in its serial loader, behind a pty, as far as esptool needs it.

SLIP frames; SYNC, registers, chip detection, SPI flash id, flash begin/data, compressed or not,
MD5. A stub that is uploaded is not run: it says OHAI, and the answers are a stub's from then on.
Source: Espressif, "Serial Protocol" in the documentation of esptool.
"""

import hashlib
import os
import pty
import select
import struct
import threading
import tty
import zlib

_END, _ESC = b"\xc0", b"\xdb"
_FLASH_BEGIN, _FLASH_DATA, _FLASH_END, _MEM_END = 0x02, 0x03, 0x04, 0x06
_SYNC, _WRITE_REG, _READ_REG, _CHANGE_BAUD = 0x08, 0x09, 0x0A, 0x0F
_DEFL_BEGIN, _DEFL_DATA, _DEFL_END = 0x10, 0x11, 0x12
_MD5, _SECURITY_INFO, _ERASE_FLASH = 0x13, 0x14, 0xD0
_SECTOR = 4_096
_MAGIC_REG = 0x40001000
# chip: magic in ROM, number in the security info (None: it has no such command), SPI registers
_CHIPS = {"esp32": (0x00F01D83, None, 0x3FF42000), "esp32s3": (0x9, 9, 0x60002000)}


class RomLoader:
    """Use it with `with`. `flash` is what the chip has; `erased` the (start, length) of erases."""

    def __init__(self, chip="esp32", flash_kib=4_096, flips_a_bit=False):
        self._magic, self._number, self._spi = _CHIPS[chip]
        self.flash = bytearray(b"\xff" * (flash_kib * 1024))
        self._size_id = (flash_kib * 1024).bit_length() - 1
        self._flips_a_bit = flips_a_bit
        self._registers = {}
        self._write_at = 0
        self._left_b = 0  # of what the host said it would write
        self._inflate = None
        self.is_stub = False
        self.erased = []
        self.commands = []  # numbers, in order
        self._is_over = False
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self._cable, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self.port = os.ttyname(self._slave)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._is_over = True
        self._thread.join()
        os.close(self._slave)
        os.close(self._cable)

    def _serve(self):
        heard = b""
        while not self._is_over:
            if not select.select([self._cable], [], [], 0.05)[0]:
                continue
            heard += os.read(self._cable, 65_536)
            *frames, heard = heard.split(_END)
            for frame in frames:
                if frame:
                    self._take(frame.replace(_ESC + b"\xdc", _END).replace(_ESC + b"\xdd", _ESC))

    def _send(self, body):
        body = body.replace(_ESC, _ESC + b"\xdd").replace(_END, _ESC + b"\xdc")
        data = _END + body + _END
        while data:
            data = data[os.write(self._cable, data) :]

    def _reply(self, op, data=b"", value=0, status=b"\x00\x00"):
        data += status if self.is_stub else status + b"\x00\x00"
        self._send(struct.pack("<BBHI", 1, op, len(data), value) + data)

    def _take(self, frame):
        if len(frame) < 8 or frame[0] != 0:
            return
        op, data = frame[1], frame[8:]
        self.commands.append(op)
        if op == _SYNC:
            for _ in range(8):
                self._reply(op, value=0 if self.is_stub else 0x20120707)
        elif op == _READ_REG:
            self._reply(op, value=self._read(struct.unpack("<I", data)[0]))
        elif op == _WRITE_REG:
            self._write(*struct.unpack_from("<II", data))
            self._reply(op)
        elif op == _SECURITY_INFO:
            self._tell_security(op)
        elif op == _MD5:
            self._tell_md5(op, *struct.unpack_from("<II", data))
        elif op == _MEM_END:
            self._reply(op)
            self.is_stub = True
            self._send(b"OHAI")
        else:
            self._flash(op, data)
            self._reply(op)

    def _tell_security(self, op):
        if self._number is None:
            self._reply(0, status=b"\x01\x05")
        else:
            self._reply(op, struct.pack("<IB7sII", 0, 0, bytes(7), self._number, 0))

    def _tell_md5(self, op, start, length):
        digest = hashlib.md5(self.flash[start : start + length])
        self._reply(op, digest.digest() if self.is_stub else digest.hexdigest().encode())

    def _read(self, address):
        if address == _MAGIC_REG:
            return self._magic
        return self._registers.get(address, 0)

    def _write(self, address, value):
        self._registers[address] = value
        if address == self._spi:  # a command of the flash chip: all answer with the id
            self._registers[address] = 0
            self._registers[self._spi + (0x80 if self._number is None else 0x58)] = (
                self._size_id << 16 | 0x40EF
            )

    def _flash(self, op, data):
        if op in (_FLASH_BEGIN, _DEFL_BEGIN):
            size, _, _, start = struct.unpack_from("<IIII", data)
            self._write_at = start
            self._inflate = zlib.decompressobj() if op == _DEFL_BEGIN else None
            length = -(-size // _SECTOR) * _SECTOR
            self._erase(start, length)
        elif op in (_FLASH_DATA, _DEFL_DATA):
            part = data[16:]
            self._program(self._inflate.decompress(part) if op == _DEFL_DATA else part)
        elif op == _ERASE_FLASH:
            self._erase(0, len(self.flash))

    def _erase(self, start, length):
        if length:
            self.erased.append((start, length))
            self.flash[start : start + length] = b"\xff" * len(self.flash[start : start + length])

    def _program(self, part):
        part = bytearray(part)
        if self._flips_a_bit and part:
            part[0] ^= 1
        self.flash[self._write_at : self._write_at + len(part)] = part
        self._write_at += len(part)
