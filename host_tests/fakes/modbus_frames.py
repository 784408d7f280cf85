"""Replies of Modbus meters as their tables describe them, from plain numbers."""

import struct

from fakes.modbus_uart import with_crc


def _reply(data, address=1):
    return with_crc(bytes([address, 4, len(data)]) + data)


def eastron_replies(import_wh, current_ma, phases=3, voltage_v=230.0):
    """Return {first register: reply} of an Eastron meter."""
    amperes = current_ma / 1000
    rows = voltage_v, amperes, voltage_v * amperes * 0.99, voltage_v * amperes
    phase_values = []
    for value in rows:
        phase_values += [value] * phases + [0.0] * (3 - phases)
    registers = 50.0, import_wh / 1000, 0.0
    return {
        0x00: _reply(struct.pack(">12f", *phase_values)),
        0x46: _reply(struct.pack(">3f", *registers)),
    }


def pzem_replies(import_wh, current_ma):
    """Return {first register: reply} of a PZEM-004T v3."""
    power_dw = current_ma * 2300 // 1000
    words = (2300,) + _pair(current_ma) + _pair(power_dw) + _pair(import_wh) + (500, 99, 0)
    return {0x00: _reply(struct.pack(">10H", *words))}


def _pair(value):
    return (value & 0xFFFF, value >> 16)
