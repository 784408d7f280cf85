"""ForeignSite: a lab around a station that somebody else started."""


class ForeignSite:
    """lab: lab.Lab."""

    may_replay = False  # what somebody else has on the bench is not played with twice

    def __init__(self, lab):
        self.lab = lab

    def renew(self, security_profile=None):
        """Return False: nobody here can make the station new, or set it to another profile."""
        return False
