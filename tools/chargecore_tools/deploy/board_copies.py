"""BoardCopies: what lies on the board now: the two copies, the mark, the files outside."""

import ast
from dataclasses import dataclass

ROOT = "/app"  # slots_root of every board.py
_MARKS = ("a-", "b-", "ab", "ba")


@dataclass
class BoardCopies:
    """Sums are {path from the copy's folder: (bytes, SHA-256)}, read from flash."""

    marks: str  # good copy, then the one to be tried or "-"
    sums: dict  # {"a": sums, "b": sums}
    root_sums: dict  # {path from /: ...} of what lies outside
    manifests: dict  # {"a": (bytes, SHA-256) of the manifest, None without one, ...}
    versions: dict  # {"a": text, "" without a manifest, ...}

    @property
    def good(self):
        """Return "a" or "b", the copy that boots; None when there is none."""
        letter = self.marks[0]
        return letter if self.manifests[letter] is not None else None

    @property
    def next(self):
        """Return the copy that the next boot takes; None without one."""
        trial = self.marks[1]
        return trial if trial != "-" and self.manifests[trial] is not None else self.good


def read_copies(link, root_paths):
    """Ask the board. root_paths: files outside the copies that matter."""
    sums = {}
    manifests = {}
    versions = {}
    for letter in ("a", "b"):
        folder = f"{ROOT}/{letter}"
        found = link.sums(folder)
        sums[letter] = {path[len(folder) + 1 :]: row for path, row in found.items()}
        sums[letter].pop("manifest.new", None)
        manifests[letter] = sums[letter].pop("manifest", None)
        versions[letter] = _version(link, folder) if manifests[letter] else ""
    root_sums = {}
    question = f"for p in {sorted(root_paths)!r}:\n try: print(os.stat(p)[6], cc_sum(p), p)\n"
    for line in link.exec(question + " except OSError: pass\n").splitlines():
        size, digest, path = line.split(" ", 2)
        root_sums[path] = int(size), digest
    return BoardCopies(_marks(link, manifests), sums, root_sums, manifests, versions)


def _version(link, folder):
    code = "with open({!r}, 'rb') as f: print(repr(f.read(f.read(1)[0])))"
    found = ast.literal_eval(link.exec(code.format(folder + "/manifest")).strip())
    return found.decode("utf-8", "replace")


def _marks(link, manifests):
    """Read as boot_slot.read() does."""
    text = (link.read(ROOT + "/slot") or b"").decode("ascii", "replace").strip()
    if text in _MARKS:
        return text
    return "a-" if manifests["a"] is not None or manifests["b"] is None else "b-"


def rows_of(manifest):
    """Return {path: (bytes, SHA-256 in hex)} that a manifest promises."""
    found = {}
    at = 1 + manifest[0]
    while at + 37 <= len(manifest):
        name_len = manifest[at]
        size = int.from_bytes(manifest[at + 1 : at + 5], "little")
        name = manifest[at + 37 : at + 37 + name_len].decode("ascii", "replace")
        found[name] = size, manifest[at + 5 : at + 37].hex()
        at += 37 + name_len
    return found
