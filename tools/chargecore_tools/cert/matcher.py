"""What a value of the station must be. A matcher is a literal, a map of fields, or words.

A map of fields asks for these fields and lets others pass. A list asks for exactly these items. A
map whose keys are words (grammar.MATCHERS) asks for all of them: {at_least: 1, at_most: 5}.
"""

import re

from chargecore_tools.cert.errors import CannotResolve, CaseError
from chargecore_tools.cert.grammar import MATCHERS
from chargecore_tools.cert.scope import Saved
from chargecore_tools.csms.registers import instant

_MISSING = object()


def is_words(matcher):
    """Return whether a map is made of matcher words."""
    return isinstance(matcher, dict) and any(key in MATCHERS for key in matcher)


def check(matcher, file, line):
    """Look whether a matcher can be one. Errors: CaseError."""
    line = getattr(matcher, "line", line)
    if isinstance(matcher, list):
        for item in matcher:
            check(item, file, line)
    if not isinstance(matcher, dict):
        return
    if not is_words(matcher):
        for name, item in matcher.items():
            check(item, file, matcher.lines.get(name, line))
        return
    for word in matcher:
        if word not in MATCHERS:
            where = matcher.lines.get(word, line)
            raise CaseError(file, where, f"matcher '{word}': must be one of {', '.join(MATCHERS)}")
    _check_words(matcher, file, line)


def _check_words(matcher, file, line):
    for word, value in matcher.items():
        where = matcher.lines.get(word, line)
        if word == "between" and not (isinstance(value, list) and len(value) == 2):
            raise CaseError(file, where, "between: must be [least, most]")
        if word == "one_of" and not isinstance(value, (list, str)):
            raise CaseError(file, where, "one_of: must be a list")
        if word == "matches":
            try:
                re.compile(str(value))
            except re.error as error:
                raise CaseError(file, where, f"matches: no regular expression: {error}") from error
        if word in ("not", "contains", "each"):
            check(value, file, where)
    if "about" in matcher and "by" not in matcher:
        raise CaseError(file, line, "about: needs 'by'")


class Matcher:
    """Compares. scope: for $names; deviation_s: how far `near` may be off unless it says so."""

    def __init__(self, scope, deviation_s):
        self._scope = scope
        self._deviation_s = deviation_s

    def misfit(self, matcher, value, path=""):
        """Return what does not fit in one clause, "" when all fits. Errors: CannotResolve."""
        if is_words(matcher):
            return self._misfit_words(matcher, value, path)
        if isinstance(matcher, dict):
            return self._misfit_fields(matcher, value, path)
        if isinstance(matcher, list):
            return self._misfit_items(matcher, value, path)
        wanted = self._scope.resolve(matcher)
        if isinstance(wanted, (dict, list)):
            return self.misfit(wanted, value, path)
        return "" if is_same(wanted, value) else f"{path or 'it'} is {show(value)}, not {wanted!r}"

    def could_fit(self, matcher, value):
        """Return whether it fits as far as that can be said before all names have a value."""
        if matcher is None:
            return True
        if isinstance(matcher, dict) and not is_words(matcher):
            if not isinstance(value, dict):
                return False
            return all(self.could_fit(item, value.get(k, _MISSING)) for k, item in matcher.items())
        try:
            return not self.misfit(matcher, value)
        except CannotResolve:
            return True

    def _misfit_fields(self, matcher, value, path):
        if not isinstance(value, dict):
            return f"{path or 'it'} is {show(value)}, no object"
        for name, item in matcher.items():
            here = f"{path}.{name}" if path else name
            text = self.misfit(item, value.get(name, _MISSING), here)
            if text:
                return text
        return ""

    def _misfit_items(self, matcher, value, path):
        if not isinstance(value, list) or len(value) != len(matcher):
            return f"{path or 'it'} is {show(value)}, not {len(matcher)} items"
        for idx, (item, one) in enumerate(zip(matcher, value)):
            text = self.misfit(item, one, f"{path}[{idx}]")
            if text:
                return text
        return ""

    def _misfit_words(self, matcher, value, path):
        if matcher.get("absent"):
            return "" if value is _MISSING else f"{path} is there: {show(value)}"
        if value is _MISSING:
            return "" if matcher.get("or_absent") else f"{path} is missing"
        options = {word: matcher[word] for word in ("by", "within_s") if word in matcher}
        for word, wanted in matcher.items():
            if word in ("by", "within_s", "absent", "or_absent"):
                continue
            text = getattr(self, f"_{word}")(wanted, value, path or "it", options)
            if text:
                return text
        return ""

    # ---- one word each: (wanted, value, path, options) -> text ----

    def _is(self, wanted, value, path, _options):
        wanted = self._scope.resolve(wanted)
        return "" if is_same(wanted, value) else f"{path} is {show(value)}, not {wanted!r}"

    def _one_of(self, wanted, value, path, _options):
        wanted = self._scope.resolve(wanted)
        if any(is_same(one, value) for one in wanted):
            return ""
        return f"{path} is {show(value)}, not one of {', '.join(map(str, wanted))}"

    def _not(self, wanted, value, path, _options):
        return "" if self.misfit(wanted, value, path) else f"{path} is {show(value)}"

    def _present(self, wanted, value, path, _options):
        return "" if wanted else f"{path} is there: {show(value)}"

    def _at_least(self, wanted, value, path, _options):
        least, given = self._numbers(wanted, value)
        return (
            ""
            if given is not None and given >= least
            else f"{path} is {show(value)}, below {least:g}"
        )

    def _at_most(self, wanted, value, path, _options):
        most, given = self._numbers(wanted, value)
        return (
            ""
            if given is not None and given <= most
            else f"{path} is {show(value)}, above {most:g}"
        )

    def _between(self, wanted, value, path, options):
        return self._at_least(wanted[0], value, path, options) or self._at_most(
            wanted[1], value, path, options
        )

    def _about(self, wanted, value, path, options):
        wanted, given = self._numbers(wanted, value)
        by = as_number(self._scope.resolve(options["by"]))
        if given is not None and abs(given - wanted) <= by:
            return ""
        return f"{path} is {show(value)}, not {wanted:g} +-{by:g}"

    def _near(self, wanted, value, path, options):
        wanted = self._scope.resolve(wanted)
        moment = wanted.wall if isinstance(wanted, Saved) else instant(wanted)
        by_s = as_number(self._scope.resolve(options.get("within_s", self._deviation_s)))
        try:
            off_s = (instant(value) - moment).total_seconds()
        except (TypeError, ValueError, AttributeError):
            return f"{path} is {show(value)}, no time"
        if abs(off_s) <= by_s:
            return ""
        side = "after" if off_s > 0 else "before"
        return f"{path} is {show(value)}, {abs(off_s):.1f} s {side} the moment, not {by_s:g} s"

    def _contains(self, wanted, value, path, _options):
        if isinstance(value, str):
            text = str(self._scope.resolve(wanted))
            return "" if text in value else f"{path} does not contain '{text}'"
        if isinstance(value, list) and any(not self.misfit(wanted, one) for one in value):
            return ""
        return f"{path} has no item that fits {show(self._shown(wanted))}"

    def _each(self, wanted, value, path, _options):
        if not isinstance(value, list):
            return f"{path} is {show(value)}, no list"
        for idx, one in enumerate(value):
            text = self.misfit(wanted, one, f"{path}[{idx}]")
            if text:
                return text
        return ""

    def _length(self, wanted, value, path, _options):
        if not isinstance(value, (list, str)):
            return f"{path} is {show(value)}, which has no length"
        return self.misfit(wanted, len(value), f"the length of {path}")

    def _matches(self, wanted, value, path, _options):
        found = isinstance(value, str) and re.fullmatch(str(self._scope.resolve(wanted)), value)
        return "" if found else f"{path} is {show(value)}, which does not match {wanted}"

    def _numbers(self, wanted, value):
        wanted = as_number(self._scope.resolve(wanted))
        if wanted is None:
            raise CannotResolve("a number is compared with something that is none")
        return wanted, as_number(value)

    def _shown(self, matcher):
        try:
            return self._scope.resolve(matcher)
        except CannotResolve:
            return matcher


def as_number(value):
    """Return a number, also of a text that is one; None when it is none."""
    if isinstance(value, bool) or value is _MISSING:
        return None
    try:
        return value if isinstance(value, (int, float)) else float(value)
    except (TypeError, ValueError):
        return None


def text_of(value):
    """Return a value as OCPP writes it in a configuration key."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def is_same(wanted, value):
    """Return whether a value is the wanted one; configuration keys have numbers as texts."""
    if isinstance(value, str) and isinstance(wanted, (bool, int, float)):
        return text_of(wanted) == value
    if isinstance(wanted, bool) != isinstance(value, bool):
        return False
    return wanted == value


def show(value):
    """Return a value in at most 80 characters."""
    text = "missing" if value is _MISSING else repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
