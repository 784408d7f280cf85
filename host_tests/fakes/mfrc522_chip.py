"""FakeMfrc522: an MFRC522 at register level on an SPI bus, with cards in its field."""

_COMMAND, _COM_IRQ, _ERROR, _FIFO, _LEVEL, _FRAMING = 0x01, 0x04, 0x06, 0x09, 0x0A, 0x0D
_TX_CONTROL, _VERSION = 0x14, 0x37


class FakeMfrc522:
    """Both the bus (write_readinto) and the chip select (value); remembers frames in `sent`."""

    def __init__(self, sent_max=100):
        self.registers = bytearray(64)
        self.fifo = bytearray(64)
        self.cards = []
        self.sent = []  # the first sent_max frames to cards
        self._sent_max = sent_max
        self.version = 0x92
        self.is_dead = False  # no supply: the line stays high
        self.is_stuck = False  # the bus fails
        self.is_mute = False  # no exchange with a card ever ends
        self.startup = 0  # reads of CommandReg until a reset is over
        self.spoil_at = -1  # number of the answer that will be spoiled, counted in `answers`
        self.spoil_mask = 0x01
        self.spoil_error = 0
        self.cut_len = 0  # bytes the air swallows of that answer
        self.answers = 0
        self.accesses = 0
        self.unselected = 0  # transfers without chip select
        self._cs_level = 1
        self._startup_left = 0
        self.power_cycle()

    def power_cycle(self):
        """Begin with the values of a reset: the field is off."""
        for i in range(64):
            self.registers[i] = 0
        self.registers[_COMMAND] = 0x20
        self.registers[_TX_CONTROL] = 0x80
        self._startup_left = self.startup
        for card in self.cards:
            card.leave_field()

    def value(self, level):
        self._cs_level = level

    def write_readinto(self, out_buf, in_buf):
        if self.is_stuck:
            raise OSError(5)
        self.accesses += 1
        in_buf[0] = 0
        in_buf[1] = 0xFF
        if self._cs_level:
            self.unselected += 1
        elif not self.is_dead:
            register = out_buf[0] >> 1 & 0x3F
            if out_buf[0] & 0x80:
                in_buf[1] = self._read(register)
            else:
                self._write(register, out_buf[1])

    def _read(self, register):
        if register == _VERSION:
            return self.version
        if register == _FIFO:
            return self._pop()
        if register == _COMMAND and self._startup_left:
            self._startup_left -= 1
            return self.registers[_COMMAND] | 0x10
        return self.registers[register]

    def _pop(self):
        level = self.registers[_LEVEL]
        if level == 0:
            return 0
        byte = self.fifo[0]
        for i in range(level - 1):
            self.fifo[i] = self.fifo[i + 1]
        self.registers[_LEVEL] = level - 1
        return byte

    def _write(self, register, value):
        registers = self.registers
        if register == _FIFO:
            self.fifo[registers[_LEVEL]] = value
            registers[_LEVEL] += 1
        elif register == _LEVEL:
            registers[_LEVEL] = 0 if value & 0x80 else registers[_LEVEL]
        elif register == _COM_IRQ:
            registers[_COM_IRQ] &= ~value & 0x7F
        elif register == _COMMAND and value == 0x0F:
            self.power_cycle()
        else:
            registers[register] = value
            is_start = register == _FRAMING or register == _COMMAND
            if is_start and registers[_FRAMING] & 0x80 and registers[_COMMAND] == 0x0C:
                self._exchange(registers[_FRAMING] & 7)

    def _exchange(self, bits):
        registers = self.registers
        length = registers[_LEVEL]
        if len(self.sent) < self._sent_max:
            self.sent.append(bytes(self.fifo[:length]))
        registers[_LEVEL] = 0
        registers[_ERROR] = 0
        has_field = registers[_TX_CONTROL] & 3 == 3
        answer = b""
        for card in self.cards:
            heard = card.hear(self.fifo, length, bits) if has_field else b""
            if heard and answer and heard != answer:
                registers[_ERROR] |= 0x08
            answer = heard or answer
        if self.is_mute:
            return
        if not answer:
            registers[_COM_IRQ] |= 0x01
            return
        self._deliver(answer)

    def _deliver(self, answer):
        registers = self.registers
        length = len(answer)
        for i in range(length):
            self.fifo[i] = answer[i]
        if self.answers == self.spoil_at:
            self.fifo[0] ^= self.spoil_mask
            registers[_ERROR] |= self.spoil_error
            length -= min(self.cut_len, length)
        self.answers += 1
        registers[_LEVEL] = length
        registers[_COM_IRQ] |= 0x20
