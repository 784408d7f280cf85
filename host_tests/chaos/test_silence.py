"""Silence: what counts as the station's own silence, and how much the settings allow."""

from chargecore_tools.soak.silence import Ladder, Silence


def test_counts_from_the_last_answer():
    silence = Silence()
    silence.look(1_000, False)
    silence.answered()
    silence.look(20_000, False)

    silence.look(50_000, False)

    assert silence.longest_s == 30


def test_does_not_count_while_something_stands_in_the_way():
    silence = Silence()
    for now_ms in range(0, 500_000, 1_000):
        silence.look(now_ms, True)

    silence.look(505_000, False)

    assert silence.longest_s == 6


def test_counts_anew_from_each_disturbance():
    silence = Silence()
    silence.look(40_000, False)
    silence.disturbed()
    silence.look(60_000, False)
    silence.look(90_000, False)

    assert silence.longest_s == 40


def test_keeps_the_longest():
    silence = Silence()
    silence.look(80_000, False)
    silence.answered()
    for now_ms in (81_000, 90_000, 99_000):
        silence.look(now_ms, False)

    assert silence.longest_s == 80


def test_allows_what_the_ladder_of_a_dead_connection_takes():
    ladder = Ladder(
        message_timeout_s=30,
        ping_interval_s=54,
        heartbeat_interval_s=300,
        wait_minimum_s=3,
        random_range_s=10,
        repeat_times=3,
    )

    assert ladder.allowed_s == 30 + (2 * 54 + 6 + 3 * 8 + 10 + 25) + 300


def test_allows_the_wait_after_a_boot_without_answer_when_that_is_longer():
    ladder = Ladder(15, 1, 60, 1, 1, 0)

    assert ladder.allowed_s == 15 + 76 + 60


def test_is_heard_from_an_answer_until_a_disturbance():
    silence = Silence()
    seen = [silence.is_heard]
    silence.answered()
    seen.append(silence.is_heard)
    silence.disturbed()
    seen.append(silence.is_heard)

    assert seen == [False, True, False]
