"""Lab cases TC_080 and TC_081: SignedUpdateFirmware with bundles of the real firmware, on the VM.

The certificates are those of `chargecore pki`; the new version is this firmware's own image under
another number, and it really boots from the flash folder.
"""

import time
from datetime import timedelta

import pytest
from file_servers import FtpFiles, HttpFiles

from chargecore_tools.bundle import IMAGE_NAME, make_bundle
from chargecore_tools.image.firmware_image import image_of
from chargecore_tools.pki import sign_firmware
from chargecore_tools.sim_process import repository

NOTE = "SignedFirmwareStatusNotification"
EVENT = "SecurityEventNotification"
NEW = "9.9.9"
REQUEST = 42
ENDS = (
    "Installed",
    "InstallationFailed",
    "InstallVerificationFailed",
    "InvalidSignature",
    "DownloadFailed",
)
SKIPS = ("Heartbeat", "MeterValues", "StatusNotification")


@pytest.fixture(scope="module")
def bundle():
    return make_bundle("host", NEW, {IMAGE_NAME: image_of(repository()).read_bytes()})


@pytest.fixture(params=[HttpFiles, FtpFiles], ids=["http", "ftp"])
def files(request, tmp_path):
    yield from _served(request.param, tmp_path)


@pytest.fixture
def http_files(tmp_path):
    yield from _served(HttpFiles, tmp_path)


def _served(kind, tmp_path):
    (tmp_path / "files").mkdir()
    server = kind(tmp_path / "files")
    yield server
    server.close()


def _station(pki, kind="ecdsa"):
    """Return the station file of a station that knows the maker."""
    return {"manufacturer_root_ca": pki[f"manufacturer-root-{kind}"].pem.read_text()}


@pytest.fixture
def signed_bench(bench_factory, pki):
    """One station with one connector that knows the maker, accepted and idle."""
    return bench_factory(station=_station(pki)).booted()


class Maker:
    """Puts bundles on a server and asks for them."""

    def __init__(self, pki, files, kind="ecdsa", scheme="ecdsa"):
        self.pki = pki
        self._files = files
        self._scheme = scheme
        self.certificate = pki[f"firmware-signing-{kind}"].chain_pem.read_text()

    def firmware(self, bench, data, in_s=-10, signed=None, install_in_s=None, **more):
        """Put data on the server. Return what SignedUpdateFirmware says of it."""
        (self._files.folder / "app.bundle").write_bytes(data)
        signature = sign_firmware(self.pki, data if signed is None else signed, self._scheme)
        fields = {
            "location": f"{self._files.url}/app.bundle",
            "retrieveDateTime": _instant(bench, in_s),
            "signingCertificate": self.certificate,
            "signature": signature.decode(),
        }
        if install_in_s is not None:
            fields["installDateTime"] = _instant(bench, install_in_s)
        return {**fields, **more}

    def ask(self, bench, data, status="Accepted", request=REQUEST, **more):
        firmware = self.firmware(bench, data, **more)
        answer = bench.call(
            "SignedUpdateFirmware", 30, requestId=request, firmware=firmware, retries=0
        )
        assert answer == {"status": status}


def _instant(bench, in_s):
    return (bench.sim.now() + timedelta(seconds=in_s)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _told(bench, *statuses, timeout=30, request=REQUEST):
    """The statuses of the update, in order; connectors may be Unavailable meanwhile."""
    for status in statuses:
        call = bench.next_call(timeout, skips=SKIPS)
        assert (call.action, call.payload) == (
            NOTE,
            {"status": status, "requestId": request},
        ), call.text


def _statuses(bench):
    return [call["status"] for call in bench.server.history.calls("CP01", NOTE)]


def _boots(bench, version):
    """The station boots that version and tells its statuses."""
    bench.sim.wait_reboot()
    boot = bench.next_call(30, skips=(*SKIPS, NOTE))
    assert (boot.action, boot.payload.get("firmwareVersion")) == ("BootNotification", version)


GOOD = ("Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallRebooting")


def _installs(bench, request=REQUEST):
    """The rest of a good update: the new version boots, and says so."""
    _boots(bench, NEW)
    bench.expect_statuses(dict.fromkeys(range(bench.connectors + 1), "Available"), timeout=30)
    _told(bench, "Installed", request=request)
    bench.wait_call(EVENT, type="FirmwareUpdated", techInfo=NEW)


def test_tc_080_secure_firmware_update(signed_bench, pki, files, bundle):
    Maker(pki, files).ask(signed_bench, bundle)

    _told(signed_bench, *GOOD)
    _installs(signed_bench)
    signed_bench.session()


@pytest.mark.parametrize("scheme", ["rsa-pss", "rsa-pkcs1"])
def test_tc_080_with_rsa(bench_factory, pki, http_files, bundle, scheme):
    bench = bench_factory(station=_station(pki, "rsa")).booted()
    Maker(pki, http_files, "rsa", scheme).ask(bench, bundle)

    _told(bench, *GOOD)
    _installs(bench)


def test_tc_081_secure_firmware_update_invalid_signature(signed_bench, pki, files, bundle):
    bench = signed_bench
    Maker(pki, files).ask(bench, bundle, signed=bundle + b"x")

    _told(bench, "Downloading", "Downloaded", "InvalidSignature")
    bench.wait_call(EVENT, type="InvalidFirmwareSignature", techInfo=f"update {REQUEST}")
    bench.quiet(NOTE, 60)
    assert bench.count("BootNotification") == 1
    bench.session()


@pytest.mark.parametrize("name", ["expired", "not-yet-valid", "not-for-code", "wrong-ca"])
def test_refuses_a_signing_certificate_that_is_not_good(signed_bench, pki, http_files, name):
    bench = signed_bench
    maker = Maker(pki, http_files)
    maker.certificate = pki[f"firmware-signing-ecdsa-{name}"].chain_pem.read_text()
    maker.ask(bench, b"never fetched", "InvalidCertificate")

    bench.wait_call(EVENT, type="InvalidFirmwareSigningCertificate")
    bench.quiet(NOTE, 20)
    assert http_files.requests == []


def test_a_station_that_knows_no_maker_refuses_all(bench, pki, http_files):
    Maker(pki, http_files).ask(bench, b"never fetched", "InvalidCertificate")

    bench.wait_call(EVENT, type="InvalidFirmwareSigningCertificate")


def test_plain_firmware_is_not_installed(signed_bench, http_files, bundle):
    (http_files.folder / "app.bundle").write_bytes(bundle)
    with pytest.raises(Exception, match="NotSupported"):
        signed_bench.call(
            "UpdateFirmware",
            location=f"{http_files.url}/app.bundle",
            retrieveDate=_instant(signed_bench, -10),
        )
    assert http_files.requests == []


def test_waits_for_both_dates_also_over_a_power_cut(signed_bench, pki, http_files, bundle):
    bench = signed_bench
    Maker(pki, http_files).ask(bench, bundle, in_s=60, install_in_s=300)
    _told(bench, "DownloadScheduled")
    _told(bench, "Downloading", "Downloaded", "SignatureVerified", "InstallScheduled", timeout=60)
    bench.sim.kill()
    bench.sim.start()
    bench.expect("BootNotification", 30)
    bench.expect_statuses({0: "Available", 1: "Available"}, timeout=30)
    bench.wait_call(NOTE, 60, status="InstallRebooting", requestId=REQUEST)
    bench.sim.wait_reboot()
    bench.wait_call(NOTE, 60, status="Installed", requestId=REQUEST)
    assert len(http_files.requests) == 1


def test_a_second_request_takes_the_place_of_the_first(signed_bench, pki, http_files, bundle):
    bench = signed_bench
    maker = Maker(pki, http_files)
    http_files.stall_after_b = 1_000
    maker.ask(bench, bundle, request=1)
    _told(bench, "Downloading", request=1)
    http_files.serve_again()
    maker.ask(bench, bundle, "AcceptedCanceled", request=2)

    _told(bench, *GOOD, request=2)
    _installs(bench, request=2)


def test_a_trigger_brings_the_status(signed_bench, pki, http_files, bundle):
    """W11, L01.FR.28, L01.FR.29."""
    bench = signed_bench
    message = {"requestedMessage": "FirmwareStatusNotification"}
    assert bench.call("ExtendedTriggerMessage", **message) == {"status": "Accepted"}
    assert bench.expect(NOTE).payload == {"status": "Idle"}
    Maker(pki, http_files).ask(bench, bundle, signed=b"another")
    _told(bench, "Downloading", "Downloaded", "InvalidSignature")
    bench.call("ExtendedTriggerMessage", **message)
    _told(bench, "InvalidSignature")


@pytest.mark.parametrize(
    "after", ["Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallRebooting"]
)
def test_a_power_cut_at_any_stage_leaves_a_working_version(
    signed_bench, pki, http_files, bundle, after
):
    bench = signed_bench
    Maker(pki, http_files).ask(bench, bundle)
    bench.wait_call(NOTE, 30, status=after)
    bench.sim.kill()
    bench.sim.start()

    end_s = time.monotonic() + 60
    while _statuses(bench)[-1] not in ENDS:
        bench.sim.follow_reboot()
        assert time.monotonic() < end_s, _statuses(bench)
        time.sleep(0.02)
    boots = bench.server.history.calls("CP01", "BootNotification")
    assert boots[-1].payload.get("firmwareVersion") == NEW
    first = list(dict.fromkeys(_statuses(bench)))  # some are told again behind the cut
    assert first == [*GOOD, "Installed"]
    assert {call["requestId"] for call in bench.server.history.calls("CP01", NOTE)} == {REQUEST}


def test_a_power_cut_while_the_signature_is_wrong_installs_nothing(
    signed_bench, pki, http_files, bundle
):
    bench = signed_bench
    Maker(pki, http_files).ask(bench, bundle, signed=b"another")
    bench.wait_call(NOTE, 30, status="Downloaded")
    bench.sim.kill()
    bench.sim.start()

    bench.wait_call(NOTE, 60, status="InvalidSignature")
    bench.wait_call(EVENT, 30, type="InvalidFirmwareSignature")
    bench.quiet("BootNotification", 60)
    boots = bench.server.history.calls("CP01", "BootNotification")
    assert {boot.payload.get("firmwareVersion") for boot in boots} != {NEW}
    assert len(boots) == 2
