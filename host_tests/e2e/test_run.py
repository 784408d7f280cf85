"""`chargecore run` as a user starts it: real server, real firmware in the MicroPython VM."""

import re
import subprocess
import sys

_LIMIT_S = 400  # a loaded machine may have to link the image first
_LAST_LINE = re.compile(
    r"session complete: (\d+) Wh, server (\d+) Wh, contactor opened: the session was stopped .+?"
    r"(, security profile .+)?"
)
_TLS = "TLSv1.2 ECDHE-ECDSA-AES128-GCM-SHA256"


def charge(*options):
    """Run a short charge to its good end. Return (what the last line says behind it, output)."""
    command = [sys.executable, "-m", "chargecore_tools.main", "run", "--minutes", "2"]
    result = subprocess.run(
        [*command, "--speed", "100", *options], capture_output=True, text=True, timeout=_LIMIT_S
    )
    match = _LAST_LINE.fullmatch(result.stdout.splitlines()[-1])
    assert match, result.stdout[-2000:] + result.stderr
    assert int(match[1]) == int(match[2]) > 0
    assert result.returncode == 0
    return match[3] or "", result.stdout


def test_a_whole_charge_ends_with_meter_and_server_in_agreement():
    assert charge()[0] == ""


def test_a_whole_charge_with_a_password_and_tls():
    security, output = charge("--security-profile", "2")

    assert security == f", security profile 2, {_TLS}"
    assert "client certificate" not in output


def test_a_whole_charge_with_mutual_tls():
    security, output = charge("--security-profile", "3")

    assert security == f", security profile 3, {_TLS}"
    assert "client certificate CN=SIM0001 O=Lab CPO" in output
