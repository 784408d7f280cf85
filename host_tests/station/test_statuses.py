"""The transition table of OCPP 1.6 §4.9, compared with the rows as the specification has them."""

import unittest

from chargecore.station import statuses

# Row letter: the columns that are filled in the specification's table.
ROWS = (
    (1, 2, 3, 4, 6, 7, 8),
    (0, 2, 3, 4, 5, 8),
    (0, 3, 4, 5, 7, 8),
    (0, 2, 4, 5, 7, 8),
    (0, 2, 3, 5, 7, 8),
    (0, 1, 7, 8),
    (0, 1, 7, 8),
    (0, 1, 2, 3, 4, 8),
    (0, 1, 2, 3, 4, 5, 6, 7),
)


class TestStatuses(unittest.TestCase):
    def test_allows_exactly_the_transitions_of_the_table(self):
        """S3, S5."""
        for status in range(9):
            for next_status in range(9):
                with self.subTest(way=(status, next_status)):
                    self.assertEqual(
                        statuses.is_allowed(status, next_status), next_status in ROWS[status]
                    )

    def test_finds_a_stepping_stone_that_the_table_allows_for_every_forbidden_way(self):
        for status in range(9):
            for next_status in range(9):
                if status == next_status:
                    continue
                stone = statuses.stepping_stone(status, next_status)
                with self.subTest(way=(status, next_status)):
                    self.assertTrue(statuses.is_allowed(status, stone))
                    if stone != next_status:
                        self.assertTrue(statuses.is_allowed(stone, next_status))


if __name__ == "__main__":
    unittest.main()
