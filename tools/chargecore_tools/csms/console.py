"""Console: where commands are typed: a prompt on a terminal, a script on standard input.

A script ends the server at its end. Standard input that is empty from the start (/dev/null) is no
script: then the server runs until it is stopped.
"""

import sys
import threading

from prompt_toolkit import PromptSession
from prompt_toolkit.patch_stdout import patch_stdout

from chargecore_tools.csms.commands import Quit
from chargecore_tools.csms.completer import CommandCompleter
from chargecore_tools.csms.orders import OrderError

_PROMPT = "csms> "


class Console:
    """Runs Commands until the user ends. say(text) prints, complain(text) prints errors."""

    def __init__(self, server, commands, complain):
        self._server = server
        self._commands = commands
        self._complain = complain
        self.failures = 0  # commands that could not be carried out

    def run(self):
        """Take commands until quit, the end of the input or a signal's exception."""
        try:
            if sys.stdin is not None and sys.stdin.isatty():
                self._run_prompt()
            else:
                self._run_script()
        except Quit:
            return

    def _run_prompt(self):
        completer = CommandCompleter(self._server, self._commands)
        session = PromptSession(_PROMPT, completer=completer, complete_while_typing=True)
        with patch_stdout(raw=True):
            while True:
                try:
                    line = session.prompt()
                except (EOFError, KeyboardInterrupt):
                    return
                self._carry_out(line)

    def _run_script(self):
        is_script = False
        for line in sys.stdin or ():
            is_script = True
            self._carry_out(line)
        if not is_script:
            threading.Event().wait()

    def _carry_out(self, line):
        try:
            self._commands.run(line)
        except OrderError as error:
            self.failures += 1
            self._complain(str(error))
