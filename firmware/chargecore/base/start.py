"""start(): the station of a chip from power-on to restart, and what comes where it cannot run.

Called by: main.py on a chip. Without a station.json that makes sense, or without room for the
station, nothing is built that could close a contactor: outputs stay as boot.py has set them, the
dead man gets no edges, the console says what is wrong and takes Ctrl-C, so that `chargecore
provision` can come in. Heap: texts, when something is wrong.
"""

from micropython import const

from chargecore.base.errors import ConfigError
from chargecore.base.ticks import ticks_add, ticks_diff

_SAY_MS = const(10_000)
# Of a field of a kind that nobody thought of, or of a mistake of ours.
_OTHERS = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
_AGAIN_MS = const(600_000)  # whatever it was may be gone: a radio that hung, a flash that was full


def start(make_board, run):
    """Run the station on the board that make_board() returns. run: main.run.

    Return only to the console: for service, and when somebody interrupts.
    """
    board = make_board()
    try:
        if board.wants_service:
            board.say("service: no station runs; reset without the service pin ends it")
            board.attend()
            return
        trouble = board.trouble
        if trouble is None:
            board.lock_console()
            trouble = _trouble_of(board, run)
        if trouble is not None:
            board.unlock_console()
            _wait(board, trouble)
        board.restart()
    except KeyboardInterrupt:
        board.attend()
        raise
    finally:
        board.release()


def _trouble_of(board, run):
    """Run the station. Return what kept it from running, None when a restart is due."""
    try:
        run(board)
    except ConfigError as error:
        return "station.json: field " + str(error.args[0])
    except MemoryError:
        return "the station does not fit into the memory"
    except OSError as error:
        return "the station ended: " + str(error)
    except _OTHERS as error:  # its text may quote what nobody else is to read
        return "the station ended with a " + type(error).__name__
    return None


def _wait(board, trouble):
    """Say again and again what is wrong; end when it is time to try once more."""
    say_at_ms = board.ticks_ms()
    until_ms = ticks_add(say_at_ms, _AGAIN_MS)
    while board.is_running:
        now_ms = board.ticks_ms()
        if ticks_diff(now_ms, until_ms) >= 0:
            return
        if ticks_diff(now_ms, say_at_ms) >= 0:
            board.say(trouble + "; nothing charges before that is put right")
            say_at_ms = ticks_add(now_ms, _SAY_MS)
        board.idle()
