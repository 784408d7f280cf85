"""start(): the station of a chip from power-on to restart, and what comes where it cannot run.

Called by: main.py on a chip. Without a station.json that makes sense, or without room for the
station, nothing is built that could close a contactor: outputs stay as boot.py has set them, the
dead man gets no edges, the console says what is wrong and takes Ctrl-C, so that `chargecore
provision` can come in; and the set-up page opens, if the board has one and it is due
(docs/setup_page.md). Heap: texts, when something is wrong.
"""

from micropython import const

from chargecore.base.errors import ConfigError
from chargecore.base.ticks import ticks_add, ticks_diff

_OF_STATION_FILE = "station.json: "
_SAY_MS = const(10_000)
_PRESS_MS = const(10_000)  # of the service button: asks for the set-up page
_JUMPER_MS = const(30_000)
# Of a field of a kind that nobody thought of, or of a mistake of ours.
_OTHERS = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
_ENDING = (MemoryError, OSError) + _OTHERS  # ends the page, not what comes after it
_HANG_MS = const(8_000)  # longer than a search for networks, less than the most an RP2 can
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
            if _is_long_press(board) and show_page(board, None, True):
                board.restart()
            return
        trouble = board.trouble
        if trouble is None:
            board.lock_console()
            if not show_page(board, None, False):
                trouble = _trouble_of(board, run)
        if trouble is not None:
            board.unlock_console()
            if not show_page(board, trouble, False):
                _wait(board, trouble)
        board.restart()
    except KeyboardInterrupt:
        board.attend()
        raise
    finally:
        board.release()


def show_page(board, trouble, is_asked):
    """Keep the set-up page open while it may be, if it is due. Return whether a restart is due.

    It is for what a station file lacks: no other trouble goes away by it. Where a station can run
    the next boot runs it, whatever has closed the page.
    """
    if trouble is not None and not trouble.startswith(_OF_STATION_FILE):
        return False
    window = board.setup_window(trouble, is_asked)
    if window is None:
        return False
    # Where a station would run, no radio that hangs may keep it from that for ever.
    watchdog = board.watchdog if trouble is None and not is_asked else None
    if watchdog is not None:
        watchdog.start(_HANG_MS)
    try:
        while board.is_running and window.poll(board.ticks_ms()):
            if watchdog is not None:
                watchdog.feed()
            board.idle()
    except _ENDING as error:  # its text may quote what was typed
        board.say("set-up page: ended with a " + type(error).__name__)
    finally:
        window.close("interrupted")
        board.close_setup()
    return window.is_saved or trouble is None


def _is_long_press(board):
    """Wait for the end of a press of the service button. Return whether it asks for the page.

    A pin that stays low is a jumper: that is for the console alone.
    """
    began_at_ms = board.ticks_ms()
    held_ms = 0
    while held_ms < _JUMPER_MS and board.is_service_held():
        board.idle()
        held_ms = ticks_diff(board.ticks_ms(), began_at_ms)
    return _PRESS_MS <= held_ms < _JUMPER_MS


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
