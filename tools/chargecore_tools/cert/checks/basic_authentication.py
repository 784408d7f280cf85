"""How the station named itself to a server that asks for a password."""

from chargecore_tools.cert.errors import Failed

_LEAST_B, _MOST_B = 16, 20  # whitepaper edition 3, A00.FR.205: 40 hex digits at most


class BasicAuthentication:
    """Basic authentication with the identity as user, and a password of 16 to 20 bytes."""

    name = "basic_authentication"
    fields = ()

    @staticmethod
    def run(lab):
        """Judge the newest connection."""
        identity = lab.settings.identity
        shown = lab.server.gate.shown.get(identity)
        if not shown:
            raise Failed("the connection came without basic authentication", "password")
        user, _, password = shown.partition(b":")
        if user != identity.encode():
            text = f"the user is '{user.decode(errors='replace')}', the identity is '{identity}'"
            raise Failed(text, "password")
        if not _LEAST_B <= len(password) <= _MOST_B:
            text = f"the password has {len(password)} bytes, {_LEAST_B}..{_MOST_B} are right"
            raise Failed(text, "password")
