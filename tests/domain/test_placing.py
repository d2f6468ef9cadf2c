"""Keys of manual order: always one between two, never one twice, short where people drag."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_gql.domain.placing import DIGITS, LONGEST, arrived, between, spread

NOW = datetime(2026, 7, 1, tzinfo=UTC)
IDS = st.integers(1, 2**63 - 1)
STEPS = 3_000
WIDTHS = {"anywhere": 40, "on top": 33, "at the bottom": 33}
"""How long keys may grow in some thousands of drags; the database's own have 33 digits."""


def default(moment: datetime, id: int) -> str:
    """As the database makes it for what was never placed."""
    micros = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return f"{2**62 - 1 - micros:016x}{id:016x}U"


@given(st.integers(0, 2**32), st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_a_key_lies_strictly_between_its_neighbours_wherever_it_is_put(
    seed: int, places: list[float]
) -> None:
    random = Random(seed)
    keys = sorted(default(NOW - timedelta(seconds=random.randrange(3)), i) for i in range(1, 6))
    for id, place in enumerate(places, start=6):
        index = round(place * len(keys))
        low = keys[index - 1] if index else None
        high = keys[index] if index < len(keys) else None
        key = between(low, high, id)
        assert low is None or low < key
        assert high is None or key < high
        assert not key.endswith(DIGITS[0])
        keys.insert(index, key)
    assert keys == sorted(set(keys))


@given(IDS, IDS)
def test_two_who_drag_into_one_gap_get_two_keys_with_room_between(one: int, other: int) -> None:
    low, high = default(NOW, 1), default(NOW, 2)
    first, second = between(low, high, one), between(low, high, other)
    assert (first == second) == (one == other)
    if first != second:
        assert min(first, second) < between(*sorted((first, second)), 7) < max(first, second)


@pytest.mark.parametrize("name", WIDTHS)
def test_thousands_of_drags_keep_the_order_and_their_keys_short(name: str) -> None:
    random = Random(3)
    keys = [default(NOW, 1)]
    for id in range(2, STEPS):
        index = {"anywhere": random.randrange(len(keys) + 1), "on top": 0}.get(name, len(keys))
        low = keys[index - 1] if index else None
        high = keys[index] if index < len(keys) else None
        keys.insert(index, between(low, high, id))
    assert keys == sorted(set(keys))
    assert max(map(len, keys)) <= WIDTHS[name]


def test_drags_into_one_gap_grow_a_key_by_a_digit_in_six() -> None:
    """So some hundreds of drags to the very same spot call for making room."""
    low, key = default(NOW, 1), default(NOW, 2)
    drags = 0
    while len(key) <= LONGEST:
        key, drags = between(low, key, drags + 3), drags + 1
        assert low < key
    assert drags > 350


@given(st.lists(IDS, min_size=1, max_size=200, unique=True), st.booleans(), st.booleans())
def test_room_is_made_in_the_same_order_with_short_keys(
    ids: list[int], open_below: bool, open_above: bool
) -> None:
    low = "" if open_below else default(NOW, 1)
    high = None if open_above else default(NOW - timedelta(microseconds=1), 2)
    keys = spread(low, high, ids)
    assert [low, *keys] == sorted({low, *keys})
    assert high is None or keys[-1] < high
    assert max(map(len, keys)) <= LONGEST // 2
    for one, other in pairwise(keys):
        assert len(between(one, other, 5)) <= len(one)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2900, 1, 1)), st.timedeltas(), IDS, IDS)
def test_what_is_put_on_top_lies_above_what_came_before_and_below_what_comes_later(
    moment: datetime, apart: timedelta, one: int, other: int
) -> None:
    now = moment.replace(tzinfo=UTC)
    apart = timedelta(microseconds=1) + abs(apart) % timedelta(days=9)
    assert arrived(now, one) < default(now - apart, other)
    assert default(now + apart, other) < arrived(now, one)
