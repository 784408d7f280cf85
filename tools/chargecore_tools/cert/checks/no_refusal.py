"""No connection was refused in this case."""

from chargecore_tools.cert.errors import Failed


class NoRefusal:
    """Every connection of the station in this case was right: password, profile, certificate."""

    name = "no_refusal"
    fields = ()

    @staticmethod
    def run(lab):
        """Look through the record of the case."""
        for entry in lab.record.since(lab.case_start):
            if entry.action == "refusal":
                raise Failed(f"a connection was refused: {entry.text}", "connection")
