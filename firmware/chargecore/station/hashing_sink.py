"""HashingSink: passes a download on to the BundleWriter, and sums every byte of it.

Called by: Update, as the sink of a signed bundle; also what the writer throws away counts for the
signature. Loaded while an update is under way. Heap: a hash and views of the buffer.
"""

import hashlib


class HashingSink:
    """Same promises as BundleWriter.take(): a transfer goes on behind the bytes taken so far."""

    def __init__(self, writer):
        self._writer = writer
        self._hash = None
        self.most_b = writer.most_b

    def begin(self):
        """Begin a new bundle, as the writer does."""
        self._hash = hashlib.sha256()

    def take(self, buf, at, count):
        """Take buf[at:at + count]. Return OK, or E_LENGTH when it is longer than can be."""
        self._hash.update(memoryview(buf)[at : at + count])
        return self._writer.take(buf, at, count)

    def digest(self):
        """Return the SHA-256 of everything. Once, at the end."""
        digest = self._hash.digest()
        self._hash = None
        return digest
