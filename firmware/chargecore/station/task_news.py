"""TaskNews: what of updates and uploads the server has not been told yet.

Called by: Update, Diagnostics (tell), firmware_management (the rest). Heap: none after __init__.
"""

from micropython import const

# Numbers are places in firmware_management's words, and those of FirmwareStatus are kept on flash.
DOWNLOADING = const(0)
DOWNLOADED = const(1)
DOWNLOAD_FAILED = const(2)
INSTALLING = const(3)
INSTALLED = const(4)
INSTALLATION_FAILED = const(5)
UPLOADING = const(6)
UPLOADED = const(7)
UPLOAD_FAILED = const(8)

_SLOTS = const(12)
_TRIES = const(3)  # a status that the server cannot stand, or never answers


class TaskNews:
    """In the order they happened. Full: the oldest is dropped."""

    def __init__(self):
        self._queue = bytearray(_SLOTS)
        self._tries = 0  # of the oldest
        self.count = 0

    def tell(self, status):  # HOT
        """Add a status."""
        if self.count == _SLOTS:
            self._shift()
        self._queue[self.count] = status
        self.count += 1

    @property
    def oldest(self):  # HOT
        """The status to be told next; means something while count."""
        return self._queue[0]

    def told(self):  # HOT
        """The server knows the oldest."""
        if self.count:
            self._shift()

    def failed(self):  # HOT
        """The oldest did not get through; the third time it is given up."""
        self._tries += 1
        if self._tries >= _TRIES:
            self.told()

    def _shift(self):  # HOT
        queue = self._queue
        for i in range(_SLOTS - 1):
            queue[i] = queue[i + 1]
        self.count -= 1
        self._tries = 0
