"""The one exception chargecore raises, and only while it boots."""


class ConfigError(Exception):
    """A setting at boot cannot be used; the text names the field."""
