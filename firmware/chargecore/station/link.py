"""Link: what the station knows of the server. Written by the protocol adapter. Heap: none."""


class Link:
    """Two facts that decide between asking and the offline rules."""

    def __init__(self):
        self.is_online = False  # connected, and the boot was accepted: our calls get answers
        self.is_known = False  # a server has accepted this station at least once, ever (B11)
