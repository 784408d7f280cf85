"""chargecore cert snapshot: what is read, what is compared, and which lie is found on the wire."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cert_rig.command import cert
from cert_rig.lying_proxy import LyingProxy
from chargecore_tools.cert import sim_site
from chargecore_tools.cert.artefact_error import ArtefactError
from chargecore_tools.cert.lab import Lab
from chargecore_tools.cert.lab_settings import LabSettings
from chargecore_tools.cert.sim_site import SimSite
from chargecore_tools.cert.snapshot.cli import is_good
from chargecore_tools.cert.snapshot.gaps import (
    judge_attempts,
    judge_clock,
    judge_once,
    judge_period,
    judge_retries,
)
from chargecore_tools.cert.snapshot.measure import KEYS, Measure
from chargecore_tools.cert.snapshot.read_out import read_out, standard_keys
from chargecore_tools.cert.snapshot.snapshot import differences, make_snapshot, read_snapshot
from chargecore_tools.cert.snapshot.station_file import public_part
from chargecore_tools.cert.snapshot.wire import Wire

_SPEED = 25.0
_SETTINGS = {
    "MeterValueSampleInterval": "20",
    "ClockAlignedDataInterval": "30",
    "ConnectionTimeOut": "20",
    "WebSocketPingInterval": "25",
    "TransactionMessageAttempts": "3",
    "TransactionMessageRetryInterval": "10",
}


class _Plain:
    """What SimSite asks of its station: two files, no certificates."""

    def files(self, folder, _fields, _keys):
        paths = folder / "station.json", folder / "config.json"
        for path, content in zip(paths, ({}, _SETTINGS)):
            path.write_text(json.dumps(content))
        return paths


class _LyingLab(Lab):
    """The station comes through a proxy, in which it tells of another meter interval."""

    def start(self):
        super().start()
        told = b'"MeterValueSampleInterval","readonly":false,"value":"%d"'
        self.proxy = LyingProxy(self.server.port, told % 20, told % 45)
        return self.proxy.url

    def close(self):
        self.proxy.close()
        super().close()


def test_names_the_one_key_that_the_station_does_not_keep(tmp_path, monkeypatch):
    monkeypatch.setattr(sim_site, "Lab", _LyingLab)
    settings = LabSettings(speed=_SPEED, heartbeat_s=20)
    site = SimSite(settings, tmp_path, _Plain(), connectors=1)
    steps = []
    try:
        wire = Wire(site.start())
        declared = read_out(wire.call)
        rows = Measure(wire, declared, settings, steps.append, 600, 2.0).run()
        rows = {row.key: row for row in rows}
        lies = site.lab.proxy.lies
    finally:
        site.close()

    assert lies == 2 and declared["MeterValueSampleInterval"]["value"] == "45"
    assert [key for key in KEYS if rows[key].verdict != "ok"] == ["MeterValueSampleInterval"], rows
    assert rows["MeterValueSampleInterval"].measured == "20.0 s"
    assert rows["ClockAlignedDataInterval"].measured == "30.0 s"
    assert len(steps) == 5


@pytest.mark.parametrize(
    ("declared_s", "times_s", "verdict"),
    [
        (30, [0, 30, 60], "ok"),
        (30, [0, 31.5, 60.5], "ok"),  # one was late
        (30, [0, 31.5, 63], "differs"),
        (30, [0, 40, 60], "differs"),  # right in the mean, never in step
        (30, [0, 30], "differs"),
        (30, [], "differs"),
        (0, [], "ok"),
        (0, [5], "differs"),
    ],
)
def test_judges_a_period(declared_s, times_s, verdict):
    assert judge_period("K", declared_s, times_s, 2.0).verdict == verdict


def test_judges_the_clock_the_waits_and_the_attempts():
    noon = 1_795_608_000
    assert judge_clock("K", 30, [noon, noon + 30, noon + 60], 2).verdict == "ok"
    assert judge_clock("K", 30, [noon + 29, noon + 59, noon + 89], 2).verdict == "ok"
    assert "10.0 s beside" in judge_clock("K", 30, [noon + 10, noon + 40, noon + 70], 2).measured
    assert judge_once("K", 60, 61.9, 2).verdict == "ok"
    assert judge_once("K", 60, 63, 2).verdict == judge_once("K", 60, None, 2).verdict == "differs"
    assert judge_attempts("K", 3, [1, 2, 3]).verdict == "ok"
    assert judge_attempts("K", 3, [1, 2, 3, 4]).verdict == "differs"
    assert judge_retries("K", 10, [0, 10, 30, 60], 1).verdict == "ok"
    assert judge_retries("K", 10, [0, 10, 20, 30], 1).verdict == "differs"
    assert judge_retries("K", 10, [0], 1).verdict == "not measured"


def _configuration(**changes):
    values = {**_SETTINGS, "HeartbeatInterval": "30", **changes}
    return {k: {"value": v, "readonly": False} for k, v in values.items() if v is not None}


def test_says_what_cannot_be_measured_without_trying():
    class Silent:
        """A wire on which nothing happens, and nothing is waited for."""

        speed = 1.0

    configuration = _configuration(
        HeartbeatInterval="86400",
        WebSocketPingInterval=None,
        ConnectionTimeOut="abc",
        MeterValueSampleInterval=None,
        ClockAlignedDataInterval="3600",
        TransactionMessageAttempts="100",
    )
    measure = Measure(Silent(), configuration, LabSettings(), print, 900, 2.0)
    rows = {row.key: row for row in measure.run()}

    assert {row.verdict for row in rows.values()} == {"not measured", "absent", "differs"}
    assert "--longest" in rows["HeartbeatInterval"].measured
    assert rows["WebSocketPingInterval"].verdict == "absent"
    assert rows["ConnectionTimeOut"].measured == "is no number"
    assert "required" in rows["MeterValueSampleInterval"].measured
    assert rows["TransactionMessageAttempts"].verdict == "not measured"


def test_asks_by_name_for_what_was_left_out():
    keys = {key: str(n) for n, key in enumerate(standard_keys())}
    keys["GetConfigurationMaxKeys"] = "4"
    asked = []

    def call(action, payload):
        names = payload.get("key")
        asked.append(names)
        if names is None:
            names = ["GetConfigurationMaxKeys", "X-Own"]
        assert len(names) <= 4
        found = [
            {"key": k, "readonly": True, "value": keys.get(k, "own")}
            for k in names
            if k != "CpoName"
        ]
        return {"configurationKey": found, "unknownKey": [k for k in names if k == "CpoName"]}

    found = read_out(call)

    assert set(found) == set(keys) - {"CpoName"} | {"X-Own"}
    assert list(found) == sorted(found) and len(asked) > 5


def test_a_password_that_a_station_tells_is_not_kept():
    row = {"key": "AuthorizationKey", "readonly": False, "value": "6162636465"}

    found = read_out(lambda _action, _payload: {"configurationKey": [row]})

    assert found == {"AuthorizationKey": {"value": None, "readonly": False}}


def test_refuses_a_station_that_tells_two_values_for_a_key():
    row = {"key": "K", "readonly": False, "value": "1"}
    rows = [row, {**row, "value": "2"}]

    with pytest.raises(ArtefactError, match="K: told twice"):
        read_out(lambda _action, _payload: {"configurationKey": rows})
    with pytest.raises(ArtefactError, match="no configuration key"):
        read_out(lambda _action, _payload: {})


def test_the_hash_is_of_the_settings_alone():
    boot = {"chargePointModel": "m", "chargePointVendor": "v"}
    one = make_snapshot("CP01", boot, _configuration(), {"b": 1, "a": 2})
    turned = dict(reversed(_configuration().items()))
    two = make_snapshot("CP01", dict(reversed(boot.items())), turned, {"a": 2, "b": 1})
    other = make_snapshot("CP01", boot, _configuration(HeartbeatInterval="31"), {"b": 1, "a": 2})

    assert one["sha256"] == two["sha256"] != other["sha256"]
    assert differences(one, two) == []
    assert differences(one, other) == ["HeartbeatInterval: '30', now '31'"]


def test_says_which_settings_differ():
    boot = {"chargePointModel": "m", "firmwareVersion": "1"}
    before = make_snapshot("CP01", boot, _configuration(), {"phases": 3})
    now = make_snapshot("CP01", {**boot, "firmwareVersion": "2"}, _configuration(), {"phases": 1})
    now["configuration"]["HeartbeatInterval"]["readonly"] = True
    del now["configuration"]["ConnectionTimeOut"]

    assert differences(before, now) == [
        "BootNotification.firmwareVersion: '1', now '2'",
        "station.json.phases: 3, now 1",
        "ConnectionTimeOut: '20', now missing",
        "HeartbeatInterval: '30', now '30' (read only)",
    ]


def test_no_secret_of_the_station_file_leaves_the_house(tmp_path):
    path = tmp_path / "station.json"
    secrets = {
        "auth_key": "a" * 32,
        "wifi": {"ssid": "s", "password": "hunter2"},
        "client_key": "-----BEGIN",
        "connectors": [{"meter": "x", "bus_password": "hunter3"}],
    }
    path.write_text(json.dumps({"id": "CP01", "phases": 3, **secrets}))

    public = public_part(path)

    text = json.dumps(public)
    assert "hunter" not in text and "aaaa" not in text and "BEGIN" not in text
    assert public["phases"] == 3 and public["connectors"][0]["meter"] == "x"


def test_a_snapshot_that_was_changed_is_refused(tmp_path):
    facts = make_snapshot("CP01", {"chargePointModel": "m"}, _configuration(), None)
    path = tmp_path / "snapshot.json"
    path.write_text(json.dumps(facts))
    assert read_snapshot(tmp_path) == facts

    facts["configuration"]["HeartbeatInterval"]["value"] = "31"
    path.write_text(json.dumps(facts))

    status, out = cert("snapshot", "--verify", "--out", tmp_path)
    assert status == 2 and "somebody has changed it" in out


def test_a_difference_or_a_gap_is_no_good_behaviour():
    row = {"key": "K", "declared": "1", "measured": "1", "verdict": "ok"}
    assert is_good({"differences": [], "rows": [row, {**row, "verdict": "absent"}]})
    assert not is_good({"differences": ["x"], "rows": [row]})
    assert not is_good({"differences": [], "rows": [{**row, "verdict": "not measured"}]})


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (["--verify"], 2, "next: chargecore cert snapshot"),
        (["--speed", "5"], 2, "simulated station"),
        (["--sim", "--station", "/nothing"], 2, "/nothing: "),
        (["--security-profile", "2"], 2, "needs"),
        (["--settings", "/nothing.yaml"], 2, "/nothing.yaml: "),
        (["--sim", "--firmware", "/nothing.json"], 2, "/nothing.json: "),
        (["--port", "0", "--host", "127.0.0.1", "--wait-s", "1"], 3, "CP01 never came"),
    ],
)
def test_refuses_what_cannot_work(tmp_path, words, status, told):
    got, out = cert("snapshot", "--out", tmp_path, *words)

    assert got == status and told in out and "next: " in out, out
    assert not (tmp_path / "snapshot.json").exists()


@given(data=st.binary(max_size=50) | st.just(b'{"format":1}') | st.just(b"[" * 9999))
def test_no_bytes_break_the_reader(tmp_path_factory, data):
    folder = tmp_path_factory.getbasetemp()
    (folder / "snapshot.json").write_bytes(data)

    with pytest.raises(ArtefactError, match=r"snapshot\.json: "):
        read_snapshot(folder)
