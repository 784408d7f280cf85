"""SHA256SUMS: the list of all frozen files, as sha256sum(1) writes and checks it."""

import hashlib

SUMS = "SHA256SUMS"


def rows_of(files):
    """Return [{"path", "bytes", "sha256"}] of {path: bytes}, by path."""
    return [
        {"path": path, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for path, data in sorted(files.items())
    ]


def sums_text(rows):
    """Return the text of SHA256SUMS; its own SHA-256 is the frozen hash."""
    ordered = sorted(rows, key=lambda row: row["path"].encode("ascii"))
    return "".join(f"{row['sha256']}  {row['path']}\n" for row in ordered)


def frozen_hash(rows):
    """Return the frozen hash of the rows."""
    return hashlib.sha256(sums_text(rows).encode("ascii")).hexdigest()
