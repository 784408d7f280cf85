"""JsonLog: writes every event as one line of JSON. An observer of the server."""

import json

from chargecore_tools.csms.event_text import dict_of


class JsonLog:
    """Writes to a text stream, a line at a time, so that a reader sees it at once."""

    def __init__(self, stream):
        self._stream = stream
        self.error = None  # the OSError that ended the log

    def __call__(self, event):
        """Write one event. After an error nothing more is written."""
        if self.error is not None:
            return
        try:
            self._stream.write(json.dumps(dict_of(event)) + "\n")
            self._stream.flush()
        except OSError as error:
            self.error = error
