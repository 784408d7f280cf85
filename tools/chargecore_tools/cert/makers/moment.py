"""A time a little while ago, which several things of a case count from."""

from datetime import timedelta

from chargecore_tools.csms.events import iso


class Moment:
    """The server's time, `back_s` seconds ago, in whole seconds."""

    name = "moment"
    fields = ("back_s",)

    @staticmethod
    def run(lab, back_s=0):
        """Return the time as OCPP writes it."""
        return iso((lab.clock.now() - timedelta(seconds=back_s)).replace(microsecond=0))
