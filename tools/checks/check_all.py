"""Every check of the house, one line each; what they find is printed below. Exit status 1 then."""

import os
import subprocess
import sys
import time
from pathlib import Path

import check_arrows
import check_contactor
import check_firmware_rules
import check_hot
import check_mpy
import check_pins

from sources import ROOT

_CODE = ("firmware", "boards", "host_tests", "tools")
_PROSE = ("README.md", "CHANGELOG.md", "docs")


def _tool(*command):
    """Return a check that runs one of the installed tools."""

    def run(root):
        program = str(Path(sys.executable).with_name(command[0]))
        done = subprocess.run(
            [program, *command[1:]],
            cwd=root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "NO_COLOR": "1"},
            check=False,
        )
        if done.returncode == 0:
            return []
        return done.stdout.strip().splitlines() or [f"{command[0]}: status {done.returncode}"]

    return run


def _docs(root):
    """Return the generated pages that no longer agree with what they are made from."""
    findings = []
    for path in sorted((root / "tools" / "chargecore_tools").glob("gen_*.py")):
        findings += _tool("python", "-m", f"chargecore_tools.{path.stem}", "--check")(root)
    return findings


CHECKS = (
    ("ruff: lint", _tool("ruff", "check", "--quiet", "--output-format=concise", *_CODE)),
    ("ruff: format", _tool("ruff", "format", "--quiet", "--diff", *_CODE)),
    ("spelling", _tool("codespell", *_CODE, *_PROSE)),
    ("generated pages of docs/", _docs),
    ("imports run one way", check_arrows.check),
    ("rules of firmware/", check_firmware_rules.check),
    ("who moves a contactor", check_contactor.check),
    ("pin tables", check_pins.check),
    ("HOT functions", check_hot.check),
    ("compiles for 4 chip families", check_mpy.check),
)


def main():
    """Run all checks, also after one has failed."""
    failed = 0
    for name, check in CHECKS:
        began_s = time.monotonic()
        findings = check(ROOT)
        took_s = time.monotonic() - began_s
        print(f"{'FAIL' if findings else 'ok  '} {name} ({took_s:.1f} s)", flush=True)
        for finding in findings:
            print("    " + finding)
        failed += bool(findings)
    print(f"checks: {len(CHECKS) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
