"""Hunt: plays the named cases against broken charge points, several at once."""

import shutil
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from chargecore_tools.cert.case_run import CaseRun
from chargecore_tools.cert.conditions import Conditions
from chargecore_tools.cert.result import ERROR, FAIL, NOT_APPLICABLE

NO_CASE = "no such case"


@dataclass(frozen=True)
class Finding:
    """What one case said of one broken charge point."""

    subject: object
    case: str
    verdict: str
    reason: str
    took_s: float

    @property
    def is_caught(self):
        """Return whether the case failed it. An error of the runner catches nothing."""
        return self.verdict == FAIL


class Hunt:
    """book: CaseBook; make_settings(): LabSettings of one site; tell(finding): after each."""

    def __init__(self, book, make_settings, tell=lambda _finding: None):
        self._book = book
        self._make_settings = make_settings
        self._tell = tell
        self._lock = threading.Lock()

    def run(self, subjects, jobs):
        """Play all. Return the findings in the order of the subjects."""
        with ThreadPoolExecutor(jobs) as pool:
            return [row for rows in pool.map(self._play, subjects) for row in rows]

    def _play(self, subject):
        folder = Path(tempfile.mkdtemp(prefix="chargecore-broken-"))
        try:
            return [self._enter(row) for row in self._findings(subject, folder)]
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _enter(self, finding):
        with self._lock:
            self._tell(finding)
        return finding

    def _findings(self, subject, folder):
        """Yield a finding per case; each case has a station of its own, as broken as new."""
        for number, name in enumerate(subject.cases):
            case = self._book.cases.get(name)
            if case is None:
                yield Finding(subject, name, NO_CASE, "", 0.0)
                continue
            began_s = time.monotonic()
            verdict, reason = self._verdict(subject, case, folder / str(number))
            yield Finding(subject, name, verdict, reason, time.monotonic() - began_s)

    def _verdict(self, subject, case, folder):
        folder.mkdir(parents=True)
        site = subject.make_site(self._make_settings(), folder)
        try:
            return self._judge(site.start(), case)
        except Exception as error:  # one station that does not start must not hide the others
            return ERROR, f"{type(error).__name__}: {error}"
        finally:
            site.close()

    def _judge(self, lab, case):
        """Play a case without cleaning up: nobody comes after it."""
        unmet = Conditions(lab.station).unmet(case.when)
        if unmet is not None:
            return NOT_APPLICABLE, unmet
        result = CaseRun(lab, self._book, case).play()
        return result.verdict, result.reason
