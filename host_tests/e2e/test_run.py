"""`chargecore run` as a user starts it: real server, real firmware in the MicroPython VM."""

import re
import subprocess
import sys

_LIMIT_S = 90
_LAST_LINE = re.compile(
    r"session complete: (\d+) Wh, server (\d+) Wh, contactor opened: the session was stopped .+"
)


def test_a_whole_charge_ends_with_meter_and_server_in_agreement():
    result = subprocess.run(
        [sys.executable, "-m", "chargecore_tools.main", "run", "--minutes", "2", "--speed", "100"],
        capture_output=True,
        text=True,
        timeout=_LIMIT_S,
    )

    last = result.stdout.splitlines()[-1]
    match = _LAST_LINE.fullmatch(last)
    assert match, result.stdout[-2000:] + result.stderr
    assert int(match[1]) == int(match[2]) > 0
    assert result.returncode == 0
