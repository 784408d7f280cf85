"""Scratch folders for tests that write files, on both interpreters."""

import os


def new_folder(case):
    """Return the path of a new, empty folder; case removes it when it is done."""
    name = "/tmp/chargecore-" + "".join(["%02x" % value for value in os.urandom(6)])
    os.mkdir(name)
    case.addCleanup(_remove, name)
    return name


def _remove(name):
    for entry in os.listdir(name):
        os.remove(name + "/" + entry)
    os.rmdir(name)


def read_bytes(path):
    """Return the whole file."""
    with open(path, "rb") as file:
        return file.read()


def write_bytes(path, data):
    """Replace the file."""
    with open(path, "wb") as file:
        file.write(data)
