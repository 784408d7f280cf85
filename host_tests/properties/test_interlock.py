"""F42: any order of events on the simulated board: while the coil is powered, every permission of
R1..R13 was given within the last 100 ms, and what is latched for good is never left.

The model (fakes.interlock_truth) looks at the plant and at what was commanded, never at the mind
of the firmware. Seeds give 5,000 sequences, the same in every run; hypothesis adds new ones and
shrinks what it finds. host_tests/stories/test_f_any_order.py runs a part on the VM.
"""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.dice import Dice
from fakes.interlock_story import (
    FAULTS,
    LASTING,
    STALLS_MS,
    WAITS_MS,
    InterlockStory,
    random_bench_sequence,
    random_sequence,
)

_CHUNKS = 10
_PER_CHUNK = 500
_BENCH_CHUNKS = 2

_EVENT = st.one_of(
    st.tuples(st.just("ev"), st.sampled_from("ABCCCCDEF")),
    st.tuples(st.just("fault"), st.sampled_from(FAULTS), st.booleans()),
    st.tuples(st.sampled_from(("allow", "available", "rcd", "jam", "lock")), st.booleans()),
    st.tuples(st.just("offer"), st.sampled_from((0, 5_900, 6_000, 16_000, 63_000))),
    st.tuples(st.just("stall"), st.sampled_from(STALLS_MS)),
    st.tuples(st.sampled_from(("open", "heal", "boot")), st.just(0)),
)
_BENCH_EVENT = st.one_of(
    st.tuples(st.just("permit"), st.sampled_from((200, 1_000, 3_000, 10_000))),
    st.tuples(st.sampled_from(("end", "revoke")), st.just(0)),
    _EVENT,
)
_BENCH_SEQUENCE = st.lists(
    st.tuples(_BENCH_EVENT, st.sampled_from(WAITS_MS)), min_size=1, max_size=14
)
_SEQUENCE = st.lists(st.tuples(_EVENT, st.sampled_from(WAITS_MS)), min_size=1, max_size=14)


@pytest.fixture(scope="module")
def charging():
    """A story in the middle of a charge; every example works on a copy of it."""
    story = InterlockStory().charge()
    assert story.rig.is_live()
    return story


@pytest.mark.parametrize("chunk", range(_CHUNKS))
def test_f42_coil_is_on_only_while_every_permission_holds(charging, chunk):
    rises = 0
    for seed in range(chunk * _PER_CHUNK, (chunk + 1) * _PER_CHUNK):
        story = copy.deepcopy(charging)
        sequence = random_sequence(Dice(seed))
        try:
            story.play(sequence)
        except AssertionError as error:
            pytest.fail(f"seed {seed}: {error}; {sequence}")
        rises += story.truth.rises - charging.truth.rises
    assert rises > _PER_CHUNK // 10  # it does close again, so there was something to hold


@pytest.mark.parametrize("chunk", range(_BENCH_CHUNKS))
def test_f42_holds_on_a_bench_with_its_own_permission_besides(charging, chunk):
    rises = 0
    for seed in range(chunk * _PER_CHUNK, (chunk + 1) * _PER_CHUNK):
        story = copy.deepcopy(charging).enter_bench()
        sequence = random_bench_sequence(Dice(1_000_000 + seed))
        try:
            story.play(sequence)
        except AssertionError as error:
            pytest.fail(f"seed {seed}: {error}; {sequence}")
        rises += story.truth.rises - charging.truth.rises
    assert rises > _PER_CHUNK // 20


@settings(max_examples=100)
@given(sequence=_BENCH_SEQUENCE)
def test_f42_holds_on_a_bench_for_sequences_that_nobody_has_listed(charging, sequence):
    copy.deepcopy(charging).enter_bench().play(sequence)


@settings(max_examples=100)
@given(sequence=_SEQUENCE)
def test_f42_holds_for_sequences_that_nobody_has_listed(charging, sequence):
    copy.deepcopy(charging).play(sequence)


_PASSING = [fault for fault in FAULTS if fault not in LASTING]


@pytest.mark.parametrize("fault", _PASSING, ids=lambda fault: f"{fault[0]}{fault[1] or ''}")
def test_closes_again_when_it_is_healed(charging, fault):
    """The property would hold for a contactor that never closes: it does close."""
    story = copy.deepcopy(charging)
    story.act(("fault", fault, True))
    story.wait(300)
    before = story.truth.rises
    story.act(("heal", 0))

    story.wait(15_000)

    assert story.rig.is_coil_on()
    assert story.truth.rises == before + 1


class TestOracle:
    """An oracle that never objects proves nothing."""

    def check_objects(self, charging, forbid, why):
        """Close by force although something is forbidden."""
        story = copy.deepcopy(charging)
        story.act(("ev", "B"))
        story.wait(6_000)
        story.act(("ev", "C"))
        story.wait(400)
        forbid(story)
        story.rig.contactor.close()

        with pytest.raises(AssertionError, match=why):
            story.wait(400)

    def test_objects_to_a_car_that_has_not_asked_for_long(self, charging):
        self.check_objects(charging, lambda story: story.wait(20), "R1 for 500 ms")

    def test_objects_to_an_rcd_that_was_not_tested(self, charging):
        def forbid(story):
            story.truth.boot()
            story.truth.allowed = True
            story.wait(100)

        self.check_objects(charging, forbid, "R3 tested")

    @pytest.mark.parametrize(
        "event, why",
        [
            (("ev", "B"), "R1"),
            (("ev", "A"), "R1"),
            (("fault", ("cp_pe_short", 0), True), "R1"),
            (("fault", ("diode_short", 0), True), "R2"),
            (("fault", ("rcd_open", 0), True), "R3"),
            (("fault", ("pe_lost", 0), True), "R1|R5"),
            (("fault", ("lock_feedback_lost", 0), True), "R6"),
            (("fault", ("pp_open", 0), True), "R7"),
            (("fault", ("pp_ohm", 1_500), True), "R7"),
            (("fault", ("temp_open", 0), True), "R8"),
            (("fault", ("temp_silent", 0), True), "R8"),
            (("fault", ("temp_dc", 800), True), "R8"),
            (("fault", ("over_current", 40_000), True), "R26"),
            (("fault", ("rail_plus", 10_000), True), "rail"),
            (("fault", ("GroundFailure", 0), True), "R9"),
            (("fault", ("estop", 0), True), "R12"),
            (("fault", ("feedback_open", 0), True), "R24"),
        ],
        ids=str,
    )
    def test_objects_to_a_contactor_that_stays_closed(self, charging, event, why):
        story = copy.deepcopy(charging)
        story.rig.interlock.step = story.rig.interlock.watch = lambda now_ms: None  # it sleeps
        story.act(event)

        with pytest.raises(AssertionError, match=why):
            story.wait(8_000)

    def test_objects_to_a_bench_whose_permission_has_run_out(self, charging):
        story = copy.deepcopy(charging).enter_bench()
        story.rig.interlock._ask_bench = lambda now_ms: None
        story.act(("revoke", 0))

        with pytest.raises(AssertionError, match="R59"):
            story.wait(400)

    def test_objects_to_a_bench_that_ends_and_is_never_dead(self, charging):
        story = copy.deepcopy(charging).enter_bench()
        story.rig.interlock._ask_bench = lambda now_ms: None
        story.act(("end", 0))

        with pytest.raises(AssertionError, match="R10|R59"):
            story.wait(8_000)

    def test_objects_to_an_offer_that_is_not_cut(self, charging):
        story = copy.deepcopy(charging)
        story.rig.controller._drive = lambda now_ms: None
        story.act(("offer", 6_000))

        with pytest.raises(AssertionError, match="R43"):
            story.wait(400)

    def test_objects_to_a_weld_that_nobody_latches(self, charging):
        story = copy.deepcopy(charging)
        story.rig.interlock._watch_weld = lambda now_ms: None
        story.rig.plant.contactor.is_welded = True
        story.act(("ev", "B"))

        with pytest.raises(AssertionError, match="R52"):
            story.wait(3_000)
