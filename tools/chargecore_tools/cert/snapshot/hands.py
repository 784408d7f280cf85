"""Who plugs the cable for a measurement: the simulator, or somebody who is asked to."""

import typer


class SimHands:
    """client: a SimClient."""

    def __init__(self, client):
        self._client = client

    def plug(self, connector):
        """Put the cable into a car that charges."""
        self._client.do("plug", connector=connector, auto=True, amps=16, phases=3)

    def unplug(self, connector):
        """Pull the cable."""
        self._client.do("unplug", connector=connector)


class AskingHands:
    """Asks in the terminal, and waits for Enter."""

    def plug(self, connector):
        """Ask for the cable."""
        _ask(f"plug a car, or a car simulator in state C, into connector {connector}")

    def unplug(self, connector):
        """Ask for it back."""
        _ask(f"pull the cable out of connector {connector}")


def _ask(what):
    typer.prompt(f"please {what}, then press Enter", default="", show_default=False, err=True)
