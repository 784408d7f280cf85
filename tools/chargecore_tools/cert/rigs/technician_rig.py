"""TechnicianRig: asks a person at the terminal to act, and waits until it is done."""

from chargecore_tools.cert.errors import CertError, RigCannot

TASKS = {
    "plug": "Plug the cable of the car into connector {connector}.",
    "unplug": "Pull the cable of connector {connector} out of the car, and off the station.",
    "swipe": "Hold the card {tag} to the reader.",
    "fault": "Provoke the fault {kind} at connector {connector} (0: of the whole station).",
    "heal": "Put the fault {kind} at connector {connector} right.",
    "jam_lock": "Block the cable lock of connector {connector}.",
    "free_lock": "Free the cable lock of connector {connector}.",
    "car_draws": "Let the car at connector {connector} draw {amps} A at most.",
    "car_state": "Let the car at connector {connector} go to state {state}.",
    "power_cycle": "Switch the station off and on again.",
    "cut_power": "Switch the station off, and leave it off.",
    "restore_power": "Switch the station on.",
    "cut_network": "Cut the station's network, at the cable or the router.",
    "restore_network": "Bring the station's network back.",
    "ask": "{text}",
}
_HOW = "Enter: done. n: cannot be done here. q: end the run."


class TechnicianRig:
    """ask(prompt): returns a line, as input() does; tell(text): shows one."""

    name = "technician"

    def __init__(self, ask=input, tell=print):
        self._ask = ask
        self._tell = tell

    def act(self, name, connector, **fields):
        """Ask for one act; return when the person says that it is done."""
        more = {key: value for key, value in fields.items() if "{" + key + "}" not in TASKS[name]}
        task = TASKS[name].format(connector=connector, **fields)
        extra = ", ".join(f"{key} {value}" for key, value in more.items())
        self._tell(f"\n>>> {task}{f' ({extra})' if extra else ''}\n    {_HOW}")
        while True:
            word = self._read()
            if word in ("", "y", "yes", "done"):
                return
            if word in ("n", "no", "cannot"):
                raise RigCannot(f"the technician cannot: {task}")
            if word in ("q", "quit"):
                raise KeyboardInterrupt
            self._tell(f"    {_HOW}")

    def close(self):
        """Nothing is open."""

    def _read(self):
        try:
            return self._ask("    ").strip().lower()
        except EOFError:
            raise CertError("--ask: nobody is at the terminal") from None
