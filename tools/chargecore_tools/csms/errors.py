"""What goes wrong for whoever asks something of the server."""


class CsmsError(Exception):
    """Anything the server could not do; the text says what."""


class PortTakenError(CsmsError):
    """The address cannot be listened on."""


class NotConnectedError(CsmsError):
    """No such station is connected, or it went away before it answered."""


class NoAnswerError(CsmsError):
    """The station did not answer in time."""


class WrongCallError(CsmsError):
    """The CALL does not fit its schema and was not sent."""


class WrongAnswerError(CsmsError):
    """The station's CALLRESULT does not fit its schema."""


class RefusedError(CsmsError):
    """The station answered with a CALLERROR."""

    def __init__(self, code, description="", details=None):
        super().__init__(f"{code}: {description}" if description else str(code))
        self.code = code
        self.description = description
        self.details = details if details is not None else {}
