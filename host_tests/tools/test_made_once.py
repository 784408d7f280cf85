"""made_once: one makes it, the others wait; a maker that fails leaves it to the next."""

import gc
import threading
import time

import pytest

from chargecore_tools.image.made_once import made_once


def test_makes_it_once_when_several_want_it(tmp_path):
    """Each holds a lock file of its own, as processes do."""
    path = tmp_path / "kept"
    calls = []

    def make():
        calls.append(gc.isenabled())
        time.sleep(0.05)
        path.write_text("whole")

    threads = [threading.Thread(target=made_once, args=(path, make)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert calls == [False]
    assert gc.isenabled()
    assert made_once(path, make).read_text() == "whole"


def test_is_made_by_the_next_one_when_it_could_not_be_made(tmp_path):
    path = tmp_path / "kept"

    with pytest.raises(ZeroDivisionError):
        made_once(path, lambda: 1 // 0)

    assert gc.isenabled()
    assert made_once(path, path.touch) == path
