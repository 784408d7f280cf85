"""OCTT 1.6 local authorization list cases. Source: public test case document 2024-04.

TC_008_1 and TC_008_2 are reconstructed from tool catalogues (octt16.csv).
"""

import pytest
from octt import INVALID_TAG, TAG, TAG_2

from chargecore_tools.csms.errors import RefusedError

_LISTED = {
    "LocalPreAuthorize": "true",
    "AuthorizationCacheEnabled": "false",
    "LocalAuthListEnabled": "true",
    "AuthorizeRemoteTxRequests": "true",
}
_CORE = {"SupportedFeatureProfiles": "Core"}


def _entry(tag, status="Accepted", **info):
    return {"idTag": tag, "idTagInfo": {"status": status, **info}}


def _send(bench, kind, version, *entries):
    """Send a list. Return the status."""
    payload = {"listVersion": version, "updateType": kind}
    if entries:
        payload["localAuthorizationList"] = list(entries)
    return bench.call("SendLocalList", **payload)["status"]


def _version(bench):
    return bench.call("GetLocalListVersion")["listVersion"]


def _lists_the_tag(bench):
    bench.config(**_LISTED)
    assert _version(bench) == 0
    assert _send(bench, "Full", 1, _entry(TAG)) == "Accepted"


def _starts_remotely(bench):
    _lists_the_tag(bench)

    bench.plug()
    bench.expect_status(1, "Preparing")
    answer = bench.call("RemoteStartTransaction", connectorId=1, idTag=TAG)
    assert answer["status"] == "Accepted"
    bench.started()

    assert bench.count("Authorize") == 0


def test_tc_008_start_with_a_listed_id(bench):
    _starts_remotely(bench)


def test_tc_008_1_local_start_with_a_listed_id(bench):
    _lists_the_tag(bench)

    bench.plug()
    bench.expect_status(1, "Preparing")
    bench.swipe(TAG)
    bench.started()

    assert bench.count("Authorize") == 0


def test_tc_008_2_remote_start_with_a_listed_id(bench):
    _starts_remotely(bench)


def test_tc_042_1_get_local_list_version_not_supported(bench_factory):
    bench = bench_factory(config=_CORE).booted()

    with pytest.raises(RefusedError) as refusal:
        bench.call("GetLocalListVersion")

    assert refusal.value.code == "NotSupported"


def test_tc_042_1_get_local_list_version_switched_off(bench):
    bench.config(LocalAuthListEnabled="false")

    assert _version(bench) == -1


def test_tc_042_2_get_local_list_version_empty(bench):
    bench.config(LocalAuthListEnabled="true")

    assert _send(bench, "Full", 1) == "Accepted"

    assert _version(bench) == 0


def test_tc_043_send_local_authorization_list(bench):
    bench.config(**_LISTED)
    assert _send(bench, "Full", 1, _entry(TAG)) == "Accepted"
    assert _send(bench, "Differential", 2, _entry(TAG_2)) == "Accepted"

    for tag in (TAG, TAG_2):
        bench.authorized(tag, is_asked=False)
        bench.swipe(tag)  # drops it
        bench.expect_status(1, "Available")
    assert bench.count("Authorize") == 0


def test_tc_043_1_send_local_list_not_supported(bench_factory):
    bench = bench_factory(config=_CORE).booted()

    with pytest.raises(RefusedError) as refusal:
        _send(bench, "Full", 1, _entry(TAG))

    assert refusal.value.code == "NotSupported"


def test_tc_043_2_send_local_list_version_mismatch(bench):
    bench.config(LocalAuthListEnabled="true")

    assert _send(bench, "Full", 2, _entry(TAG)) == "Accepted"
    assert _version(bench) == 2
    assert _send(bench, "Differential", 5, _entry(TAG_2)) == "Accepted"
    assert _version(bench) == 5
    assert _send(bench, "Differential", 4, _entry(TAG_2)) == "VersionMismatch"
    assert _version(bench) == 5


def test_tc_043_3_send_local_list_failed(bench, tmp_path):
    bench.config(**_LISTED)
    assert _send(bench, "Full", 1, _entry(TAG)) == "Accepted"
    in_the_way = tmp_path / "state0" / "flash" / "list.new"
    in_the_way.mkdir()  # no file of that name can be written

    assert _send(bench, "Full", 2, _entry(TAG_2)) == "Failed"

    assert _version(bench) == 1
    bench.authorized(TAG, is_asked=False)
    in_the_way.rmdir()
    assert _send(bench, "Full", 2, _entry(TAG_2)) == "Accepted"


def test_keeps_the_list_over_a_power_cut(bench):
    _lists_the_tag(bench)
    bench.sim.kill()

    bench.sim.start()
    bench.booted()
    assert _version(bench) == 1
    bench.authorized(is_asked=False)

    assert bench.count("Authorize") == 0


def test_tells_a_conflict_of_list_and_server(bench):
    bench.config(**_LISTED)
    assert _send(bench, "Full", 1, _entry(INVALID_TAG)) == "Accepted"
    bench.plug()
    bench.expect_status(1, "Preparing")
    bench.swipe(INVALID_TAG)

    calls = bench.collect_until("StopTransaction")
    told = [c for c in calls if c.action == "StatusNotification" and c["connectorId"] == 0]
    if not told:
        told = [bench.expect("StatusNotification", connectorId=0)]
    assert [(c["status"], c["errorCode"]) for c in told] == [("Available", "LocalListConflict")]
    bench.server.history.wait(
        lambda: bench.sim_status()["status"] == "Finishing", 10, "the end of the session"
    )


def _thousand():
    """Return 1,000 entries with all they can hold, not in their order."""
    return [
        _entry(
            f"Card{n * 7 % 1000:016d}", expiryDate="2050-12-24T10:00:00.000Z", parentIdTag="P" * 20
        )
        for n in range(1000)
    ]


def test_takes_a_thousand_cards_and_not_one_more(bench):
    bench.config(**_LISTED)
    size = int(bench.config_value("SendLocalListMaxLength"))
    assert int(bench.config_value("LocalAuthListMaxLength")) == 1000
    assert _send(bench, "Full", 1, _entry(TAG)) == "Accepted"
    before_b = _free_b(bench)
    entries = _thousand()
    log = EventReader(bench)
    assert _send(bench, "Full", 2) == "Accepted"
    for first in range(0, 1000, size):
        version = 3 + first
        assert _send(bench, "Differential", version, *entries[first : first + size]) == "Accepted"
        log.read()

    assert _send(bench, "Differential", 5000, _entry(TAG)) == "Failed"
    assert _version(bench) == version
    with pytest.raises(RefusedError) as refusal:
        _send(bench, "Full", 5001, *entries[: size + 1])
    assert refusal.value.code == "OccurenceConstraintViolation"
    assert _version(bench) == version
    for number in (0, 499, 999):
        bench.authorized(f"CARD{number:016d}", is_asked=False)
        bench.swipe(f"card{number:016d}")
        bench.expect_status(1, "Available")
    assert bench.count("Authorize") == 0
    assert before_b - _free_b(bench) < 2048
    log.read()
    assert len([text for text in log.texts if "is in force" in text]) > 1000 // size
    assert not [text for text in log.texts if " took " in text]  # no step overran


def _free_b(bench):
    """Return the free heap, the same for the same objects."""
    return bench.ctl("status", collect=True)["station"]["heap_free_b"]


class EventReader:
    """Reads the event log a few lines at a time: the station has little heap for more."""

    def __init__(self, bench):
        self._bench = bench
        self._seen = 0
        self.texts = []

    def read(self):
        """Add what has come since the last time."""
        answer = self._bench.ctl("events", since=self._seen)
        self._seen = answer["total"]
        self.texts += [row["text"] for row in answer["events"]]
