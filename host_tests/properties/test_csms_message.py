"""The reference server's reader of messages, on any text."""

import json

from hypothesis import given
from hypothesis import strategies as st

from chargecore_tools.csms.event_text import line_of
from chargecore_tools.csms.events import CALL, ERROR, GARBAGE, RESULT, Frame
from chargecore_tools.csms.message import parse

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)
_MESSAGES = st.lists(_VALUES, max_size=6).map(lambda rest: [2, *rest]) | _VALUES


@given(st.text() | _MESSAGES.map(json.dumps))
def test_reads_any_text_without_failing_and_can_show_it(text):
    message = parse(text)

    assert message.kind in (CALL, RESULT, ERROR, GARBAGE)
    assert (message.kind == GARBAGE) == bool(message.fault)
    frame = Frame("CP", True, message.kind, "", message.message_id, message.payload, text)
    assert line_of(frame).isprintable()
