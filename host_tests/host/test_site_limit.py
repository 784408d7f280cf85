"""The control command site_limit."""

import unittest

from boards.host.commands import Commands
from boards.host.control_fields import Refusal


class FakeStation:
    """Remembers the limits it was given."""

    def __init__(self):
        self.history = []

    def set_site_limit_ma(self, limit_ma):
        self.history.append(limit_ma)


class FakeApp:
    def __init__(self):
        self.station = FakeStation()


class FakeBoard:
    """As much of a board as Commands needs for this."""

    def __init__(self, app):
        self.connectors = (None,)
        self.config = {"phases": 3}
        self.app = app


class SiteLimitTest(unittest.TestCase):
    def setUp(self):
        self.app = FakeApp()
        self.commands = Commands(FakeBoard(self.app))

    def limits_after(self, **fields):
        fields["cmd"] = "site_limit"
        self.commands.run(fields)
        return self.app.station.history

    def test_sets_the_limit_in_ma(self):
        self.assertEqual(self.limits_after(amps=7.5), [7500])
        self.assertEqual(self.limits_after(amps=0), [7500, 0])

    def test_lifts_the_limit_when_there_are_no_amps(self):
        history = self.limits_after(amps=None)

        self.assertEqual(len(history), 1)
        self.assertTrue(history[0] < 0)

    def test_names_the_field_when_it_is_wrong(self):
        for amps in (-1, 1001, "8", True):
            with self.subTest(amps=amps):
                try:
                    self.limits_after(amps=amps)
                except Refusal as refusal:
                    self.assertIn("'amps'", str(refusal))
                    continue
                self.fail("not refused")

    def test_refuses_while_the_station_restarts(self):
        commands = Commands(FakeBoard(None))

        with self.assertRaises(Refusal):
            commands.run({"cmd": "site_limit", "amps": 8})


if __name__ == "__main__":
    unittest.main()
