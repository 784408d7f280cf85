"""The authorization cache against a slow model, over any uses and power cuts."""

from collections import OrderedDict

from hypothesis import given
from hypothesis import strategies as st

from chargecore.station.auth_cache import (
    NO_EXPIRY,
    TAG_ACCEPTED,
    TAG_CONCURRENT_TX,
    TAG_EXPIRED,
    TAG_UNKNOWN,
    AuthCache,
)
from chargecore.station.id_tag import IdTag
from fakes.station_world import tag

_CAPACITY = 4
_NOW_S = 1_000

_TEXTS = st.sampled_from(["a", "A", "b", "card", "CARD", "0123456789abcdefghij", "x", "y", "z"])
_PARENTS = st.sampled_from(["", "FAMILY", "P" * 20])
_STATUSES = st.integers(TAG_ACCEPTED, TAG_CONCURRENT_TX)
_DATES = st.sampled_from([NO_EXPIRY, 0, _NOW_S - 1, _NOW_S, _NOW_S + 1, (1 << 30) - 1])
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), _TEXTS, _STATUSES, _DATES, _PARENTS),
        st.tuples(st.just("ask"), _TEXTS),
        st.tuples(st.just("cut")),
        st.tuples(st.just("clear")),
    ),
    max_size=40,
)


class Model:
    """The same in plain Python: a dict, the one used last at its end."""

    def __init__(self):
        self.rows = OrderedDict()

    def status(self, text):
        row = self.rows.get(text.lower())
        if row is None:
            return TAG_UNKNOWN
        status, expiry_s, _parent = row
        is_over = status == TAG_ACCEPTED and expiry_s != NO_EXPIRY and expiry_s <= _NOW_S
        return TAG_EXPIRED if is_over else status

    def ask(self, text):
        if text.lower() in self.rows:
            self.rows.move_to_end(text.lower())
        return self.status(text)

    def put(self, text, status, expiry_s, parent):
        key = text.lower()
        if key not in self.rows and len(self.rows) == _CAPACITY:
            keys = list(self.rows)
            refused = [name for name in keys if self.status(name) != TAG_ACCEPTED]
            del self.rows[(refused or keys)[0]]
        self.rows[key] = (status, expiry_s, parent)
        self.rows.move_to_end(key)


@given(_STEPS)
def test_agrees_with_the_model_over_any_uses_and_cuts(steps):
    cache = AuthCache(_CAPACITY)
    model = Model()
    for step in steps:
        if step[0] == "put":
            _, text, status, expiry_s, parent = step
            cache.put(tag(text), status, expiry_s, tag(parent), _NOW_S)
            model.put(text, status, expiry_s, parent)
        elif step[0] == "ask":
            assert cache.status(tag(step[1]), _NOW_S) == model.ask(step[1])
        elif step[0] == "clear":
            cache.clear()
            model = Model()
        else:
            cache = _after_a_cut(cache, len(model.rows))
        _check_same(cache, model)


def _after_a_cut(cache, count):
    again = AuthCache(_CAPACITY)
    length = cache.image_len
    again.image_buf[:length] = cache.image_buf[:length]
    assert again.adopt(length) == count
    return again


def _check_same(cache, model):
    assert cache.is_empty == (not model.rows)
    parent = IdTag()
    for text in ("a", "b", "card", "0123456789abcdefghij", "x", "y", "z"):
        assert (cache.find(tag(text)) >= 0) == (text in model.rows)
        cache.parent_into(tag(text), parent)
        assert parent.text() == model.rows.get(text, (0, 0, ""))[2]


@given(st.binary(max_size=4 + 48 * _CAPACITY), st.booleans())
def test_takes_any_image_without_harm(image, has_head):
    cache = AuthCache(_CAPACITY)
    cache.image_buf[: len(image)] = image
    if has_head:
        cache.image_buf[:2] = b"\x01\x30"

    count = cache.adopt(len(image))

    assert 0 <= count <= _CAPACITY
    for number in range(2 * _CAPACITY):
        cache.put(tag(f"T{number}"), TAG_ACCEPTED, NO_EXPIRY, tag(""), _NOW_S)
        assert cache.status(tag(f"T{number}"), _NOW_S) == TAG_ACCEPTED
    cache.clear()
    assert cache.is_empty
