"""Matchers, names and conditions: what fits, and what is said of what does not."""

from datetime import datetime, timezone
from types import SimpleNamespace

import pytest

from chargecore_tools.cert.conditions import Conditions
from chargecore_tools.cert.errors import CannotResolve
from chargecore_tools.cert.lab_settings import LabSettings
from chargecore_tools.cert.matcher import Matcher
from chargecore_tools.cert.readout import Readout
from chargecore_tools.cert.scope import Saved, Scope
from chargecore_tools.cert.step_expect import merged

_NOW = datetime(2026, 11, 25, 12, 0, tzinfo=timezone.utc)


def _scope(**saved):
    scope = Scope(lambda: _NOW, {"connector": 1, "tag": "TAG1", "late": "$now + 60"})
    for name, value in saved.items():
        scope.save(name, value)
    return scope


_FITS = [
    (1, 1),
    (True, "true"),
    (15, "15"),
    ("$tag", "TAG1"),
    ({"a": 1}, {"a": 1, "b": 2}),
    ([1, {"a": 2}], [1, {"a": 2, "b": 3}]),
    ({"is": {"a": 1}}, {"a": 1}),
    ({"one_of": ["x", "y"]}, "y"),
    ({"not": {"one_of": ["x"]}}, "y"),
    ({"at_least": 1, "at_most": 5}, "5"),
    ({"between": [1, "$connector + 1"]}, 2),
    ({"about": 10, "by": 0.5}, 10.4),
    ({"near": "2026-11-25T12:00:04Z"}, "2026-11-25T13:00:00+01:00"),
    ({"near": "$now", "within_s": 60}, "2026-11-25T12:01:00.000Z"),
    ({"a": {"present": True}, "b": {"absent": True}}, {"a": 0}),
    ({"contains": {"key": "K"}}, [{"key": "J"}, {"key": "K"}]),
    ({"contains": "Core"}, "Core,Reservation"),
    ({"each": {"at_least": 1}}, [1, 2]),
    ({"length": {"at_least": 2}}, [1, 2]),
    ({"length": 3}, "abc"),
    ({"matches": "[0-9]+"}, "12"),
]
_MISFITS = [
    (1, True, "it is True, not 1"),
    ("1", 1, "it is 1, not '1'"),
    ({"a": 1}, {}, "a is missing, not 1"),
    ({"a": {"b": 1}}, {"a": [1]}, "a is [1], no object"),
    ([1], [1, 2], "it is [1, 2], not 1 items"),
    ({"is": {"a": 1}}, {"a": 1, "b": 2}, "it is {'a': 1, 'b': 2}, not {'a': 1}"),
    ({"one_of": ["x", "y"]}, "z", "it is 'z', not one of x, y"),
    ({"at_least": 1}, "many", "it is 'many', below 1"),
    ({"at_most": 5}, 6, "it is 6, above 5"),
    ({"about": 10, "by": 0.5}, 11, "it is 11, not 10 +-0.5"),
    (
        {"near": "$now"},
        "2026-11-25T12:00:05Z",
        "it is '2026-11-25T12:00:05Z', 5.0 s after the moment, not 4 s",
    ),
    ({"near": "$now"}, "yesterday", "it is 'yesterday', no time"),
    ({"a": {"absent": True}}, {"a": None}, "a is there: None"),
    ({"a": {"present": True}}, {}, "a is missing"),
    ({"a": {"not": 5}}, {}, "a is missing"),
    ({"contains": 3}, [1], "it has no item that fits 3"),
    ({"each": 1}, [1, 2], "it[1] is 2, not 1"),
    ({"length": 1}, [1, 2], "the length of it is 2, not 1"),
    ({"length": 1}, 5, "it is 5, which has no length"),
    ({"matches": "[0-9]"}, "12", "it is '12', which does not match [0-9]"),
]


@pytest.mark.parametrize(("matcher", "value"), _FITS)
def test_fits(matcher, value):
    assert Matcher(_scope(), 4).misfit(matcher, value) == ""
    assert Matcher(_scope(), 4).could_fit(matcher, value)


@pytest.mark.parametrize(("matcher", "value", "text"), _MISFITS)
def test_says_what_does_not_fit(matcher, value, text):
    assert Matcher(_scope(), 4).misfit(matcher, value) == text
    assert not Matcher(_scope(), 4).could_fit(matcher, value)


def test_what_has_no_value_yet_could_still_fit():
    matcher = Matcher(_scope(), 4)
    wanted = {"transactionId": "$start.answer.transactionId", "reason": "Remote"}

    assert matcher.could_fit(wanted, {"transactionId": 5, "reason": "Remote"})
    assert not matcher.could_fit(wanted, {"transactionId": 5, "reason": "Local"})
    with pytest.raises(CannotResolve):
        matcher.misfit(wanted, {"transactionId": 5, "reason": "Remote"})


def test_names_stand_for_messages_answers_moments_and_sums():
    start = Saved({"idTag": "T", "rows": [{"v": 7}]}, 1.0, _NOW, {"transactionId": 9})
    moment = Saved(None, 1.0, _NOW)
    scope = _scope(start=start, moment=moment)

    assert scope.resolve("$start.idTag") == "T"
    assert scope.resolve("$start.rows[0].v") == 7
    assert scope.resolve("$start.answer.transactionId + 1") == 10
    assert scope.resolve("$start.time") == "2026-11-25T12:00:00.000Z"
    assert scope.resolve("$moment - 5") == "2026-11-25T11:59:55.000Z"
    assert scope.resolve("$late") == "2026-11-25T12:01:00.000Z"
    assert scope.resolve(["${tag}/${connector}", {"a": "$connector"}]) == ["TAG1/1", {"a": 1}]
    assert scope.resolve("5 $ a day") == "5 $ a day"
    for name in ("$nothing", "$start.colour", "$start.rows[3]", "$tag + 1", "$connector + x"):
        with pytest.raises(CannotResolve):
            scope.resolve(name)


def test_an_answer_is_changed_field_by_field():
    right = {"idTagInfo": {"status": "Accepted", "expiryDate": "x"}, "transactionId": 1}

    changed = merged(right, {"idTagInfo": {"status": "Invalid", "expiryDate": None}})

    assert changed == {"idTagInfo": {"status": "Invalid"}, "transactionId": 1}
    assert right["idTagInfo"]["status"] == "Accepted"


@pytest.mark.parametrize(
    ("text", "is_met"),
    [
        ("socket", True),
        ("tethered", False),
        ("backup_power", False),
        ("not backup_power", True),
        ("profile Reservation", True),
        ("profile SmartCharging", False),
        ("profile SmartCharging or socket", True),
        ("key LocalPreAuthorize", True),
        ("not key Nothing", True),
        ("LocalPreAuthorize = true", False),
        ("LocalPreAuthorize can be true", True),
        ("ReadOnly can be true", False),
        ("ReadOnly can be false", True),
        ("Nothing can be true", False),
        ("Count >= 3", True),
        ("Count < 3", False),
        ("Nothing > 0", False),
        ("security_profile == 1", True),
        ("saved early_stop", True),
        ("not saved late_stop", True),
    ],
)
def test_conditions(text, is_met):
    station = Readout(LabSettings(security_profile=1))
    keys = {
        "LocalPreAuthorize": ("false", False),
        "ReadOnly": ("false", True),
        "Count": ("3", True),
    }
    keys["SupportedFeatureProfiles"] = ("Core, Reservation", True)
    rows = [{"key": k, "value": v, "readonly": r} for k, (v, r) in keys.items()]
    answer = {"configurationKey": rows}
    server = SimpleNamespace(
        call=lambda *_args: answer, station=lambda _id: SimpleNamespace(boot={"a": 1})
    )
    station.read(server, "CP01")

    assert Conditions(station, {"early_stop"}).is_met(text) is is_met
