"""SetupAccess: the set-up page of a chip, where it is due (setup_due) or was asked for.

Called by: ChipBoard. Loads what the page needs; unload_setup() gives it back.
"""

import gc
import socket

import network

from boards.shared import station_file
from boards.shared.access_point import AccessPoint
from chargecore.base.modules import unload
from chargecore.setup import setup_file
from chargecore.setup.draft import Draft, missing_field
from chargecore.setup.plug_watch import PlugWatch
from chargecore.setup.window import Window

_LOADED = (
    "setup.window setup.desk setup.door setup.page setup.page_frame setup.draft"
    " setup.station_check setup.setup_file setup.words setup.plug_watch net.http_server"
    " net.http_caller net.http_request net.http_answer net.dns_answerer net.form"
)


class SetupAccess:
    """paths: of station.json and setup.json. pilot: (adc, sampler), for PlugWatch."""

    def __init__(self, paths, pilot, has_wifi, say):
        self._station_path, self._label_path = paths
        self._pilot = pilot
        self._has_wifi = has_wifi
        self._say = say

    def open(self, now_ms):
        """Return the open Window, None when it cannot be."""
        station = station_file.read_any(self._station_path)
        field = missing_field(station)
        if field is not None:
            self._say("set-up page: no use, station.json lacks " + field + ": provision it first")
            return None
        label = setup_file.read(self._label_path)
        if label is None:
            label = self._new_label()
        if label is None:
            return None
        self._say("set-up page: network %(network)s, password %(password)s, code %(code)s" % label)
        gc.collect()
        radio = AccessPoint(network.WLAN, network.STA_IF, network.AP_IF, label)
        window = Window(socket, radio, PlugWatch(*self._pilot), self._say)
        draft = Draft(station, self._has_wifi)
        return window if window.open(label["code"], draft, self._save, now_ms) else None

    def _save(self, station):
        try:
            setup_file.write(self._station_path, station)
        except OSError:
            return False
        return True

    def _new_label(self):
        """Return a label that is on flash from now on, None when it cannot be kept."""
        label = setup_file.make()
        try:
            setup_file.write(self._label_path, label)
        except OSError as error:
            self._say("set-up page: no room for its code: " + str(error))
            return None
        return label


def unload_setup():
    """Give back what was loaded for the page."""
    unload(["chargecore." + word for word in _LOADED.split()])
    gc.collect()
