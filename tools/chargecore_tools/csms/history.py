"""History: every frame and note in order, and waiting for what is to come.

Filled in the server's thread, read in any other.
"""

import threading

from chargecore_tools.csms.events import CALL, Frame


class History:
    """Keeps everything. It is the server's first observer."""

    def __init__(self):
        self.frames = []
        self.notes = []
        self._calls = {}  # station id -> its CALLs
        self._changed = threading.Condition()

    def __call__(self, event):
        """Take one event."""
        with self._changed:
            if not isinstance(event, Frame):
                self.notes.append(event)
            else:
                self.frames.append(event)
                if event.kind == CALL and event.is_from_station:
                    self._calls.setdefault(event.station_id, []).append(event)
            self._changed.notify_all()

    def calls(self, station_id, action=None):
        """Return the CALLs of a station in order of arrival, of one action or of all."""
        with self._changed:
            calls = list(self._calls.get(station_id, ()))
        return [call for call in calls if action is None or call.action == action]

    def violations(self, station_id=None):
        """Return the frames with which stations, or one of them, broke a rule."""
        with self._changed:
            frames = list(self.frames)
        return [f for f in frames if f.violation and station_id in (None, f.station_id)]

    def wait(self, has_come, timeout_s, what="the event"):
        """Wait until has_come() is true; return what it returned. Errors: TimeoutError.

        has_come is asked again at each event, in the caller's thread.
        """
        with self._changed:
            result = self._changed.wait_for(has_come, timeout_s)
        if not result:
            raise TimeoutError(f"{what} did not come within {timeout_s:g} s")
        return result

    def wait_call(self, station_id, action=None, start=0, timeout_s=10.0, fits=None):
        """Wait for a settled CALL at place `start` or later. Return (its place, the CALL).

        The place counts all CALLs of the station; place + 1 is the next start.
        fits(call) may choose. Errors: TimeoutError.
        """

        def find():
            calls = self._calls.get(station_id, ())
            for idx in range(start, len(calls)):
                call = calls[idx]
                is_it = action in (None, call.action) and (fits is None or fits(call))
                if is_it and call.is_settled:
                    return idx, call
            return None

        return self.wait(find, timeout_s, f"{action or 'a call'} of {station_id}")
