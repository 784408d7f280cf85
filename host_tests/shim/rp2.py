"""The rp2 module off the board: an assembler for PIO programs, and no hardware behind the rest.

Called by: the tests of boards/rp2. Works on CPython and on the unix VM.
asm_pio() returns what the board's own returns first: a list with the words. The words are compared
with a second assembler in host_tests/pio/test_program_words.py; `listing` is for that test.
Source: RP2040 datasheet, PIO instruction set.
"""

from array import array


class PIO:
    """The constants a program is declared with."""

    OUT_LOW = 2
    OUT_HIGH = 3


class DMA:
    """A DMA channel. Errors: OSError: there is none; tests bring their own."""

    def __init__(self):
        raise OSError("no DMA here")


class StateMachine:
    """A state machine that runs nothing: it remembers how it was made and what was put into it."""

    def __init__(self, number, program=None, freq=-1, **pins):
        self.number = number
        self.program = program
        self.freq_hz = freq
        self.pins = pins
        self.queue = []
        self.is_active = False

    def active(self, level):
        """Start or stop."""
        self.is_active = bool(level)

    def put(self, word):
        """Queue a word. Errors: the board would wait for ever in front of a full queue."""
        if len(self.queue) == 4:
            raise RuntimeError("put into a full queue")
        self.queue.append(word)

    def tx_fifo(self):
        """Return how many words are queued."""
        return len(self.queue)


class Instruction:
    """One word, to which .side() adds the level of the side-set pin."""

    def __init__(self, word, text, target=None):
        self.word = word
        self.text = text  # in the notation of the chip's maker
        self.target = target  # label of a jump

    def side(self, level):
        """Set the side-set pin with this instruction. One pin, always given: bit 12."""
        self.word |= level << 12
        self.text += " side {}".format(level)
        return self


class Assembled(list):
    """What asm_pio returns: [words, ...], and the listing."""

    def __init__(self, words, listing):
        super().__init__([words])
        self.listing = listing


class _Assembler:
    """Writes down the instructions in the order in which the program calls them."""

    def __init__(self):
        self.lines = []  # Instruction, or a text: label and wrap marks
        self.labels = {}  # name: address
        self.count = 0

    def _add(self, word, text, target=None):
        instruction = Instruction(word, text, target)
        self.lines.append(instruction)
        self.count += 1
        return instruction

    def label(self, name):
        self.labels[name] = self.count
        self.lines.append(name + ":")

    def wrap_target(self):
        self.lines.append(".wrap_target")

    def wrap(self):
        self.lines.append(".wrap")

    def jmp(self, condition, target=None):
        if target is None:
            return self._add(0x0000, "jmp " + condition, condition)
        number, text = condition
        return self._add(number << 5, "jmp {} {}".format(text, target), target)

    def pull(self, blocking):
        return self._add(0x8080 | blocking[0] << 5, "pull " + blocking[1])

    def mov(self, destination, source):
        text = "mov {}, {}".format(destination[1], source[1])
        return self._add(0xA000 | destination[0] << 5 | source[0], text)

    def irq(self, blocking, index):
        text = "irq wait {} rel" if blocking[0] else "irq {} rel"
        return self._add(0xC010 | blocking[0] << 5 | index, text.format(index))

    def set(self, destination, value):
        text = "set {}, {}".format(destination[1], value)
        return self._add(0xE000 | destination[0] << 5 | value, text)

    def assembled(self):
        """Return the words with every jump resolved, and the listing."""
        words = array("H")
        listing = []
        for line in self.lines:
            if isinstance(line, Instruction):
                address = self.labels[line.target] if line.target else 0
                words.append(line.word | address)
                line = line.text
            listing.append(line)
        return Assembled(words, listing)


_REGISTERS = {"pins": 0, "x": 1, "y": 2, "osr": 7}
_CONDITIONS = {"not_x": (1, "!x"), "x_dec": (2, "x--"), "y_dec": (4, "y--")}
_FUNCTIONS = ("label", "wrap_target", "wrap", "jmp", "pull", "mov", "irq", "set")


def _names(assembler):
    names = {name: getattr(assembler, name) for name in _FUNCTIONS}
    for name in _REGISTERS:
        names[name] = (_REGISTERS[name], name)
    names.update(_CONDITIONS)
    names["pin"] = (6, "pin")
    names["block"] = (1, "block")
    names["noblock"] = (0, "noblock")
    names["rel"] = lambda index: index
    return names


def asm_pio(set_init=None, sideset_init=None):
    """Assemble the decorated function as a program with one side-set pin."""

    def assemble(function):
        assembler = _Assembler()
        names = function.__globals__
        kept = dict(names)
        names.update(_names(assembler))
        try:
            function()
        finally:
            names.clear()
            names.update(kept)
        return assembler.assembled()

    return assemble
