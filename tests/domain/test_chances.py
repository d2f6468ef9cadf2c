"""Percentiles of what uncertain deals come to, against trying out whatever may happen."""

from functools import reduce
from itertools import product
from math import prod
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_gql.domain.chances import MOST_LIKELY, PERCENTILES, Likely, Moments, percentiles

NOTHING = Moments()
few_deals = st.lists(
    st.tuples(st.integers(1, 99), st.integers(1, 10**12)) | st.just((50, 10**7)), max_size=10
)


def tried(deals: list[tuple[int, int]]) -> dict[int, int]:
    """The chance of each sum in 100 to the power of the deals, by going through all outcomes."""
    chances: dict[int, int] = {}
    for outcome in product((True, False), repeat=len(deals)):
        happened = list(zip(deals, outcome, strict=True))
        reached = sum(value for (_, value), is_won in happened if is_won)
        chance = prod(p if is_won else 100 - p for (p, _), is_won in happened)
        chances[reached] = chances.get(reached, 0) + chance
    return chances


def least(chances: dict[int, int], percent: int) -> int:
    passed = 0
    for reached in sorted(chances):
        passed += chances[reached]
        if passed * 100 >= percent * sum(chances.values()):
            return reached
    raise AssertionError


@settings(deadline=None)
@given(deals=few_deals)
def test_up_to_ten_deals_are_answered_exactly(deals: list[tuple[int, int]]) -> None:
    chances = tried(deals)
    found = percentiles([Likely(p, value, 1) for p, value in deals], NOTHING)
    assert found == [least(chances, percent) for percent in PERCENTILES]


@settings(deadline=None)
@given(st.integers(1, 99), st.integers(1, 10**12), st.integers(1, 8), few_deals)
def test_deals_that_are_alike_count_as_often_as_there_are(
    probability: int, value: int, count: int, others: list[tuple[int, int]]
) -> None:
    others = others[: 10 - count]
    rest = [Likely(p, v, 1) for p, v in others]
    together = percentiles([Likely(probability, value, count), *rest], NOTHING)
    apart = percentiles([*[Likely(probability, value, 1)] * count, *rest], NOTHING)
    assert together == apart


def test_a_chance_that_is_just_reached_is_reached() -> None:
    assert percentiles([Likely(10, 500, 1)], NOTHING) == [0, 0, 0]
    assert percentiles([Likely(11, 500, 1)], NOTHING) == [0, 0, 500]
    assert percentiles([Likely(50, 500, 1)], NOTHING) == [0, 0, 500]
    assert percentiles([Likely(90, 500, 1)], NOTHING) == [0, 500, 500]
    assert percentiles([], NOTHING) == [0, 0, 0]


# ---- approximately ------------------------------------------------------------------------------


def reached(deals: list[tuple[int, int]]) -> list[float]:
    """The chance that the sum is at most so much, for each whole sum."""
    chances = [1.0]
    for p, value in deals:
        won = [0.0] * value + [chance * p / 100 for chance in chances]
        lost = [chance * (100 - p) / 100 for chance in chances] + [0.0] * value
        chances = [a + b for a, b in zip(won, lost, strict=True)]
    total, until = 0.0, list[float]()
    for chance in chances:
        total += chance
        until.append(total)
    return until


def is_right(until: list[float], answer: int, percent: int, error: float) -> bool:
    """Some sum within the error has a chance within the error."""
    close = int((len(until) - 1) * error) + 1
    below, above = answer - close - 1, min(answer + close, len(until) - 1)
    least = until[below] if below >= 0 else 0.0
    return least - error <= percent / 100 <= until[max(above, 0)] + error


def ranked(deals: list[tuple[int, int]]) -> tuple[list[Likely], Moments]:
    """As the store gives them: those first that spread the sum most, the last as moments."""
    each = [Likely(p, value, deals.count((p, value))) for p, value in dict.fromkeys(deals)]
    each.sort(key=lambda of: -of.moments.variance / of.count)
    others = [of.moments for of in each[MOST_LIKELY:]]
    return each[:MOST_LIKELY], reduce(Moments.plus, others, NOTHING)


SHAPES = {
    "alike": lambda r: (r.choice([10, 25, 50, 75]), r.choice([20, 50, 100])),
    "even": lambda r: (r.randint(1, 99), r.randint(1, 100)),
    "a few large ones": lambda r: (r.randint(5, 95), min(900, int(5 * r.paretovariate(0.9)))),
    "hardly likely": lambda r: (r.randint(1, 8), r.randint(1, 200)),
    "nearly certain": lambda r: (r.randint(92, 99), r.randint(1, 200)),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("count", [11, 25, 60, 120])
def test_many_deals_are_answered_to_one_percent(shape: str, count: int) -> None:
    for seed in range(6):
        random = Random(f"{shape} {count} {seed}")
        deals = [SHAPES[shape](random) for _ in range(count)]
        until = reached(deals)
        found = percentiles(*ranked(deals))
        for percent, answer in zip(PERCENTILES, found, strict=True):
            assert is_right(until, answer, percent, 0.01), (seed, percent, answer)


def test_what_is_five_percent_off_would_be_noticed() -> None:
    deals = [(30, value) for value in range(1, 61)]
    until = reached(deals)
    for percent, answer in zip(PERCENTILES, percentiles(*ranked(deals)), strict=True):
        for other in (answer - len(until) // 20, answer + len(until) // 20):
            assert not is_right(until, other, percent, 0.01)


def test_any_number_of_deals_costs_little() -> None:
    """A hundred thousand deals of one kind, and as many that come as moments alone."""
    most = Likely(20, 10_000_000, 100_000)
    found = percentiles([most], most.moments)
    mean = 2 * 20_000 * 10_000_000
    assert found[0] < mean < found[2]
    assert found[1] == pytest.approx(mean, rel=1e-4)
    assert found[2] - found[0] == pytest.approx(2 * 1.2816 * 178.885 * 10_000_000, rel=1e-3)
