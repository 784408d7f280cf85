"""Frames of a CSE7766, made from the formulas in chargecore/meters/cse7766.py."""

V_COEF = 194_400
A_COEF = 16_400
W_COEF = 5_351_000
UNMEASURABLE = 0xFFFFFF


def with_sum(body):
    """Return the 23 bytes and their checksum."""
    total = 0
    for byte in body[2:]:
        total += byte
    return body + bytes([total & 0xFF])


def _u24(value):
    return bytes([value >> 16, value >> 8 & 0xFF, value & 0xFF])


def cse_frame(voltage_v=230, current_ma=0, power_w=0, cf=0, state=None, adj=0x71):
    """Return one frame. Without power the chip says that its cycles are too long (state F6)."""
    if state is None:
        state = 0x55 if power_w else 0xF6
    a_cycle = A_COEF * 1000 // current_ma if current_ma else UNMEASURABLE
    w_cycle = W_COEF // power_w if power_w else UNMEASURABLE
    pairs = (V_COEF, V_COEF // voltage_v, A_COEF, a_cycle, W_COEF, w_cycle)
    body = bytes([state, 0x5A])
    for value in pairs:
        body += _u24(value)
    return with_sum(body + bytes([adj, cf >> 8 & 0xFF, cf & 0xFF]))
