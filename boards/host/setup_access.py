"""SetupAccess: the set-up page of the host board, at a port of this PC instead of a radio.

Called by: Simulator, before each boot, when `chargecore sim --setup-page` wants it. The station
file that it writes lies in the state folder and counts from the next boot on. The label (network,
password, code) lies beside it, as on a chip.
"""

import gc
import json

from chargecore.setup import setup_file
from chargecore.setup.draft import Draft, missing_field
from chargecore.setup.plug_watch import PlugWatch
from chargecore.setup.station_check import wrong_field
from chargecore.setup.window import Window

# What the simulated radio sees: names that a page has to show as they are, too.
_NETWORKS = (
    ("Depot", -48, False),
    ("Café & Bar <Gäste>", -63, True),
    ("FRITZ!Box 7590", -71, False),
    ("workshop-24", -84, False),
)


class HostRadio:
    """A port of this PC. The networks are always the same."""

    answers_names = False  # port 53 of a PC is not ours

    def __init__(self, ip_text, port):
        self.ip_text = ip_text
        self.port = port
        self.hosts = ("{}:{}".format(ip_text, port).encode(),)

    def open(self):
        """There is nothing to start."""
        return True

    def close(self):
        """There is nothing to stop."""

    def scan(self):
        """Return what is seen."""
        return list(_NETWORKS)


class SetupAccess:
    """options: those of sim_main.py; `setup` is {"host", "port"}."""

    def __init__(self, board, options):
        self._board = board
        self._radio = HostRadio(options["setup"]["host"], options["setup"]["port"])
        self._station_path = options["state"] + "/station.json"
        self._label_path = options["state"] + "/setup.json"
        self._given = dict(board.config)

    def load(self):
        """Let the board have what the page has saved; return what keeps a station from running."""
        board = self._board
        board.config.clear()
        board.config.update(self._given)
        board.config.update(self._kept())
        field = wrong_field(board.config)
        return None if field is None else "station.json: field " + field

    def open(self, now_ms):
        """Return the open Window, None when it cannot be."""
        board = self._board
        station = dict(board.config)
        field = missing_field(station)
        if field is not None:
            board.say("set-up page: no use, station.json lacks " + field)
            return None
        label = setup_file.read(self._label_path)
        if label is None:
            label = setup_file.make()
            setup_file.write(self._label_path, label)
        board.say("set-up page: code %(code)s" % label)
        gc.collect()
        hw = board.connectors[0]
        window = Window(board.sockets, self._radio, PlugWatch(hw.pilot_adc), board.say)
        draft = Draft(station, True)
        return window if window.open(label["code"], draft, self._save, now_ms) else None

    def _kept(self):
        """Return the station file that the page has written, empty while there is none."""
        try:
            with open(self._station_path) as file:
                return json.load(file)
        except OSError:
            return {}

    def _save(self, station):
        setup_file.write(self._station_path, station)
        return True
