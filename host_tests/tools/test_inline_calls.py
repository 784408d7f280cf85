"""inline_calls: what was called once stands where it was called, and does the same there."""

import ast
import unittest
from pathlib import Path

from chargecore_tools.image.firmware_image import readers_of, sources_of, spots_of
from chargecore_tools.image.inline_calls import inline_calls
from chargecore_tools.image.link_modules import LINKED

_ROOT = Path(__file__).resolve().parent.parent.parent
_CLASS = """class Meter:
    \"\"\"A meter.\"\"\"

    def __init__(self):
        self.log = []
        self.level = 3

    def poll(self, number):
        {call}
        self.log.append('end')
        return "polled"

    def _judge(self, number, step=1):
        {body}
"""
_GUARDS = """if number < 0:
            self.log.append("below")
            return {}
        elif number == 0:
            self.log.append("zero")
        else:
            twice = number * 2
            self.log.append(twice + step)
        if number == 5:
            return {}
        self.log.append("judged")
        return {}"""


def inlined(text, readers=(), **others):
    texts = {"a": text}
    texts.update(others)
    return inline_calls(texts, readers)[0]["a"]


def functions_in(text):
    return [node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]


def told_by(text, number):
    space = {}
    exec(text, space)
    meter = space["Meter"]()
    result = meter.poll(number)
    return result, meter.log, meter.level


class TestInlineCalls(unittest.TestCase):
    def check_same(self, call, body):
        """Check that the method is gone and that nothing else has changed."""
        text = _CLASS.format(call=call, body=body)
        made = inlined(text)

        self.assertEqual(functions_in(made), ["__init__", "poll"])
        for number in (-1, 0, 1, 5, 6):
            with self.subTest(call=call, number=number):
                self.assertEqual(told_by(made, number), told_by(text, number))

    def test_takes_in_a_statement(self):
        self.check_same("self._judge(number)", "self.log.append(number + step)")
        self.check_same(
            "self._judge(number + 1, step=4)", "number += 1\n        self.level = number"
        )

    def test_takes_in_a_statement_that_returns_early(self):
        self.check_same("self._judge(number)", _GUARDS.format("", "", "True"))

    def test_takes_in_what_is_assigned(self):
        body = _GUARDS.format("1", "number", "self.level")

        self.check_same("number = self._judge(number)\n        self.log.append(number)", body)
        self.check_same("self.level = self._judge(number)", body)

    def test_takes_in_what_is_returned(self):
        body = _GUARDS.format("1", "number", "self.level")

        self.check_same("if number < 6:\n            return self._judge(number)", body)
        loop = "for i in range(number):\n            if i == 2:\n                return i"
        self.check_same("if number > 2:\n            return self._judge(number)", loop)

    def test_takes_in_an_expression(self):
        body = "return number * self.level + step"

        self.check_same("self.log.append(1 + self._judge(number))", body)
        self.check_same("if self._judge(number) > 4:\n            self.level = 0", body)

    def test_takes_in_what_a_statement_begins_with(self):
        body = "if number > 3:\n            self.level = 9\n        return number + self.level"
        for call in (
            "if self._judge(number) > 4:\n            self.level = 0",
            "if number < 0:\n            pass\n        elif not self._judge(number):\n"
            "            self.level = 1",
            "number = 2 * self._judge(number) + self.level",
            "for i in range(self._judge(2)):\n            self.log.append(i)",
            "return len(str(self._judge(number) or self.level))",
        ):
            self.check_same(call, body)

    def test_takes_in_what_returns_from_inside(self):
        body = (
            "if number > 0:\n            if number > 2:\n                return{}\n"
            "            self.level = number\n        self.level += 1"
        )
        self.check_same("self._judge(number)", body.format(""))
        self.check_same("number = self._judge(number)", body.format(" 3"))

    def test_keeps_values_apart_that_one_statement_waits_for(self):
        text = _CLASS.format(
            call="if self._next(number) == self._judge(number):\n            self.level = 0",
            body="a = self.level\n        b = number + a\n        return b * 2\n\n"
            "    def _next(self, number):\n        a = number\n        b = a + 1\n"
            "        self.log.append(b)\n        return a * b",
        )

        self.assertEqual(functions_in(inlined(text)), ["__init__", "poll"])
        for number in (0, 3):
            self.assertEqual(told_by(inlined(text), number), told_by(text, number))

    def test_keeps_names_of_both_apart(self):
        text = _CLASS.format(
            call="i = 7\n        self._judge(i + 1)\n        self.log.append(i)",
            body="for i in range(number):\n            self.log.append(i)",
        )

        self.assertEqual(told_by(inlined(text), 0), told_by(text, 0))
        self.assertEqual(functions_in(inlined(text)), ["__init__", "poll"])

    def test_takes_in_one_that_has_taken_in_another(self):
        text = _CLASS.format(
            call="self._judge(number)",
            body="level = self._next(number)\n        self.log.append(level)\n\n"
            "    def _next(self, level):\n        level += 1\n        return level * 2",
        )

        self.assertEqual(functions_in(inlined(text)), ["__init__", "poll"])
        self.assertEqual(told_by(inlined(text), 4), told_by(text, 4))

    def test_takes_in_a_method_of_another_class_that_has_the_only_one_of_its_name(self):
        text = (
            "class Coil:\n    def __init__(self):\n        self.on = 0\n\n"
            "    def lift(self, by):\n        self.on += by\n        return self.on\n\n\n"
            "class Board:\n    def __init__(self):\n        self.coil = Coil()\n\n"
            "    def go(self):\n        on = self.coil.lift(3)\n        return on + self.coil.on\n"
        )
        made = inlined(text)

        self.assertNotIn("lift", functions_in(made))
        space = {}
        exec(made, space)
        self.assertEqual(space["Board"]().go(), 6)

    def check_left(self, text, readers=(), **others):
        self.assertEqual(inlined(text, readers, **others), text)

    def test_leaves_what_is_used_twice_or_not_called(self):
        body = "self.log.append(number)"
        for call in (
            "self._judge(1)\n        self._judge(2)",
            "f = self._judge\n        f(1)",
            "list(map(lambda x: self._judge(x), (1,)))",
        ):
            self.check_left(_CLASS.format(call=call, body=body))

    def test_leaves_what_cannot_be_said_without_the_call(self):
        loop = "while True:\n            number += 1\n            if number > 9:\n"
        loop += "                return number"
        self.check_left(_CLASS.format(call="self._judge(1)", body=loop))
        acts = "self.level += 1\n        return number"
        for call in (
            "while self._judge(1) < 5:\n            pass",
            "self.log.append(self.level + self._judge(1))",
            "if number and self._judge(1):\n            pass",
        ):
            self.check_left(_CLASS.format(call=call, body=acts))

    def test_leaves_names_that_strings_or_files_outside_have(self):
        text = _CLASS.format(call="self._judge(1)", body="self.log.append(number)")

        self.check_left(text, ["x._judge\n"])
        self.check_left(text, b="X = '_judge'\n")
        self.check_left(text, b="X = 'a_judge'\nY = '_j'\nclass M(Meter):\n    pass\n")

    def test_leaves_a_public_method_of_a_name_that_another_class_has(self):
        text = _CLASS.format(call="self._judge(1)", body="pass").replace("_judge", "judge")

        self.check_left(text, b="class B:\n    def judge(self):\n        pass\n")

    def test_leaves_callers_in_machine_code(self):
        text = (
            "import micropython\n\n\n@micropython.viper\ndef a(x):\n    b(x)\n\n\n"
            "def b(x):\n    print(x)\n"
        )

        self.check_left(text)

    def test_leaves_a_name_that_the_caller_hides(self):
        text = _CLASS.format(call="TOP = 1\n        self._judge(TOP)", body="self.level = TOP")

        self.check_left("TOP = 5\n" + text)

    def test_tells_where_every_line_was(self):
        text = _CLASS.format(call="self._judge(number)", body="self.log.append(number)")
        made, lines = inline_calls({LINKED: "# first\n" + text})
        spots = spots_of(LINKED, lines[LINKED], [[1, "chargecore/x"], [2, "chargecore/y"]])

        for number, line in enumerate(made[LINKED].split("\n"), 1):
            spot = [row for row in spots if row[0] <= number][-1]
            there = spot[2] + number - spot[0]
            if "append" in line:
                was = text.split("\n")[there - 1]
                self.assertEqual(spot[1], "chargecore/y")
                self.assertEqual(line.strip(), was.strip())


def test_takes_in_more_than_a_hundred_functions_of_the_firmware():
    texts = sources_of(_ROOT)
    readers = list(readers_of(_ROOT).values())

    made, lines = inline_calls(texts, readers)

    before = sum(len(functions_in(text)) for text in texts.values())
    after = sum(len(functions_in(text)) for text in made.values())
    assert after < before - 100
    for name, text in made.items():
        assert len(lines[name]) == text.count("\n") + 1, name


if __name__ == "__main__":
    unittest.main()
