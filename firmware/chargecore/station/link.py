"""Link: what the station knows of the server. Written by the protocol adapter. Heap: none."""


class Link:
    """The facts that decide between asking and the offline rules, and when a reset may go on."""

    def __init__(self):
        self.is_online = False  # connected, and the boot was accepted: our calls get answers
        self.is_known = False  # a server has accepted this station at least once, ever (B11)
        self.is_busy = False  # a call or an answer is under way
