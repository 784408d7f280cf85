"""The one exception raised at boot. While it runs nothing raises but security (CertError)."""


class ConfigError(Exception):
    """A setting at boot cannot be used; the text names the field."""
