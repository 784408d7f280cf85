"""The one error of the lab PKI."""


class PkiError(Exception):
    """An option, a folder or a file cannot be used; the text says which and why."""
