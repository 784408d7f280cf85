"""A campaign: who plays what, what is played again, and what is left when it is cut short."""

from types import SimpleNamespace

import pytest

from chargecore_tools.cert import campaign
from chargecore_tools.cert.campaign import Campaign
from chargecore_tools.cert.errors import CertError
from chargecore_tools.cert.result import FAIL, PASS, Result


class _Site:
    may_replay = True

    def __init__(self):
        self.lab = SimpleNamespace(clock=SimpleNamespace(speed=20))
        self.renewed = 0

    def renew(self, _profile=None):
        self.renewed += 1
        return True


class _Pulse:
    worst_s = 0.0

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        pass


@pytest.fixture
def pulse(monkeypatch):
    class Pulse(_Pulse):
        pass

    monkeypatch.setattr(campaign, "Pulse", Pulse)
    return Pulse


def _plays(monkeypatch, *verdicts):
    """Let the next cases end so; the last verdict stays."""
    left = list(verdicts)

    def play_once(_site, _book, case):
        verdict = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(verdict, BaseException):
            raise verdict
        return Result(case, verdict)

    monkeypatch.setattr(campaign, "_play_once", play_once)


def _cases(count):
    return [SimpleNamespace(id=f"TC_{number}") for number in range(count)]


def test_a_case_that_failed_while_the_machine_stood_still_is_played_again(pulse, monkeypatch):
    _plays(monkeypatch, FAIL, PASS)
    pulse.worst_s = 1.0
    site = _Site()

    result = campaign.play(site, None, _cases(1)[0])

    assert (result.verdict, result.attempt, site.renewed) == (PASS, 2, 2)


def test_a_case_that_fails_again_and_again_has_failed(pulse, monkeypatch):
    _plays(monkeypatch, FAIL)
    pulse.worst_s = 1.0

    result = campaign.play(_Site(), None, _cases(1)[0])

    assert (result.verdict, result.attempt) == (FAIL, 3)


@pytest.mark.parametrize(("worst_s", "may_replay"), [(0.1, True), (5.0, False)])
def test_a_failure_counts_at_once_else(pulse, monkeypatch, worst_s, may_replay):
    _plays(monkeypatch, FAIL, PASS)
    pulse.worst_s = worst_s
    site = _Site()
    site.may_replay = may_replay

    result = campaign.play(site, None, _cases(1)[0])

    assert (result.verdict, result.attempt, site.renewed) == (FAIL, 1, 0)


def test_several_sites_share_the_cases_and_results_keep_their_order(pulse, monkeypatch):
    _plays(monkeypatch, PASS)
    cases, told = _cases(20), []

    results = Campaign(None, cases, told.append).run([_Site(), _Site(), _Site()])

    assert [result.case for result in results] == cases
    assert len(told) == 20


def test_what_was_found_before_a_rig_broke_is_kept(pulse, monkeypatch):
    _plays(monkeypatch, PASS, CertError("relay 3 does not answer"))
    run = Campaign(None, _cases(5))

    with pytest.raises(CertError, match="relay 3"):
        run.run([_Site()])

    assert [result.verdict for result in run.results()] == [PASS]


def test_ctrl_c_ends_it_with_what_was_found(pulse, monkeypatch):
    _plays(monkeypatch, PASS, PASS, KeyboardInterrupt())

    results = Campaign(None, _cases(5)).run([_Site()])

    assert len(results) == 2
