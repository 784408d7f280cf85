# Runs on the board, sent through the raw REPL: what the tools need there in one go, so that a
# file costs one round trip and not one per block. The names begin with cc_: they share the
# globals of a main.py that was stopped.
import binascii
import gc
import hashlib
import os

cc_buf = bytearray(1024)
cc_file = None
cc_watchdog = None


def cc_stop():
    # A version on trial runs under the watchdog that board.watch_trial() has started, and nothing
    # stops that: while the tools work it is fed here, even when main.py had not come so far as to
    # let a timer do it. Otherwise none runs when a console is open.
    global cc_watchdog  # noqa: PLW0603  all of this runs in the board's __main__
    gc.collect()
    try:
        import board

        with open(board.slots_root + "/slot", "rb") as file:
            if file.read(1).decode() != board.slot:
                import machine

                cc_watchdog = machine.WDT(timeout=8_388)
    except (ImportError, AttributeError, OSError):
        pass  # there is nothing of ours on the board
    cc_feed()


def cc_feed():
    if cc_watchdog is not None:
        cc_watchdog.feed()


def cc_sum(path):
    digest = hashlib.sha256()
    view = memoryview(cc_buf)
    with open(path, "rb") as file:
        while True:
            count = file.readinto(cc_buf)
            if not count:
                break
            digest.update(view[:count])
            cc_feed()
    return binascii.hexlify(digest.digest()).decode()


def cc_sums(folder):
    # One line per file: size, hash, path.
    try:
        entries = sorted(os.ilistdir(folder))
    except OSError:
        return
    for entry in entries:
        path = folder.rstrip("/") + "/" + entry[0]
        if entry[1] == 0x4000:
            cc_sums(path)
        else:
            print(os.stat(path)[6], cc_sum(path), path)


def cc_make(path):
    at = path.find("/", 1)
    while at > 0:
        try:
            os.mkdir(path[:at])
        except OSError:
            os.stat(path[:at])
        at = path.find("/", at + 1)


def cc_open(path):
    global cc_file  # noqa: PLW0603
    cc_make(path)
    cc_file = open(path, "wb")


def cc_write(text):
    cc_file.write(binascii.a2b_base64(text))
    cc_feed()


def cc_close(path):
    global cc_file  # noqa: PLW0603
    cc_file.close()
    cc_file = None
    print(cc_sum(path))


def cc_copy(source, path):
    cc_open(path)
    view = memoryview(cc_buf)
    with open(source, "rb") as file:
        while True:
            count = file.readinto(cc_buf)
            if not count:
                break
            cc_file.write(view[:count])
            cc_feed()
    cc_close(path)


def cc_remove(path):
    try:
        os.remove(path)
    except OSError:
        pass
    cc_feed()


def cc_tidy(folder):
    # Removes folders that hold nothing.
    for entry in list(os.ilistdir(folder)):
        if entry[1] == 0x4000:
            path = folder + "/" + entry[0]
            cc_tidy(path)
            try:
                os.rmdir(path)
            except OSError:
                pass


def cc_read(path):
    with open(path, "rb") as file:
        while True:
            count = file.readinto(cc_buf)
            if not count:
                break
            print(binascii.b2a_base64(memoryview(cc_buf)[:count]).decode(), end="")


cc_stop()
