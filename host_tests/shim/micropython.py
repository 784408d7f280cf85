"""The micropython module on CPython: const, code emitters, and a heap lock that locks nothing."""

import pointers

_POINTERS = (pointers.ptr8, pointers.ptr16, pointers.ptr32)


def const(value):
    """Return value: CPython has no compile-time constants."""
    return value


def native(function):
    """Return function as it is."""
    return function


def viper(function):
    """Return function with its pointer arguments and its result converted as viper does."""
    notes = function.__annotations__
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    casts = [(idx, notes[n]) for idx, n in enumerate(names) if notes.get(n) in _POINTERS]
    result_type = notes.get("return")
    if result_type not in (int, bool):
        result_type = None
    if len(names) > 4:
        raise SyntaxError("viper functions take at most 4 arguments: " + function.__name__)

    def viper_function(*args):
        values = list(args)
        for idx, cast in casts:
            values[idx] = cast(values[idx])
        result = function(*values)
        return result if result_type is None else result_type(result)

    viper_function.__name__ = function.__name__
    viper_function.__doc__ = function.__doc__
    viper_function.__wrapped__ = function
    return viper_function


def heap_lock():
    """Do nothing: only the real VM can lock its heap."""


def heap_unlock():
    """Do nothing, and report that the lock depth is 0."""
    return 0


def schedule(function, arg):
    """Call function at once."""
    function(arg)


def opt_level(level=0):
    """Return 0: CPython keeps its own optimisation level."""
    return 0


def alloc_emergency_exception_buf(size):
    """Do nothing: CPython always has room for an exception."""


def kbd_intr(character):
    """Do nothing: Ctrl-C belongs to CPython."""


def mem_info(verbose=False):
    """Do nothing: there is no MicroPython heap to print."""
