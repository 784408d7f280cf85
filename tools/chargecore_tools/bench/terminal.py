"""Terminal: the person at the bench, through the terminal: told what to do, asked what is seen.

Is person and guide in one. Its lines go to standard error, so that --json stays one object.
"""

import sys

from rich.console import Console
from rich.markup import escape

from chargecore_tools.bench.actions import ACTIONS
from chargecore_tools.bench.consent import SENTENCE
from chargecore_tools.bench.errors import BenchEnded
from chargecore_tools.bench.instruments import INSTRUMENTS
from chargecore_tools.bench.result import FAIL, PASS
from chargecore_tools.bench.session import NEXT, QUIT, REPEAT

_YES = ("y", "yes", "1")
_COLOURS = {PASS: "bold green", FAIL: "bold red"}
_UNKNOWN = "-"


class Terminal:
    """console: of rich; ask: reads a line, as input() does."""

    is_slow = True  # a permission is asked for while it works

    def __init__(self, console=None, ask=input):
        self._console = console or Console(stderr=True, highlight=False)
        self._ask_line = ask

    # ---- person ----

    def do(self, action, **how):
        """Tell what is to be done, and wait until it is."""
        self.say(f"  [bold]>[/] {escape(ACTIONS[action].format(**how))}")
        self._line("    Enter when done: ")

    def read(self, name, **how):
        """Ask for a reading; a line that is only "-" is None."""
        question, unit = INSTRUMENTS[name]
        question = question.format(**how)
        while True:
            text = self._line(f"  ? {question} ({'y/n' if unit == 'yes_no' else unit}): ")
            if text == _UNKNOWN:
                return None
            if unit == "yes_no" and text.lower()[:1] in ("y", "n"):
                return int(text.lower() in _YES)
            if unit != "yes_no":
                try:
                    return round(float(text.replace(",", ".")))
                except ValueError:
                    pass
            self.say(f"    a number in {unit}, or - if it cannot be measured")

    # ---- guide ----

    def say(self, text):
        """Write a line."""
        self._console.print(text)

    def begin(self, step, result):
        """Say which step comes."""
        again = f", try {result.tries + 1}" if result.tries else ""
        self.say(f"\n[bold]Step {step.number}: {escape(step.title)}[/]{again}")
        self.say(f"  expected: {escape(step.expect)} [dim]({escape(step.source)})[/]")
        if step.instruments:
            self.say(f"  needed: {', '.join(step.instruments)}")

    def end(self, step, result):
        """Say how it went and ask how to go on. Return NEXT, REPEAT or QUIT."""
        self.show(result)
        asks = "Enter next, r repeat, n note, p photo, q quit: "
        while True:
            word = self._line("  " + asks).lower()
            if word in ("", "r", "q"):
                return {"": NEXT, "r": REPEAT, "q": QUIT}[word]
            if word in ("n", "p"):
                text = self._line("  note: " if word == "n" else "  photo's file name: ")
                (result.notes if word == "n" else result.photos).append(text[:500])

    def show(self, result):
        """Print readings and verdict."""
        for row in result.readings:
            mark = "ok" if row.verdict == PASS else "[bold red]NO[/]"
            limits = escape(row.limits)
            self.say(f"    {mark} {escape(row.name)}: {escape(row.shown)} [dim]({limits})[/]")
        self.say(f"  [{_COLOURS.get(result.verdict, 'yellow')}]{result.verdict}[/]")
        if result.look:
            self.say(f"  {escape(result.look)}")

    # ---- who, and may it ----

    def operator(self):
        """Ask for a name."""
        return self._until(lambda: self._line("Your name, for the report: "), bool)

    def may_begin(self):
        """Ask whether part I may begin: no mains anywhere."""
        self.say("Part I: [bold]no mains[/] at the contactor, its coil's supply off for now.")
        return self._line("No mains is connected (y/n): ").lower() in _YES

    def consent(self):
        """Ask for the confirmation of part II. Return the name of who gives it, "" for nobody."""
        self.say("\nPart II: [bold red]mains voltage[/], through a fused test panel.")
        self.say(f"Type this sentence, or Enter to end here:\n  [bold]{SENTENCE}[/]")
        if self._line("> ") != SENTENCE:
            return ""
        return self._line("Name of the qualified person: ")

    def _line(self, text):
        try:
            return self._ask_line(text).strip()
        except EOFError:
            raise BenchEnded from None

    @staticmethod
    def _until(ask, is_good):
        while True:
            text = ask()
            if is_good(text):
                return text


def is_terminal():
    """Tell whether somebody can be asked."""
    return sys.stdin.isatty()
