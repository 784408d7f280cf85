"""The password of lab.yaml as AuthorizationKey wants it."""


class AuthorizationKey:
    """`password` of lab.yaml in hex; one of 32 and more characters is hex already."""

    name = "authorization_key"
    fields = ()

    @staticmethod
    def run(lab):
        """Return a value for ChangeConfiguration."""
        text = lab.settings.password
        return text if len(text) >= 32 else text.encode().hex().upper()
