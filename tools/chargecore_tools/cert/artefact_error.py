"""ArtefactError: an artefact cannot be made or does not hold; next step and exit status."""

from chargecore_tools.device.errors import EXIT_FAILED, EXIT_USAGE, DeviceError

EXIT_BAD = EXIT_FAILED  # something does not hold, and the text says what
EXIT_NO_STATION = 3


class ArtefactError(DeviceError):
    """Told as those of boards are (device.command.told_errors): some commands have both."""


def usage(text, hint=""):
    """Return the ArtefactError of options or files that cannot be used."""
    return ArtefactError(text, hint, EXIT_USAGE)
