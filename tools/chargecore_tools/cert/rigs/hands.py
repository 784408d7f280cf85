"""Hands: acts through a rig, notes every act in the record, and undoes them after the case."""

import contextlib
import time

from chargecore_tools.cert.errors import RigCannot

_UNDO = {
    "plug": "unplug",
    "fault": "heal",
    "jam_lock": "free_lock",
    "cut_network": "restore_network",
    "cut_power": "restore_power",
}
_OF_STATION = ("swipe", "ask", "power_cycle", "cut_power", "restore_power")
_OF_STATION += ("cut_network", "restore_network")


class Hands:
    """rig: one of this package; pause_s: behind each act, of real time, for relays."""

    def __init__(self, rig, record, pause_s=0.0):
        self._rig = rig
        self._record = record
        self._pause_s = pause_s
        self._done = []  # (act that undoes, connector, fields), the newest last

    @property
    def name(self):
        """Return the name of the rig."""
        return self._rig.name

    def act(self, name, connector, **fields):
        """Do one act and return its entry in the record. Errors: RigCannot, CertError."""
        where = [] if name in _OF_STATION else [f"connector {connector}"]
        words = [name, *where] + [f"{k} {v}" for k, v in fields.items()]
        entry = self._record.note_act(", ".join(words))
        self._rig.act(name, connector, **fields)
        time.sleep(self._pause_s)
        kept = {"kind": fields["kind"]} if "kind" in fields else {}
        if name in _UNDO:
            self._done.append((_UNDO[name], connector, kept))
        else:
            row = (name, connector, kept)
            if row in self._done:
                self._done.remove(row)
        return entry

    def undo(self):
        """Undo what is not undone yet: the network first, the cable last."""
        rows = sorted(self._done, key=lambda row: row[0] == "unplug")
        self._done = []
        for name, connector, fields in rows:
            with contextlib.suppress(RigCannot):
                self.act(name, connector, **fields)
        self._done = []

    def close(self):
        """End the rig."""
        self._rig.close()
