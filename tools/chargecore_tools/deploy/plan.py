"""Plan: what has to be done so that the board boots an application. Asks nobody."""

import hashlib
from dataclasses import dataclass, field

from chargecore_tools.device.errors import DeviceError

_SPARE_BLOCKS = 4  # littlefs moves its folders around


@dataclass
class Plan:
    """Paths in `send`, `move` and `drop` are from the copy's folder, in `root` from /."""

    letter: str  # the copy that is written
    send: dict = field(default_factory=dict)  # {path: bytes} through the cable
    move: list = field(default_factory=list)  # paths that the other copy has already
    drop: list = field(default_factory=list)  # paths that are no longer wanted
    root: dict = field(default_factory=dict)  # {path: bytes}
    is_copy_needed: bool = True  # False: the board boots this copy already
    marks: str = ""  # what `slot` says afterwards, "" as it is

    @property
    def is_empty(self):
        """Whether the board has everything already."""
        return not self.is_copy_needed and not self.root and not self.marks

    @property
    def send_b(self):
        """Return the bytes that go through the cable."""
        return sum(map(len, (*self.send.values(), *self.root.values())))


def plan_of(application, copies):
    """Return the Plan."""
    wanted = {path: _row(data) for path, data in application.copy.items()}
    root = {
        path: data
        for path, data in application.root.items()
        if copies.root_sums.get("/" + path) != _row(data)
    }
    good = copies.good
    for letter in (copies.next, good):
        if letter and copies.sums[letter] == wanted and _same(application, copies, letter):
            marks = "" if copies.next == letter else letter + "-"
            return Plan(letter, root=root, is_copy_needed=False, marks=marks)
    letter = "a" if good is None else "ab".replace(good, "")
    there, other = copies.sums[letter], copies.sums["b" if letter == "a" else "a"]
    plan = Plan(letter, root=root, marks=good + letter if good else letter + "-")
    for path, row in wanted.items():
        if there.get(path) == row:
            continue
        if other.get(path) == row:
            plan.move.append(path)
        else:
            plan.send[path] = application.copy[path]
    plan.drop = sorted(set(there) - set(wanted))
    return plan


def require_room(plan, application, copies, facts):
    """Raise DeviceError when the file system cannot hold it. Files take whole blocks."""

    def blocks(size_b):
        return -(-size_b // facts.block_b)

    there = copies.sums[plan.letter]
    freed = sum(blocks(there[path][0]) for path in plan.drop)
    freed += sum(blocks(there[path][0]) for path in (*plan.send, *plan.move) if path in there)
    needed = sum(blocks(len(application.copy[path])) for path in (*plan.send, *plan.move))
    needed += sum(blocks(len(data)) for data in plan.root.values()) + _SPARE_BLOCKS
    free = facts.free_b // facts.block_b + freed
    if needed > free:
        raise DeviceError(
            f"no space: {needed * facts.block_b // 1024} KiB are needed for the second copy, "
            f"{free * facts.block_b // 1024} KiB can be had of {facts.total_b // 1024} KiB",
            "docs/figures.md tells which mode fits this board; chargecore build makes an image",
        )


def _same(application, copies, letter):
    return copies.manifests[letter] == _row(application.manifest)


def _row(data):
    return len(data), hashlib.sha256(data).hexdigest()
