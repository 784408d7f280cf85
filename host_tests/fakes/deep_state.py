"""deep_state(): everything a graph of objects holds, as one list that can be compared.

Used by: tests that promise that nothing has changed. An object seen before is its number.
"""

from array import array

_PLAIN = (int, float, str, bytes, bool, type(None))
_FLAT = (bytearray, array, memoryview)


def deep_state(roots, skipped=()):
    """Return (path, value) of all that can be reached; instances of `skipped` are left out."""
    found = []
    numbers = {}
    _walk(list(roots), "", skipped, numbers, found)
    return found


def changes(before, after):
    """Return what differs between two states, at most ten of it."""
    pairs = [pair for pair in zip(before, after) if pair[0] != pair[1]]
    return pairs[:10] or ([len(before), len(after)] if len(before) != len(after) else [])


def _walk(value, path, skipped, numbers, found):
    if isinstance(value, _PLAIN):
        found.append((path, value))
        return
    if isinstance(value, skipped) or callable(value):
        return
    if id(value) in numbers:
        found.append((path, numbers[id(value)]))
        return
    numbers[id(value)] = (type(value).__name__, len(numbers))
    if isinstance(value, _FLAT):
        found.append((path, bytes(value)))
    elif isinstance(value, dict):
        for name in value:
            _walk(value[name], f"{path}[{name!r}]", skipped, numbers, found)
    elif isinstance(value, (list, tuple)):
        found.append((path, len(value)))
        for i, item in enumerate(value):
            _walk(item, f"{path}[{i}]", skipped, numbers, found)
    else:
        for name in vars(value):
            _walk(getattr(value, name), f"{path}.{name}", skipped, numbers, found)
