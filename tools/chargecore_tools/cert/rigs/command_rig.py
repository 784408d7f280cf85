"""CommandRig: calls a program of the laboratory for each act: relays, a robot, a power supply.

    ./relay.sh plug connector=1 amps=16
    ./relay.sh swipe connector=1 tag=TAG1

First the act, then its fields as name=value, in this order: connector, then as in grammar.ACTS.
Exit status 0: done. 3: no hands for this act, the case is inconclusive. Anything else: the rig is
broken, the case is an error; the last line that the program wrote says why.
"""

import os
import subprocess

from chargecore_tools.cert.errors import CertError, RigCannot

_CANNOT = 3
_MOST_S = 120.0  # a program that takes longer hangs
_WHY_LEN = 200


class CommandRig:
    """command: list of words, the program first."""

    name = "command"

    def __init__(self, command, most_s=_MOST_S):
        self._command = list(command)
        self._most_s = most_s

    def act(self, name, connector, **fields):
        """Do one act: returns when the program has ended."""
        words = [f"{key}={_word(value)}" for key, value in fields.items()]
        command = [*self._command, name, f"connector={connector}", *words]
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=self._most_s,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            text = f"{command[0]} {name}: not done within {self._most_s:g} s"
            raise CertError(text) from error
        except OSError as error:
            raise CertError(f"--rig-command {command[0]}: {error.strerror}") from error
        why = _last_line(done.stdout)
        if done.returncode == _CANNOT:
            raise RigCannot(f"{command[0]} cannot {name}: {why}")
        if done.returncode:
            raise CertError(f"{command[0]} {name}: status {done.returncode}: {why}")

    def close(self):
        """Nothing is open."""


def _word(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def _last_line(output):
    lines = output.decode("utf-8", "replace").strip().split(os.linesep)
    return lines[-1][:_WHY_LEN] or "it says nothing"
