"""A list of keys to ask for, out of a whole GetConfiguration."""

from chargecore_tools.cert.matcher import as_number


class KeyList:
    """The first keys of an answer: as many as the station takes in one GetConfiguration."""

    name = "key_list"
    fields = ("answer", "most")

    @staticmethod
    def run(_lab, answer, most):
        """Return a list of names."""
        names = [row["key"] for row in answer.get("configurationKey", [])]
        return names[: int(as_number(most) or 0)]
