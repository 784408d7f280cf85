"""RigChain: several rigs: what one cannot do the next is asked for."""

from chargecore_tools.cert.errors import RigCannot


class RigChain:
    """rigs: at least one, the first is asked first."""

    def __init__(self, rigs):
        self._rigs = list(rigs)
        self.name = ", then ".join(rig.name for rig in self._rigs)

    def act(self, name, connector, **fields):
        """Let the first do it that can. Errors: RigCannot of the last."""
        for rig in self._rigs[:-1]:
            try:
                return rig.act(name, connector, **fields)
            except RigCannot:
                continue
        return self._rigs[-1].act(name, connector, **fields)

    def close(self):
        """Close all."""
        for rig in self._rigs:
            rig.close()
