"""MutantSite: our simulator with a mutation in its firmware, or none, and the lab around it."""

import threading

from cert.broken.mutation import ROOT
from chargecore_tools.cert.sim_site import SimSite
from chargecore_tools.cert.sim_station import SimStation

_KEPT = ROOT / "build" / "cert_broken"  # certificates: the same for all
_LOCK = threading.Lock()


class MutantSite:
    """`folder` gets the copy of the sources and the state. The VM is CPython: no image is made."""

    def __init__(self, settings, folder, mutation=None, security_profile=0):
        self._settings = settings.with_profile(security_profile)
        self._folder = folder
        self._mutation = mutation
        self._site = None

    def start(self):
        """Write the sources, start server and simulator; return the Lab."""
        sources = None
        if self._mutation is not None:
            sources = self._folder / "sources"
            sources.mkdir(parents=True)
            self._mutation.write_to(sources)
        with _LOCK:
            _KEPT.mkdir(parents=True, exist_ok=True)
            station = SimStation(_KEPT, self._settings)
        state = self._folder / "state"
        self._site = SimSite(self._settings, state, station, vm="cpython", sources=sources)
        return self._site.start()

    def close(self):
        """End both."""
        if self._site is not None:
            self._site.close()
