"""firmware_image: an image is made once, and again when a source has changed."""

import threading
import time

import pytest

from chargecore_tools.image import firmware_image


@pytest.fixture
def root(tmp_path):
    """A repository of one module."""
    (tmp_path / "firmware").mkdir()
    (tmp_path / "firmware" / "main.py").write_text("print(1)\n")
    return tmp_path


def test_makes_the_image_once_when_nothing_changes(root, monkeypatch):
    image = firmware_image.image_of(root)
    monkeypatch.delattr(firmware_image, "_make")

    assert firmware_image.image_of(root) == image
    assert image.stat().st_size > 0
    assert image.with_suffix(".json").exists()
    assert image.with_suffix(".functions").exists()


def test_makes_another_image_when_a_source_has_changed(root):
    image = firmware_image.image_of(root)
    (root / "firmware" / "main.py").write_text("print(2)\n")

    other = firmware_image.image_of(root)

    assert other != image
    assert other.read_bytes() != image.read_bytes()


def test_is_made_by_one_thread_when_several_want_it(root, monkeypatch):
    at_work = []
    most = []
    make = firmware_image._make

    def watch(image, texts, readers):
        at_work.append(image)
        most.append(len(at_work))
        time.sleep(0.05)
        make(image, texts, readers)
        at_work.remove(image)

    monkeypatch.setattr(firmware_image, "_make", watch)
    threads = [threading.Thread(target=firmware_image.image_of, args=(root,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == [1]
