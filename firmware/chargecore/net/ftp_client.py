"""FtpClient: one file by FTP, passive, in small steps.

Called by: transfer, once the control stream is connected.
Never: connects the control stream, keeps time, lists, makes folders.
Heap: 0.2 KiB at start; the commands and the lines of the answers while a file is moved.
Source: RFC 959, RFC 3659 §5 (REST), RFC 4217 (TLS, asked for with AUTH; data always encrypted).
"""

from micropython import const

from chargecore.base.codes import E_LENGTH, OK
from chargecore.net.moves import (
    MOVE_DONE,
    MOVE_RUNNING,
    WHY_ANSWER,
    WHY_CONNECT,
    WHY_LOCAL,
    WHY_LOST,
    WHY_REFUSED,
    WHY_TLS,
    WHY_TOO_LONG,
)

_LINE_MAX = const(120)  # of a line of an answer; what goes beyond is cut off
_TALK_MAX = const(16_384)  # of all answers
_CONTROL_B = const(64)
_READS_PER_POLL = const(2)

_GREETING = const(0)
_USER = const(1)
_PASS = const(2)
_TYPE = const(3)
_PASV = const(4)
_CONNECT = const(5)  # the data connection
_REST = const(6)
_START = const(7)  # RETR or STOR has been sent
_MOVE = const(8)
_END = const(9)  # all data has moved; the last word is the server's
_AUTH = const(10)
_SECURE = const(11)  # the handshake of the control connection
_PBSZ = const(12)
_PROT = const(13)
_SECURE_DATA = const(14)  # and that of the data connection
_LF = const(10)

# After the login: state, the next one, what is said on the way. Without TLS it begins at _PROT.
_STEPS = (
    (_PASS, _PBSZ, b"PBSZ 0"),
    (_PBSZ, _PROT, b"PROT P"),
    (_PROT, _TYPE, b"TYPE I"),
    (_TYPE, _PASV, b"PASV"),
)


class FtpClient:
    """As HttpClient. The address in the answer to PASV is not used: behind a NAT it is wrong.

    plain_stream carries the control connection before TLS, when the URL asks for it.
    """

    def __init__(self, buf, data_stream, plain_stream):
        self._buf = buf
        self._data = data_stream
        self._plain = plain_stream
        self._tls = None  # the stream of the control connection once AUTH was granted
        self._control_buf = bytearray(_CONTROL_B)
        self._line_buf = bytearray(_LINE_MAX)
        self._stream = None
        self._url = None
        self._ip_text = ""
        self._sink = None
        self._source = None
        self._line_len = 0
        self._talk_len = 0
        self._command = b""  # being sent
        self._command_at = 0
        self._state = _GREETING
        self._from_b = 0  # the file is wanted from here
        self._skip_b = 0  # bytes that we have and the server sends all the same
        self._left_b = 0  # bytes of the source that have not been filled in
        self._at = 0  # next byte of the buffer to write
        self._end = 0
        self._is_confirmed = False  # the server says that all has moved
        self.detail = 0  # FTP reply, or an E_ code
        self.moved = 0  # grows with every byte, either way

    def begin(self, url, stream, sink, source, from_b, ip_text):
        """Begin on a connected stream. One of sink and source is None."""
        self._stream = self._plain if url.asks_for_tls else stream
        self._tls = stream
        self._url = url
        self._ip_text = ip_text
        self._sink = sink
        self._source = source
        self._line_len = 0
        self._talk_len = 0
        self._command = b""
        self._state = _GREETING
        self._from_b = from_b
        self._skip_b = 0
        self._left_b = 0 if source is None else source.length_b
        self._at = 0
        self._end = 0
        self._is_confirmed = False
        self.detail = 0

    def poll(self):
        """Go on. Return MOVE_* or WHY_* (negative)."""
        if self._state == _SECURE:
            return self._poll_secured()
        result = self._flush()
        if result == MOVE_RUNNING:
            result = self._listen()
        if result == MOVE_RUNNING and self._state == _CONNECT:
            result = self._connect()
        if result == MOVE_RUNNING and self._state == _SECURE_DATA:
            result = self._poll_data_secured()
        if result == MOVE_RUNNING and self._state == _MOVE:
            result = self._fetch() if self._source is None else self._bring()
        return result

    # ---- the control connection ----

    def _say(self, state, command):
        """Send a command and wait for its answer in that state."""
        self._state = state
        self._command = command + b"\r\n"
        self._command_at = 0
        return self._flush()

    def _flush(self):
        left = len(self._command) - self._command_at
        if left > 0:
            took = self._stream.write(self._command, self._command_at, left)
            if took < 0:
                return WHY_LOST
            self._command_at += took
            self.moved += took
        return MOVE_RUNNING

    def _listen(self):
        count = self._stream.readinto(self._control_buf)
        if count < 0:
            return WHY_LOST
        self.moved += count
        self._talk_len += count
        if self._talk_len > _TALK_MAX:
            return WHY_ANSWER
        for at in range(count):
            byte = self._control_buf[at]
            if byte == _LF:
                result = self._line_ended()
                if result != MOVE_RUNNING:
                    return result
                if self._state == _SECURE:  # more in the clear is not from this server
                    return MOVE_RUNNING if at + 1 == count else WHY_ANSWER
            elif self._line_len < _LINE_MAX:
                self._line_buf[self._line_len] = byte
                self._line_len += 1
        return MOVE_RUNNING

    def _line_ended(self):
        """A line is an answer when it begins with a number and no hyphen behind it."""
        line = bytes(self._line_buf[: self._line_len]).strip(b"\r")
        self._line_len = 0
        if not line[:3].isdigit() or len(line) < 3 or line[3:4] not in (b" ", b""):
            return MOVE_RUNNING
        return self._answered(int(line[:3]), line)

    def _answered(self, reply, line):
        """Go on with the next command. Source: RFC 959 §5.4."""
        state = self._state
        self.detail = reply
        if reply < 200 and state == _GREETING or state == _CONNECT:
            return MOVE_RUNNING
        if state == _MOVE or state == _END or state == _SECURE_DATA:
            return self._moved(reply)
        if state == _START:
            if reply >= 200:
                return WHY_REFUSED
            return self._data_begins()
        if state == _REST:
            if reply != 350:
                self._skip_b = self._from_b  # it does not resume
            return self._start()
        if reply >= 400:
            return WHY_REFUSED
        return self._log_in(state, reply, line)

    def _log_in(self, state, reply, line):
        if state == _GREETING or state == _AUTH:
            return self._greeted(state, reply)
        url = self._url
        if state == _USER and reply >= 300:
            password = b"chargecore@" if url.user is None else url.password
            return self._say(_PASS, b"PASS " + password)
        if state == _USER or state == _PASS:
            if reply >= 300:
                return WHY_REFUSED  # an account, which nobody has
            state = _PROT if not url.is_tls else _PASS
        for before, then, command in _STEPS:
            if before == state:
                return self._say(then, command)
        port = _port_of(line)
        if port == 0:
            return WHY_ANSWER
        if self._data.open(self._ip_text, port) != OK:
            return WHY_CONNECT
        self._state = _CONNECT
        return MOVE_RUNNING

    def _greeted(self, state, reply):
        """Ask for TLS where the URL wants that, then log in."""
        if not self._url.asks_for_tls:
            return self._say_user()
        if state == _GREETING:
            return self._say(_AUTH, b"AUTH TLS")
        return self._secure() if reply < 300 else WHY_REFUSED

    def _say_user(self):
        user = self._url.user
        return self._say(_USER, b"USER " + (b"anonymous" if user is None else user))

    # ---- TLS ----

    def _secure(self):
        """AUTH was granted: what was said in the clear is over, and so is anything left of it."""
        self._line_len = 0
        self._state = _SECURE
        if self._tls.secure(self._url.host) != OK:
            return self._tls_failed(self._tls)
        return MOVE_RUNNING

    def _poll_secured(self):
        code = self._tls.poll_secured()
        if code < 0:
            return self._tls_failed(self._tls)
        if code == 0:
            return MOVE_RUNNING
        self._stream = self._tls
        self.moved += 1
        return self._say_user()

    def _data_begins(self):
        """The server is ready: the data connection is encrypted first, where it has to be."""
        if not self._data.is_tls:
            self._state = _MOVE
            return MOVE_RUNNING
        self._state = _SECURE_DATA
        if self._data.secure(self._url.host) != OK:
            return self._tls_failed(self._data)
        return MOVE_RUNNING

    def _poll_data_secured(self):
        code = self._data.poll_secured()
        if code < 0:
            return self._tls_failed(self._data)
        if code > 0:
            self._state = _MOVE
            self.moved += 1
        return MOVE_RUNNING

    def _tls_failed(self, stream):
        self.detail = stream.cause
        return WHY_TLS

    # ---- the data connection ----

    def _connect(self):
        """The data connection first, then the command that uses it."""
        code = self._data.poll_connected()
        if code < 0:
            return WHY_CONNECT
        if code == 0:
            return MOVE_RUNNING
        if self._from_b:
            return self._say(_REST, b"REST %d" % self._from_b)
        return self._start()

    def _start(self):
        verb = b"RETR " if self._source is None else b"STOR "
        return self._say(_START, verb + self._url.path)

    def _moved(self, reply):
        if reply >= 300:
            return WHY_LOST if reply == 426 else WHY_REFUSED
        if reply < 200:
            return MOVE_RUNNING
        self._is_confirmed = True
        if self._state == _END:
            return self._part()
        return MOVE_RUNNING  # the data is still on its way

    def _part(self):
        self._say(_END, b"QUIT")
        return MOVE_DONE

    def _fetch(self):
        for _ in range(_READS_PER_POLL):
            count = self._data.readinto(self._buf)
            if count == 0:
                break
            if count < 0:
                if self._data.errno:
                    return WHY_LOST
                return self._data_ended()
            self.moved += count
            code = self._deliver(count)
            if code != OK:
                self.detail = code
                return WHY_TOO_LONG if code == E_LENGTH else WHY_LOCAL
        return MOVE_RUNNING

    def _deliver(self, count):
        skipped = min(self._skip_b, count)
        self._skip_b -= skipped
        if skipped == count:
            return OK
        return self._sink.take(self._buf, skipped, count - skipped)

    def _bring(self):
        if self._is_confirmed:
            return WHY_ANSWER  # it has not even got everything
        if self._at == self._end:
            if self._left_b == 0:
                code = self._data.flush()
                if code == 0:
                    return MOVE_RUNNING
                return WHY_LOST if code < 0 else self._data_ended()
            self._at = 0
            self._end = min(self._source.fill(self._buf), self._left_b)
            if self._end <= 0:
                return WHY_LOCAL
            self._left_b -= self._end
        took = self._data.write(self._buf, self._at, self._end - self._at)
        if took < 0:
            return WHY_LOST
        self._at += took
        self.moved += took
        return MOVE_RUNNING

    def _data_ended(self):
        self._data.close()
        self._state = _END
        return self._part() if self._is_confirmed else MOVE_RUNNING


def _port_of(line):
    """Return the port in an answer to PASV, `(h1,h2,h3,h4,p1,p2)`, or 0."""
    numbers = []
    digits = b""
    for at in range(4, len(line) + 1):
        byte = line[at : at + 1]
        if byte.isdigit():
            digits += byte
            continue
        if digits and (byte == b"," or len(numbers) == 5):
            numbers.append(int(digits[:4]))
        elif byte != b",":
            numbers = []
        digits = b""
        if len(numbers) == 6:
            break
    if len(numbers) != 6 or max(numbers) > 255:
        return 0
    return numbers[4] << 8 | numbers[5]
