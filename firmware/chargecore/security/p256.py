"""The curve P-256 (FIPS 186-4 D.1.2.3, SEC 2 secp256r1): its numbers and sums of its points.

Called by: p256_key, p256_ladder, ecdsa. A point is a tuple (x, y, z) for (x/z², y/z³), Jacobian;
INFINITY is None. Formulas: explicit-formulas database, dbl-2001-b and add-2007-bl without
the shared doublings. Heap: the numbers of a sum, which it gives back.
"""

from micropython import const

P_BYTES = const(32)
# heap-ok: numbers of 256 bits, made when the module is loaded and gone with it.
P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF  # heap-ok: the field
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # heap-ok: the order
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B  # heap-ok: y²=x³-3x+b
GX = 0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296  # heap-ok: base point
GY = 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5  # heap-ok: base point


def is_on_curve(x, y):
    """Tell whether (x, y) is a point. Range: 0..P-1 each."""
    return (y * y - (x * x - 3) * x - B) % P == 0


def is_jacobian_on_curve(point):
    """Tell whether a point that is not INFINITY fits the curve. 8 multiplications."""
    x, y, z = point
    zz = z * z % P
    z4 = zz * zz % P
    z6 = z4 * zz % P
    return (y * y - (x * x - 3 * z4) * x - B * z6) % P == 0


def double(point):
    """Return 2 * point. 8 modular multiplications."""
    if point is None:
        return None
    p = P
    x, y, z = point
    delta = z * z % p
    gamma = y * y % p
    beta = x * gamma % p
    alpha = 3 * (x - delta) * (x + delta) % p
    x3 = (alpha * alpha - 8 * beta) % p
    z3 = 2 * y * z % p
    y3 = (alpha * (4 * beta - x3) - 8 * gamma * gamma) % p
    return x3, y3, z3


def add(one, two):
    """Return one + two, whatever points they are. 16 modular multiplications."""
    if one is None:
        return two
    if two is None:
        return one
    p = P
    x1, y1, z1 = one
    x2, y2, z2 = two
    z1z1 = z1 * z1 % p
    z2z2 = z2 * z2 % p
    u1 = x1 * z2z2 % p
    s1 = y1 * (z2 * z2z2 % p) % p
    h = (x2 * z1z1 - u1) % p
    r = (y2 * (z1 * z1z1 % p) - s1) % p
    if h == 0:
        return double(one) if r == 0 else None
    hh = h * h % p
    hhh = h * hh % p
    v = u1 * hh % p
    x3 = (r * r - hhh - 2 * v) % p
    y3 = (r * (v - x3) - s1 * hhh) % p
    z3 = (z1 * z2 % p) * h % p
    return x3, y3, z3
