"""An answer to GetConfiguration holds exactly the keys that were asked for."""

from chargecore_tools.cert.errors import Failed


class SameKeys:
    """Each key that was asked for is in the answer, once, and no other."""

    name = "same_keys"
    fields = ("answer", "keys")

    @staticmethod
    def run(_lab, answer, keys):
        """Compare the keys of a GetConfiguration.conf with a list; the order is free."""
        given = sorted(row["key"] for row in answer.get("configurationKey", ()))
        if given != sorted(keys):
            odd = sorted(set(given) ^ set(keys))
            raise Failed(f"asked for {len(keys)} keys, got {len(given)}: {', '.join(odd)}")
