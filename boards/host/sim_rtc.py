"""SimRtc: the PC's clock as the chip's: what mbedtls checks the dates of certificates with.

Called by: net.TlsClock. Never: sets it, so in the simulator the PC's date counts.
"""

import time

_S_TO_2024 = 1_704_067_200 if time.gmtime(0)[0] == 1970 else 757_382_400  # from 1970, or 2000


class SimRtc:
    """The protocol of boards/README.md."""

    def read_s(self):
        """Return seconds since 2024-01-01."""
        return int(time.time()) - _S_TO_2024

    def set_s(self, wall_s):
        """Do nothing: a simulator does not change the PC's clock."""
