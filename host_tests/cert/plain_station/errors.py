"""What can happen to a CALL of the station."""


class LinkError(Exception):
    """The CALL brought no usable answer."""


class NotOnlineError(LinkError):
    """There is no connection, or it ended before the answer came."""


class NoAnswerError(LinkError):
    """The connection stands, the answer did not come in time."""


class RefusedError(LinkError):
    """The server answered with a CALLERROR, or with something that does not fit its schema."""
