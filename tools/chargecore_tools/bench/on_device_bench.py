# Runs on the board, sent through the raw REPL behind device/on_device.py: the bench of the
# firmware in place of the station, and one line of JSON per order over the console. It ends with
# Ctrl-C, and with open contactors. The names begin with cc_: they share the globals of a main.py
# that was stopped.
import gc
import json
import select
import sys

CC_LINE_MAX = 1024
# A UART at 115200 writes 12 characters per ms and holds Python up meanwhile: an answer in one go
# would be a gap of the safety step (R13) long enough to open a contactor.
CC_PART = 64


def cc_forget(names):
    # The station that was stopped gives its heap back: what main.py has named and imported.
    for name in names:
        globals().pop(name, None)
    for name in list(sys.modules):
        if name.split(".")[0] in ("chargecore", "boards"):
            del sys.modules[name]
    gc.collect()


def cc_board():
    # boot.py's work once more: pins that a PIO program holds are given back first.
    import board

    try:
        import rp2

        rp2.PIO(0).remove_program()
    except (ImportError, AttributeError, OSError, ValueError):
        pass
    board.set_safe_levels()
    return board.Board()


class CcConsole:
    # Takes a line when there is one; never waits.
    def __init__(self, board):
        self._board = board
        self._poller = select.poll()
        self._poller.register(sys.stdin, select.POLLIN)
        self._line = ""
        self._left = ""  # of the answer

    def serve(self):
        cc_feed()  # noqa: F821  of device/on_device.py
        if self._left:
            sys.stdout.write(self._left[:CC_PART])
            self._left = self._left[CC_PART:]
            return
        while self._poller.poll(0):
            sign = sys.stdin.read(1)
            if sign == "\x03":  # from a console that takes Ctrl-C for a character
                raise KeyboardInterrupt
            if sign == "\n":
                line, self._line = self._line, ""
                self._answer(line)
                return
            if sign and sign != "\r" and len(self._line) < CC_LINE_MAX:
                self._line += sign

    def _answer(self, line):
        try:
            request = json.loads(line)
        except ValueError:
            request = None
        self._left = "bench> " + json.dumps(self._board.bench.answer(request)) + "\n"


def cc_bench(names):
    cc_forget(names)
    made = cc_board()
    if made.trouble is not None:
        print("bench! " + made.trouble)
        return
    if not getattr(made, "connectors", None):
        print("bench! the service pin still calls for service: let go of it")
        return
    from chargecore.bench.bench import run

    print("bench! up")
    run(made, CcConsole(made).serve)
