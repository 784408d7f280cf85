"""Campaign: many cases in order, on one lab or on several at once."""

import copy
import threading

from chargecore_tools.cert.case_run import CaseRun
from chargecore_tools.cert.cleanup import Cleanup
from chargecore_tools.cert.conditions import Conditions
from chargecore_tools.cert.pulse import Pulse
from chargecore_tools.cert.result import INCONCLUSIVE, NOT_APPLICABLE, PASS, Result

_STILL_S = 8  # of the station's time; the shortest wait for an answer is three times as long
_ATTEMPTS = 3
_SECURITY_PROFILES = (1, 2, 3)


class Campaign:
    """book: CaseBook; cases: in order; tell(result): called after each, in any thread."""

    def __init__(self, book, cases, tell=lambda _result: None, tell_start=lambda _case: None):
        self._book = book
        self._cases = list(cases)
        self._tell = tell
        self._tell_start = tell_start
        self._lock = threading.Lock()
        self._next = 0
        self._results = {}
        self._error = None

    def run(self, sites):
        """Play all cases, each on the first site that is free. Return the results in order.

        A site has `lab`, and renew(), which returns whether it has a fresh station now.
        """
        threads = [threading.Thread(target=self._work, args=(site,)) for site in sites[1:]]
        for thread in threads:
            thread.start()
        try:
            self._work(sites[0])
        finally:
            for thread in threads:
                thread.join()
        if self._error is not None:
            raise self._error
        return self.results()

    def results(self):
        """Return the results so far, in the order of the cases."""
        with self._lock:
            found = dict(self._results)
        return [found[case.id] for case in self._cases if case.id in found]

    def stop(self):
        """Begin no more cases."""
        with self._lock:
            self._next = len(self._cases)

    def _work(self, site):
        try:
            while True:
                case = self._take()
                if case is None:
                    return
                self._tell_start(case)
                self._enter(play(site, self._book, case))
        except KeyboardInterrupt:
            self.stop()  # the cases that others play now end first
        except Exception as error:
            self.stop()
            self._error = error

    def _take(self):
        with self._lock:
            if self._next >= len(self._cases):
                return None
            self._next += 1
            return self._cases[self._next - 1]

    def _enter(self, result):
        with self._lock:
            self._results[result.case.id] = result
        self._tell(result)


def play(site, book, case):
    """Play one case, if it applies, and clean up behind it. Return the Result.

    When this machine stood still meanwhile, a simulator is made anew: an answer that came too
    late is asked for again in the next case. A case that did not pass is played again then.
    """
    attempt = 1
    while True:
        with Pulse() as pulse:
            result = _play_once(site, book, case)
        result.attempt = attempt
        still_s = pulse.worst_s * site.lab.clock.speed
        if still_s < _STILL_S or not site.may_replay:
            return result
        if result.verdict != NOT_APPLICABLE:
            site.renew()
        if result.verdict in (PASS, NOT_APPLICABLE) or attempt == _ATTEMPTS:
            return result
        attempt += 1


def _play_once(site, book, case):
    lab = site.lab
    unmet = Conditions(lab.station).unmet(case.when)
    if unmet is None:
        return _play_here(site, book, case)
    other = None if case.cannot else _other_profile(lab.station, case)
    if other is None or not site.renew(other):
        return Result(case, NOT_APPLICABLE, f"not so here: {unmet}")
    try:
        return _play_here(site, book, case)
    finally:
        site.renew()


def _other_profile(station, case):
    """Return the security profile with which the case would apply, None when there is none."""
    station = copy.copy(station)
    for number in _SECURITY_PROFILES:
        station.security_profile = number
        if Conditions(station).unmet(case.when) is None:
            return number
    return None


def _play_here(site, book, case):
    lab = site.lab
    if case.cannot:  # it applies, and nobody has seen it pass
        return Result(case, INCONCLUSIVE, f"not driven: {case.cannot}")
    if lab.is_unclean:
        return Result(case, INCONCLUSIVE, f"the station is not in order: {lab.is_unclean}")
    long_s = lab.settings.long_timeout_s
    if not lab.wait_until(lambda: lab.is_connected, long_s):
        return Result(case, INCONCLUSIVE, f"the station was not connected for {long_s:g} s")
    start = lab.record.end()
    profile = lab.station.security_profile
    result = CaseRun(lab, book, case).play()
    result.security_profile = profile
    cleanup = Cleanup(lab)
    unclean = cleanup.run(start)
    if (unclean or cleanup.is_spoiled()) and site.renew():
        unclean = ""
    site.lab.is_unclean = unclean
    return result
