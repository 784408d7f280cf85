"""DeviceError: what went wrong with a board, and what to do next."""

EXIT_FAILED = 1  # the board was reached, and something went wrong
EXIT_USAGE = 2  # wrong options, a file that cannot be used
EXIT_NO_BOARD = 3  # no port, a busy port, nobody answers
EXIT_WRONG_BOARD = 4  # another chip, another image, an old MicroPython


class DeviceError(Exception):
    """A sentence for people, the next step, and an exit status."""

    def __init__(self, text, hint="", status=EXIT_FAILED):
        super().__init__(text)
        self.hint = hint
        self.status = status
