"""SoakDesk: what a customer of the soak acts through; remembers it, refuses on demand."""

from chargecore_tools.sim_client import SimRefused


class SoakDesk:
    """`done` holds every command in order; `is_reader_busy` refuses cards."""

    def __init__(self):
        self.done = []
        self.blocked = set()  # cards that the server does not accept
        self.is_reader_busy = False
        self._cards = 0

    def do(self, cmd, **fields):
        """Take a control command."""
        if cmd == "swipe" and self.is_reader_busy:
            raise SimRefused("swipe: the reader still holds the previous card")
        self.done.append((cmd, fields))

    def new_card(self, is_blocked):
        """Return a card that was never used."""
        self._cards += 1
        card = f"T{self._cards}"
        if is_blocked:
            self.blocked.add(card)
        return card

    def remote_start(self, connector, card):
        """Take the wish for a session."""
        self.done.append(("remote_start", {"connector": connector, "id_tag": card}))

    def remote_stop(self, transaction_id):
        """Take the wish for the end of a session."""
        self.done.append(("remote_stop", {"transaction_id": transaction_id}))

    def commands(self):
        """Return the names of what was done."""
        return [name for name, _fields in self.done]
