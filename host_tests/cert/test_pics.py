"""chargecore cert pics: declares what has passed, says why the rest is not, makes nothing up."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cert_rig import samples
from cert_rig.command import cert, cert_json
from chargecore_tools.cert.artefact_error import ArtefactError
from chargecore_tools.cert.grammar import PROFILES
from chargecore_tools.cert.pics.claims import DECLARED, UNSUPPORTED, WITHHELD, claims_of
from chargecore_tools.cert.pics.performance import performance_of, why_not_of_the_product
from chargecore_tools.cert.pics.product_file import read_product, template
from chargecore_tools.cert.pics.questions import all_questions
from chargecore_tools.cert.report_file import read_report


@pytest.fixture
def folder(tmp_path):
    """Everything that a complete PICS is made from; no freeze."""
    samples.save(tmp_path / "report.json", samples.report())
    samples.save(tmp_path / "snapshot.json", samples.snapshot())
    (tmp_path / "product.yaml").write_text(samples.product())
    return tmp_path


def _claim(report, profile="Core", left_out=()):
    claims = {claim.profile: claim for claim in claims_of(report, PROFILES, left_out)}
    return claims[profile]


def test_a_complete_pics_declares_all(folder):
    found = cert_json("pics", "--out", folder)

    assert found["ok"], found
    assert found["declared"] == ["Core", "Smart Charging", "Advanced Security"]
    facts = json.loads((folder / "pics.json").read_text())
    assert facts["unanswered"] == facts["conflicts"] == []
    assert facts["answers"]["hardware_version"] == "1.10"  # no number that lost its last digit
    assert {claim["state"] for claim in facts["claims"]} == {DECLARED}
    text = (folder / "pics.html").read_text()
    assert "Complete." in text and "http" not in text.replace("http-equiv", "")


@pytest.mark.parametrize("verdict", ["fail", "inconclusive", "error"])
def test_one_case_that_did_not_pass_withholds_its_profile(folder, verdict):
    report = samples.report()
    row = next(row for row in report["results"] if row["case"] == "TC_056_CS")
    row.update(verdict=verdict, reason="the limit was <32> & not 16")
    samples.save(folder / "report.json", report)

    found = cert_json("pics", "--out", folder)

    assert found["declared"] == ["Core", "Advanced Security"]
    text = (folder / "pics.html").read_text()
    assert f"TC_056_CS: {verdict}: the limit was &lt;32&gt; &amp; not 16" in text
    facts = json.loads((folder / "pics.json").read_text())
    assert facts["certificates"][1]["why"] == "SmartCharging is withheld"


def test_a_case_that_was_not_run_withholds_its_profile():
    report = samples.report()
    report["results"] = [row for row in report["results"] if row["case"] != "TC_003_CS"]

    claim = _claim(report)

    assert (claim.state, claim.reasons) == (WITHHELD, ["TC_003_CS: not run"])


def test_a_fault_that_went_away_is_a_fault():
    report = samples.report()
    again = samples.result("TC_003_CS", verdict="fail", attempt=1, reason="no Authorize")
    for row in report["results"]:
        if row["case"] == "TC_003_CS":
            row["attempt"] = 2
    assert _claim(report).state == DECLARED
    report["results"].append(again)
    assert _claim(report).reasons == ["TC_003_CS: fail: no Authorize"]

    again["verdict"] = "inconclusive"  # the tester's own fault may be repeated
    assert _claim(report).state == DECLARED


def test_what_does_not_apply_is_listed_and_a_profile_of_nothing_else_is_withheld():
    report = samples.report()
    for row in report["results"]:
        if row["profile"] == "RemoteTrigger":
            row.update(verdict="not_applicable", reason="no profile RemoteTrigger")

    claim = _claim(report, "RemoteTrigger")

    assert claim.reasons == ["no case of it has passed"] and len(claim.skipped) == 2
    assert claim.skipped[0]["why"] == "no profile RemoteTrigger"


def test_a_profile_that_the_station_does_not_name_is_not_declared(folder):
    names = samples.PROFILES.replace(",Reservation", "")
    samples.save(folder / "snapshot.json", samples.snapshot(SupportedFeatureProfiles=names))
    report = samples.report()
    report["sut"]["configuration"] = samples.configuration(SupportedFeatureProfiles=names)
    report["profiles"].remove("AdvancedSecurity")
    samples.save(folder / "report.json", report)

    found = cert_json("pics", "--out", folder)

    facts = json.loads((folder / "pics.json").read_text())
    states = {claim["profile"]: claim["state"] for claim in facts["claims"]}
    assert states["Reservation"] == states["AdvancedSecurity"] == UNSUPPORTED
    assert found["declared"] == ["Core", "Smart Charging"]


def test_a_run_below_security_profile_2_is_no_certificate(folder):
    settings = {"speed": 1.0, "socket": True, "security_profile": 1}
    samples.save(folder / "report.json", samples.report(settings=settings))

    status, out = cert("pics", "--out", folder)

    assert status == 1 and "Core: the run was below security profile 2" in out, out


def test_a_maker_may_leave_a_profile_out():
    claim = _claim(samples.report(), "Reservation", ["Reservation"])

    assert (claim.state, claim.reasons) == ("left out", ["product.yaml leaves it out"])


def test_an_answer_that_is_missing_is_asked_for_and_never_invented(folder):
    (folder / "product.yaml").write_text(samples.product(power_kw=None, email=""))

    status, out = cert("pics", "--out", folder)

    assert status == 1 and "power_kw: not answered" in out and "email: not answered" in out
    text = (folder / "pics.html").read_text()
    assert text.count('<span class="mark bad">not answered</span>') == 2
    assert "Not ready to sign" in text


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"cable": "tethered"}, "cable: product.yaml says tethered, the run had socket"),
        ({"connector_types": "[A, B]"}, "connector_types: 2 answered, NumberOfConnectors is 1"),
        ({"fault": "false"}, "fault: product.yaml says false, the run had true"),
        ({"phases": "1"}, "phases: product.yaml says 1, station.json 3"),
        ({"tls_versions": "[]"}, "tls_versions: none answered, but the run was over TLS"),
    ],
)
def test_answers_that_the_run_contradicts_are_conflicts(folder, change, told):
    report = samples.report()
    report["settings"]["features"] = {"fault": True}
    samples.save(folder / "report.json", report)
    samples.save(folder / "snapshot.json", samples.snapshot({"phases": 3}))
    (folder / "product.yaml").write_text(samples.product(**change))

    status, out = cert("pics", "--out", folder)

    assert status == 1 and told in out, out


def test_report_snapshot_and_freeze_must_be_of_one_station(folder):
    facts = samples.freeze(folder)
    boot = {**samples.BOOT, "firmwareVersion": "1.1.9"}
    report = samples.report("f" * 64)
    report["sut"] = {**report["sut"], "boot": boot, "configuration": samples.configuration(X="1")}
    samples.save(folder / "report.json", report)

    status, out = cert("pics", "--out", folder)

    assert status == 1
    assert "BootNotification.firmwareVersion: report '1.1.9', snapshot '1.2.0'" in out
    assert "X: the report's station" in out
    assert "report.json is not of the frozen firmware" in out
    assert (
        json.loads((folder / "pics.json").read_text())["basis"]["firmware_sha256"]
        == (facts["firmware_sha256"])
    )


def _frames(*rows):
    return [
        {"at_s": at_s, "from": sender, "text": json.dumps(text) if sender != "rig" else text}
        for at_s, sender, text in rows
    ]


def test_performance_is_the_worst_of_the_frames():
    frames = _frames(
        (0.0, "server", [2, "a", "RemoteStartTransaction", {"idTag": "T"}]),
        (0.25, "station", [3, "a", {"status": "Accepted"}]),
        (0.9, "station", [2, "1", "StartTransaction", {}]),
        (2.0, "server", [2, "b", "TriggerMessage", {"requestedMessage": "Heartbeat"}]),
        (2.1, "station", [3, "b", {"status": "Accepted"}]),
        (2.4, "station", [2, "2", "Heartbeat", {}]),
        (3.0, "server", [2, "c", "RemoteStopTransaction", {"transactionId": 1}]),
        (3.5, "station", [3, "c", {"status": "Accepted"}]),
        (3.75, "station", [2, "3", "StopTransaction", {}]),
    )
    waited_for_a_hand = _frames(
        (0.0, "server", [2, "a", "RemoteStartTransaction", {}]),
        (5.0, "rig", "plug, connector 1"),
        (9.0, "station", [2, "1", "StartTransaction", {}]),
        (10.0, "server", [2, "b", "TriggerMessage", {"requestedMessage": "Heartbeat"}]),
        (10.1, "station", [3, "b", {"status": "Rejected"}]),
        (20.0, "station", [2, "2", "Heartbeat", {}]),
        (21.0, "station", "no OCPP"),
    )
    rows = [
        samples.result("TC_010_CS", frames=frames),
        samples.result("TC_011_1_CS", frames=waited_for_a_hand),
        samples.result("TC_012_CS", verdict="fail", frames=frames[:2] * 9),
    ]

    found = {row["id"]: row for row in performance_of({"results": rows})}

    assert found["remote_start"]["worst_s"] == 0.9 and found["remote_start"]["count"] == 1
    assert (found["triggered"]["worst_s"], found["triggered"]["count"]) == (0.4, 1)
    assert found["remote_stop"]["worst_s"] == 0.75
    assert (found["response"]["worst_s"], found["response"]["case"]) == (0.5, "TC_010_CS")


def test_times_of_a_simulator_are_no_figures_of_the_product(folder):
    assert why_not_of_the_product(samples.report()) == ""
    assert "simulator" in why_not_of_the_product(samples.report(rig="simulator"))
    assert "simulator" in why_not_of_the_product(samples.report(settings={"speed": 20.0}))

    samples.save(folder / "report.json", samples.report(rig="simulator"))
    assert cert_json("pics", "--out", folder)["ok"]
    assert "no figures of the product" in (folder / "pics.html").read_text()


def test_the_template_asks_everything_and_answers_nothing(tmp_path):
    path = tmp_path / "product.yaml"
    path.write_text(template())

    answers, left_out = read_product(path)

    assert set(answers) == {question.id for question in all_questions()} and left_out == []
    assert set(answers.values()) == {None}
    for question in all_questions():  # what it shows as an example can be an answer
        path.write_text(f"{question.id}: {question.example}\n")
        assert read_product(path)[0][question.id] is not None, question.id


def test_the_template_never_overwrites_answers(folder):
    status, out = cert("pics", "--template", "--out", folder)

    assert status == 2 and "is there already" in out
    assert (folder / "product.yaml").read_text() == samples.product()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("current: DC/AC\n", "current: must be one of AC, DC, not 'DC/AC'"),
        ("display: maybe\n", "display: must be true or false"),
        ("power_kw: lots\n", "power_kw: must be a number"),
        ("communication: [Smoke]\n", "communication: must be a list of texts out of Ethernet"),
        ("colour: red\n", "'colour' is no question"),
        ("leave_out: [Corn]\n", "leave_out: a list out of Core"),
        ("company: a\ncompany: b\n", ":1: a name that is there twice"),
        ("a: &x 1\nb: *x\n", ":2: no aliases here"),
        ("company: [\n", ":2: "),
        ("- a\n", "must be a map"),
        ("company: {a: b}\n", "company: must be a text"),
        ("company: " + "x" * 600 + "\n", "company: must be a text of up to 500"),
        ("\x00", "unacceptable character"),
    ],
)
def test_a_wrong_product_file_is_one_clear_line(folder, text, told):
    (folder / "product.yaml").write_text(text)

    status, out = cert("pics", "--out", folder)

    assert status == 2 and told in out and "next: " in out, out
    assert len(out.splitlines()) == 2 and len(out.splitlines()[0]) < 400


@pytest.mark.parametrize("name", ["report.json", "snapshot.json", "product.yaml"])
def test_says_which_file_is_missing_and_what_makes_it(folder, name):
    (folder / name).unlink()

    status, out = cert("pics", "--out", folder)

    assert status == 2 and f"{name}: No such file" in out and "next: chargecore cert" in out


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"format": 7}, "format 7, this version reads 1"),
        ({"results": [samples.result("TC_001_CS", verdict="passed")]}, "results[0].verdict"),
        ({"results": [samples.result("<b>")]}, "results[0].case"),
        ({"sut": {"identity": "x"}}, "sut: "),
        ({"started_at": "yesterday"}, "started_at"),
        ({"firmware_sha256": "abc"}, "firmware_sha256"),
    ],
)
def test_a_report_of_another_kind_is_one_clear_line(tmp_path, change, told):
    samples.save(tmp_path / "report.json", samples.report(**change))

    with pytest.raises(ArtefactError) as caught:
        read_report(tmp_path / "report.json")

    assert told in str(caught.value) and len(str(caught.value)) < 400


@given(data=st.binary(max_size=80) | st.text(max_size=80).map(str.encode))
def test_no_bytes_break_the_reader_of_answers(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "fuzzed.yaml"
    path.write_bytes(data)
    try:
        read_product(path)
    except ArtefactError as error:
        assert str(error).startswith(str(path)) and "\n" not in str(error)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@given(field=st.sampled_from(["sut", "settings", "results", "profiles", "tool"]), value=_JSON)
def test_no_field_of_a_report_breaks_what_reads_it(tmp_path_factory, field, value):
    path = tmp_path_factory.getbasetemp() / "fuzzed_report.json"
    samples.save(path, {**samples.report(), "results": [], field: value})
    try:
        facts, _digest = read_report(path)
    except ArtefactError as error:
        assert "\n" not in str(error)
        return
    claims_of(facts, PROFILES, [])
    performance_of(facts)
    why_not_of_the_product(facts)
