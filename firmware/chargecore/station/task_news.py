"""TaskNews: what of updates and uploads the server has not been told yet.

Called by: Update, Upload (tell), ocpp16.file_desk (the rest). Heap: none after __init__, but for a
request's number beyond 30 bits.
"""

from array import array

from micropython import const

# Numbers are places in file_desk's words; those of an update are kept on flash.
DOWNLOADING = const(0)
DOWNLOADED = const(1)
DOWNLOAD_FAILED = const(2)
INSTALLING = const(3)
INSTALLED = const(4)
INSTALLATION_FAILED = const(5)
UPLOADING = const(6)
UPLOADED = const(7)
UPLOAD_FAILED = const(8)
# Only where the request has a number: signed updates and logs.
DOWNLOAD_SCHEDULED = const(9)
DOWNLOAD_PAUSED = const(10)
SIGNATURE_VERIFIED = const(11)
INVALID_SIGNATURE = const(12)
INSTALL_SCHEDULED = const(13)
INSTALL_REBOOTING = const(14)
INSTALL_VERIFICATION_FAILED = const(15)
UPLOAD_BAD_MESSAGE = const(16)
UPLOAD_DENIED = const(17)
UPLOAD_NOT_SUPPORTED = const(18)

_SLOTS = const(12)
_TRIES = const(3)  # a status that the server cannot stand, or never answers


def is_upload(status):  # HOT
    """Return whether a status is one of an upload, not of an update."""
    return UPLOADING <= status <= UPLOAD_FAILED or status >= UPLOAD_BAD_MESSAGE


class TaskNews:
    """In the order they happened. Full: the oldest is dropped."""

    def __init__(self):
        self._queue = bytearray(_SLOTS)
        self._has_id = bytearray(_SLOTS)
        self._ids = array("i", [0] * _SLOTS)
        self._tries = 0  # of the oldest
        self.count = 0

    def tell(self, status, has_id=False, request_id=0):  # HOT
        """Add a status; with has_id that of the request with this number."""
        if self.count == _SLOTS:
            self._shift()
        self._queue[self.count] = status
        self._has_id[self.count] = 1 if has_id else 0
        self._ids[self.count] = request_id
        self.count += 1

    @property
    def oldest(self):  # HOT
        """The status to be told next; means something while count, as do the next two."""
        return self._queue[0]

    @property
    def has_id(self):  # HOT
        """Whether its request has a number."""
        return self._has_id[0] == 1

    @property
    def request_id(self):  # HOT
        """That number."""
        return self._ids[0]

    def told(self):  # HOT
        """The server knows the oldest."""
        if self.count:
            self._shift()

    def failed(self):  # HOT
        """The oldest did not get through. Return True when it is given up: the third time."""
        self._tries += 1
        if self._tries < _TRIES:
            return False
        self.told()
        return True

    def _shift(self):  # HOT
        for i in range(_SLOTS - 1):
            self._queue[i] = self._queue[i + 1]
            self._has_id[i] = self._has_id[i + 1]
            self._ids[i] = self._ids[i + 1]
        self.count -= 1
        self._tries = 0
