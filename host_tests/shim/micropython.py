"""The micropython module on CPython: const, code emitters, and a heap lock that locks nothing."""

import os

import pointers
import quick

_POINTERS = (pointers.ptr8, pointers.ptr16, pointers.ptr32)
_CASTS = {cast.__name__: cast for cast in _POINTERS}


def const(value):
    """Return value: CPython has no compile-time constants."""
    return value


def native(function):
    """Return function as it is."""
    return function


def viper(function):
    """Return function with its pointer arguments and its result converted as viper does.

    What comes is called as the function itself is; `__wrapped__` is the function.
    """
    notes = function.__annotations__
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    if len(names) > 4:
        raise SyntaxError("viper functions take at most 4 arguments: " + function.__name__)
    whole_name = function.__module__ + "." + function.__name__
    if whole_name in quick.STAND_INS and _has_stand_ins():
        return quick.STAND_INS[whole_name]
    casts = [notes[n].__name__ + f"({n})" if notes.get(n) in _POINTERS else n for n in names]
    call = f"function({', '.join(casts)})"
    if notes.get("return") in (int, bool):
        call = f"{notes['return'].__name__}({call})"
    made = {**_CASTS, "function": function}
    exec(f"def viper_function({', '.join(names)}):\n    return {call}\n", made)
    viper_function = made["viper_function"]
    viper_function.__name__ = function.__name__
    viper_function.__doc__ = function.__doc__
    viper_function.__wrapped__ = function
    return viper_function


def _has_stand_ins():
    """Tell whether quick stand-ins may be used: not where the firmware's text was rewritten."""
    return not os.environ.get("CHARGECORE_EVERY_LINE")


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
