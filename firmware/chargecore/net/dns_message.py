"""DNS messages (RFC 1035 §4): one question for an A record, and the answer to it.

Called by: resolver. Never: follows compression pointers, so no message can make it loop.
Heap: none.
"""

from micropython import const

from chargecore.base.codes import E_CORRUPT, E_IO, E_LENGTH, E_MISSING

QUERY_MAX = const(271)  # header 12, name 255, type and class 4
TTL_MAX_S = const(0x3FFFFFFF)  # a longer one is read as this

_HEADER_LEN = const(12)
_LABEL_MAX = const(63)
_NAME_MAX = const(255)
_TYPE_A = const(1)
_CLASS_IN = const(1)
_IS_ANSWER = const(0x80)  # QR in byte 2
_RCODE = const(15)  # in byte 3
_RCODE_NAME_ERROR = const(3)
_POINTER = const(0xC0)
_DOT = const(46)


def build_query(buf, message_id, host):
    """Write the question for host (bytes) to buf; return its length or E_LENGTH (bad name)."""
    for i in range(_HEADER_LEN):
        buf[i] = 0
    buf[0] = message_id >> 8
    buf[1] = message_id & 0xFF
    buf[2] = 1  # recursion desired
    buf[5] = 1  # one question
    count = len(host)
    if count > 0 and host[count - 1] == _DOT:
        count -= 1
    if not 0 < count <= _NAME_MAX - 2:
        return E_LENGTH
    length_at = _HEADER_LEN  # where the length of the running label goes
    at = length_at + 1
    for i in range(count + 1):
        if i < count and host[i] != _DOT:
            buf[at] = host[i]
        else:
            label_len = at - length_at - 1
            if not 0 < label_len <= _LABEL_MAX:
                return E_LENGTH
            buf[length_at] = label_len
            length_at = at
        at += 1
    buf[length_at] = 0
    at = length_at + 1
    buf[at] = 0
    buf[at + 1] = _TYPE_A
    buf[at + 2] = 0
    buf[at + 3] = _CLASS_IN
    return at + 4


def read_answer(buf, length, query_buf, query_len):
    """Return where in buf the first A record of the answer has its TTL (the address is at + 6).

    Errors: E_CORRUPT when this is no answer to that query (it may be somebody else's, wait on),
    E_MISSING when there is no such name or address, E_IO when the server cannot tell.
    """
    if not _answers(buf, length, query_buf, query_len):
        return E_CORRUPT
    rcode = buf[3] & _RCODE
    if rcode == _RCODE_NAME_ERROR:
        return E_MISSING
    if rcode:
        return E_IO
    at = query_len
    for _ in range(buf[6] << 8 | buf[7]):
        at = _after_name(buf, at, length)
        if at < 0 or at + 10 > length:
            return E_CORRUPT
        data_len = buf[at + 8] << 8 | buf[at + 9]
        if at + 10 + data_len > length:
            return E_CORRUPT
        if _is_address(buf, at, data_len):
            return at + 4
        at += 10 + data_len
    return E_MISSING


def ttl_s(buf, at):
    """Return the TTL at buf[at]."""
    if buf[at] & _POINTER:
        return TTL_MAX_S
    return buf[at] << 24 | buf[at + 1] << 16 | buf[at + 2] << 8 | buf[at + 3]


def _answers(buf, length, query_buf, query_len):
    """Tell whether id and question are ours. Servers may change the case of letters."""
    if length < query_len or not buf[2] & _IS_ANSWER:
        return False
    if buf[0] != query_buf[0] or buf[1] != query_buf[1] or buf[4] != 0 or buf[5] != 1:
        return False
    for i in range(_HEADER_LEN, query_len):
        if _lower(buf[i]) != _lower(query_buf[i]):
            return False
    return True


def _lower(byte):
    return byte + 32 if 65 <= byte <= 90 else byte


def _after_name(buf, at, length):
    """Return the index behind the name at buf[at], or E_LENGTH when it leaves the message."""
    while at < length:
        label_len = buf[at]
        if label_len & _POINTER:
            return at + 2
        at += 1 + label_len
        if label_len == 0:
            return at
    return E_LENGTH


def _is_address(buf, at, data_len):
    """Tell whether the record whose type stands at buf[at] is an IPv4 address."""
    if buf[at] or buf[at + 2] or data_len != 4:
        return False
    return buf[at + 1] == _TYPE_A and buf[at + 3] == _CLASS_IN
