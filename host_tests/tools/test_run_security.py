"""What `chargecore run` gives to server and station for a security profile."""

import json
import ssl
import stat

import pytest

from chargecore_tools.csms.server import Server
from chargecore_tools.run_security import RunSecurity
from fakes.ocpp_station import OcppStation


def fields_of(security):
    """Return station.json as it is written, None for none."""
    path = security.write_station_file()
    return None if path is None else json.loads(path.read_text())


def test_profile_0_needs_nothing(tmp_path):
    security = RunSecurity(0, tmp_path)

    assert (security.context, security.password, security.settings) == (None, None, {})
    assert fields_of(security) is None
    assert security.text(None, "CP01") == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("profile", "names"),
    [
        (1, {"auth_key"}),
        (2, {"auth_key", "csms_root_ca"}),
        (3, {"csms_root_ca", "client_certificate", "client_key"}),
    ],
)
def test_gives_the_station_what_the_profile_needs(tmp_path, profile, names):
    security = RunSecurity(profile, tmp_path)
    fields = fields_of(security)

    assert fields.keys() == names
    assert security.settings == {"SecurityProfile": str(profile)}
    assert (security.context is not None) == (profile >= 2)
    assert (security.password is not None) == (profile <= 2)
    if security.password is not None:
        assert bytes.fromhex(fields["auth_key"]) == security.password


def test_only_the_owner_can_read_what_the_station_is_given(tmp_path):
    security = RunSecurity(3, tmp_path)
    path = security.write_station_file()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert security.context.verify_mode == ssl.CERT_REQUIRED


def test_makes_another_password_each_time(tmp_path):
    assert RunSecurity(1, tmp_path).password != RunSecurity(1, tmp_path).password


def test_says_how_the_station_was_connected(tmp_path):
    security = RunSecurity(2, tmp_path)
    context = ssl.create_default_context(cafile=fields_of(security)["csms_root_ca"])
    with Server(password="secret", ssl=security.context) as server:
        with OcppStation(server.url, password="secret", ssl=context):
            server.wait_connected("CP01")
        text = security.text(server, "CP01")

    assert text == "security profile 2, TLSv1.3 TLS_AES_256_GCM_SHA384"
