"""NoSecurityDesk: stands in where the security whitepaper is not loaded.

Called by: whoever would report to a SecurityDesk. Heap: none.
"""


class NoSecurityDesk:
    """Nothing is kept, nothing is sent."""

    def report(self, code, info=b""):
        """Let it pass."""

    def flush(self):
        """There is nothing to write."""
