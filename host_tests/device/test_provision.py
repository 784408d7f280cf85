"""chargecore provision: checked by the firmware itself, sent in one step, secrets kept."""

import json

import pytest
from pki_files import kept_pki

from chargecore_tools.device.errors import EXIT_NO_BOARD, EXIT_USAGE
from chargecore_tools.device.link import BoardLink
from device_rig.command import chargecore, chargecore_json

_FIRST = ("--id", "CP01", "--csms", "ws://127.0.0.1:1/ocpp", "--meter", "simulated")
_PASSWORD = "correct horse battery"
_KEY = "0123456789abcdef0123456789abcdef"


def _on_board(station):
    with BoardLink(station.port) as link:
        link.stop()
        return json.loads(link.read("/station.json") or b"null"), link.sums("/certs")


def test_sends_what_the_station_starts_with(station):
    found = chargecore_json(
        "provision", *station.where, *_FIRST, "--max-current", "16", "--console", "open"
    )

    assert found["sent"] and station.wait_for(b"boot number 1, cause 0")
    made, certificates = _on_board(station)
    assert made["id"] == "CP01" and made["max_current"] == 16 and certificates == {}
    assert made["connectors"] == [{"meter": "simulated"}]


def test_changes_only_what_is_named(station):
    chargecore_json("provision", *station.where, *_FIRST, "--phases", "1", "--console", "open")
    chargecore_json("provision", *station.where, "--id", "CP02")

    made, _ = _on_board(station)
    assert (made["id"], made["phases"], made["csms_url"]) == ("CP02", 1, _FIRST[3])


@pytest.mark.parametrize(
    ("options", "field"),
    [
        (("--max-current", "90"), "max_current"),
        (("--csms", "http://x"), "csms_url"),
        (("--csms", "ws://"), "csms_url"),
        (("--meter", "sdm999"), "meter"),
        (("--meter", "sdm120", "--phases", "3"), "meter"),
        (("--meter", "sdm630", "--meter-address", "300"), "meter_address"),
        (("--reader", "nfc"), "reader"),
        (("--serial", "X" * 26), "serial"),
    ],
)
def test_the_firmware_refuses_a_wrong_field_before_anything_is_sent(station, options, field):
    found = chargecore_json("provision", *station.where, *_FIRST, *options)

    assert found["status"] == EXIT_USAGE and found["error"].endswith("field " + field), found
    assert station.wait_for(b"soft reboot", 0) is False
    assert _on_board(station) == (None, {})


def test_takes_secrets_from_standard_input_and_never_shows_them(station):
    secrets = json.dumps({"wifi_password": _PASSWORD, "auth_key": _KEY})
    options = ("--wifi-ssid", "garage", "--console", "open", "--secrets", "-")

    status, out, error = chargecore("provision", *station.where, *_FIRST, *options, text=secrets)

    assert status == 0, error
    assert _PASSWORD not in out + error and _KEY not in out + error
    assert "wifi.password: (kept secret)" in out and "auth_key: (kept secret)" in out
    made, _ = _on_board(station)
    assert made["wifi"] == {"ssid": "garage", "password": _PASSWORD} and made["auth_key"] == _KEY


def test_asks_nobody_without_a_terminal_and_has_no_option_for_a_secret(station):
    found = chargecore_json("provision", *station.where, *_FIRST, "--wifi-ssid", "garage")
    _, help_text, _ = chargecore("provision", "--help")

    assert found["status"] == EXIT_USAGE and "--secrets" in found["next"]
    assert "--wifi-password" not in help_text and "--password" not in help_text


def test_refuses_a_file_with_secrets_that_others_can_read(station, tmp_path):
    path = tmp_path / "secrets.json"
    path.write_text(json.dumps({"wifi_password": _PASSWORD}))
    path.chmod(0o644)
    options = ("--wifi-ssid", "garage", "--secrets", path)

    found = chargecore_json("provision", *station.where, *_FIRST, *options)
    path.chmod(0o600)
    better = chargecore_json("provision", *station.where, *_FIRST, *options)

    assert found["status"] == EXIT_USAGE and found["next"] == f"chmod 600 {path}"
    assert better["secrets"] == ["wifi.password"]


def test_a_phone_can_do_the_rest_with_the_label_that_it_prints(station):
    status, out, error = chargecore(
        "provision", *station.where, "--meter", "simulated", "--setup-page"
    )

    assert status == 0, error
    with BoardLink(station.port) as link:
        link.stop()
        made = json.loads(link.read("/station.json"))
        label = json.loads(link.read("/setup.json"))
    assert "id" not in made and "csms_url" not in made and label.pop("open") is True
    assert sorted(label) == ["code", "network", "password"]
    assert all(text in out for text in label.values())

    more = ("--no-setup-page", "--console", "open")
    chargecore_json("provision", *station.where, *_FIRST, *more)
    with BoardLink(station.port) as link:
        link.stop()
        assert link.read("/setup.json") is None


def test_the_hardware_has_to_be_right_before_a_phone_gets_to_it(station):
    found = chargecore_json("provision", *station.where, "--meter", "sdm999", "--setup-page")

    assert found["status"] == EXIT_USAGE and found["error"].endswith("field meter")
    assert _on_board(station) == (None, {})


def test_sends_certificates_and_key_that_the_firmware_takes(station, tmp_path):
    pki = kept_pki()
    root, other = pki["csms-root-ecdsa"].pem, pki["csms-root-rsa"].pem
    chain, key = pki["client-ecdsa"].chain_pem, tmp_path / "cp.key"
    key.touch(mode=0o600)
    key.write_bytes(pki["client-ecdsa"].key_pem.read_bytes())
    secure = ("--csms", "wss://csms.lab/ocpp", "--csms-root", root, "--console", "open")

    found = chargecore_json(
        "provision",
        *station.where,
        *_FIRST,
        *secure,
        "--client-certificate",
        chain,
        "--client-key",
        key,
    )

    assert found["ok"], found
    made, certificates = _on_board(station)
    assert len(certificates) == 3 and made["client_key"] in certificates
    again = chargecore_json("provision", *station.where, "--csms-root", tmp_path / "none.pem")
    assert again["status"] == EXIT_USAGE

    chargecore_json("provision", *station.where, "--csms-root", other)
    changed, certificates = _on_board(station)
    assert changed["csms_root_ca"] != made["csms_root_ca"]
    assert len(certificates) == 3 and made["csms_root_ca"] not in certificates


def test_refuses_what_is_no_certificate(station, tmp_path):
    path = tmp_path / "root.pem"
    path.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")

    found = chargecore_json("provision", *station.where, *_FIRST, "--csms-root", path)

    assert found["status"] == EXIT_USAGE and "csms_root_ca" in found["error"]
    assert _on_board(station) == (None, {})


def test_a_station_in_production_does_not_listen(station):
    chargecore_json("provision", *station.where, *_FIRST, "--console", "locked")
    assert station.wait_for(b"board: console locked")

    found = chargecore_json("provision", *station.where, "--id", "CP02")

    assert found["status"] == EXIT_NO_BOARD and "service way in" in found["next"]
