import unittest

from boards.host.traceback_lines import with_files, with_functions

_SPOTS = {
    "chargecore/linked": [
        [1, "chargecore/base/ring", 1],
        [41, "chargecore/net/url", 1],
        [60, "chargecore/net/url", 90],
        [100, "chargecore/wire/rpc", 1],
    ],
    "chargecore/net/ftp_client": [
        [1, "chargecore/net/ftp_client", 1],
        [9, "chargecore/net/ftp_client", 20],
    ],
}


def _line(file, line):
    return '  File "{}", line {}, in poll\n'.format(file, line)


class TestTracebackLines(unittest.TestCase):
    def test_names_the_module_and_its_own_line(self):
        text = _line("main.py", 7) + _line("chargecore/linked.py", 50)

        told = with_files(text + "ValueError: x\n", _SPOTS)

        self.assertEqual(
            told, _line("main.py", 7) + _line("chargecore/net/url.py", 10) + "ValueError: x\n"
        )

    def test_finds_first_and_last_line_of_a_module(self):
        for line, place in (
            (1, _line("chargecore/base/ring.py", 1)),
            (40, _line("chargecore/base/ring.py", 40)),
            (41, _line("chargecore/net/url.py", 1)),
            (61, _line("chargecore/net/url.py", 91)),
            (999, _line("chargecore/wire/rpc.py", 900)),
        ):
            self.assertEqual(with_files(_line("chargecore/linked.py", line), _SPOTS), place)

    def test_knows_every_file_whose_lines_have_moved(self):
        text = _line("chargecore/net/ftp_client.py", 8) + _line("chargecore/net/ftp_client.py", 9)
        told = _line("chargecore/net/ftp_client.py", 8) + _line("chargecore/net/ftp_client.py", 20)

        self.assertEqual(with_files(text, _SPOTS), told)

    def test_finds_a_line_outside_of_functions(self):
        text = '  File "chargecore/linked.py", line 45, in <module>\n'

        told = '  File "chargecore/net/url.py", line 5, in <module>\n'
        self.assertEqual(with_files(text, _SPOTS), told)

    def test_changes_nothing_in_a_file_that_is_as_it_was(self):
        text = _line("chargecore/net/url.py", 10) + "OSError: 5\n"

        self.assertEqual(with_files(text, _SPOTS), text)

    def test_survives_a_line_without_a_number(self):
        text = '  File "chargecore/linked.py", line ?\n'

        self.assertEqual(with_files(text, _SPOTS), text)


_ROWS = ("chargecore/linked 5 step\n", "chargecore/linked 9 poll\n", "main 3 run\n")


class TestFunctions(unittest.TestCase):
    def test_names_the_function_that_the_line_is_in(self):
        for line, name in ((5, "step"), (8, "step"), (9, "poll"), (70, "poll")):
            text = '  File "chargecore/linked.py", line {}, in append\n'.format(line)

            told = with_functions(text + "ValueError: x\n", _ROWS)

            self.assertEqual(told, text.replace("append", name) + "ValueError: x\n")

    def test_leaves_what_no_function_is(self):
        for text in (
            '  File "main.py", line 4, in <module>\n',
            '  File "main.py", line 2, in pop\n',
            '  File "other.py", line 4, in pop\n',
            '  File "main.py", line ?, in pop\n',
            'ValueError: "a", in "b"\n',
        ):
            self.assertEqual(with_functions(text, _ROWS), text)
