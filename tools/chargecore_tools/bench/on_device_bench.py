# Runs on the board, sent through the raw REPL behind device/on_device.py: the bench of the
# firmware in place of the station, and one line of JSON per order over the console. It ends with
# Ctrl-C, and with open contactors. The names begin with cc_: they share the globals of a main.py
# that was stopped.
import gc
import json
import select
import sys

CC_LINE_MAX = 1024
CC_KEPT = ("binascii", "gc", "hashlib", "json", "os", "select", "sys", "CC_LINE_MAX", "CC_KEPT")


def cc_forget():
    # The station that was stopped gives its heap back: what it has imported, and main.py's names.
    for cc_name in list(globals()):
        if not cc_name.startswith(("cc_", "__")) and cc_name not in CC_KEPT:
            del globals()[cc_name]
    for cc_name in list(sys.modules):
        if cc_name.split(".")[0] in ("chargecore", "boards"):
            del sys.modules[cc_name]
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

    def serve(self):
        cc_feed()  # noqa: F821  of device/on_device.py
        while self._poller.poll(0):
            sign = sys.stdin.read(1)
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
        print("bench> " + json.dumps(self._board.bench.answer(request)))


def cc_bench():
    cc_forget()
    cc_made = cc_board()
    if cc_made.trouble is not None:
        print("bench! " + cc_made.trouble)
        return
    if not getattr(cc_made, "connectors", None):
        print("bench! the service pin still calls for service: let go of it")
        return
    from chargecore.bench.bench import run

    print("bench! up")
    run(cc_made, CcConsole(cc_made).serve)
