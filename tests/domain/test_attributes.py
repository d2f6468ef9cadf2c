"""Values of attributes: one text for what means the same, and texts that sort as values do."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_gql.domain.attribute_types import FAMILIES, Family, Type, comparable, elements
from pipeline_gql.domain.attributes import (
    Definition,
    Given,
    judge,
    judge_all,
    require_all,
)
from pipeline_gql.domain.errors import Code, Refusal, Refused
from pipeline_gql.domain.problems import Problems

CHOICES = ("Remote", "On site", "Blended")
PATH = ("attributes", 0, "value")


def judged(type: Type, text: object) -> str | None:
    definition = Definition("k", "Label", type, CHOICES if "CHOICE" in type else ())
    return judge(definition, text, PATH, "Europe/London")


@pytest.mark.parametrize(
    ("type", "text", "kept"),
    [
        (Type.TEXT, "  PO-1 ", "PO-1"),
        (Type.TEXT, "   ", None),
        (Type.LONG_TEXT, "x" * 10_000, "x" * 10_000),
        (Type.INTEGER, "+007", "7"),
        (Type.INTEGER, "-0", "0"),
        (Type.INTEGER, str(-(2**63 - 1)), str(-(2**63 - 1))),
        (Type.DECIMAL, "0012.5000000000000", "12.5"),
        (Type.DECIMAL, "-0.0", "0"),
        (Type.DECIMAL, "9" * 19 + "." + "9" * 10, "9" * 19 + "." + "9" * 10),
        (Type.BOOLEAN, "true", "true"),
        (Type.DATE, "2026-01-31", "2026-01-31"),
        (Type.DATETIME, "2026-07-01T12:00", "2026-07-01T11:00:00.000000Z"),
        (Type.DATETIME, "2026-07-01T12:00:00+02:00", "2026-07-01T10:00:00.000000Z"),
        (Type.CHOICE, "Remote", "Remote"),
        (Type.MULTI_CHOICE, '["Remote", "Blended", "Remote"]', '["Blended", "Remote"]'),
        (Type.MULTI_CHOICE, "On site", '["On site"]'),
        (Type.MULTI_CHOICE, "[]", None),
    ],
)
def test_a_value_is_kept_as_the_one_text_of_what_it_means(
    type: Type, text: str, kept: str | None
) -> None:
    assert judged(type, text) == kept
    if kept is not None:
        assert judged(type, kept) == kept


@pytest.mark.parametrize(
    ("type", "text"),
    [
        (Type.TEXT, "x" * 256),
        (Type.TEXT, "a\0b"),
        (Type.TEXT, "\ud800"),
        (Type.LONG_TEXT, "x" * 10_001),
        (Type.INTEGER, "1.0"),
        (Type.INTEGER, "١"),
        (Type.INTEGER, str(2**63)),
        (Type.DECIMAL, "1e3"),
        (Type.DECIMAL, "NaN"),
        (Type.DECIMAL, "1,5"),
        (Type.DECIMAL, "1.12345678901"),
        (Type.DECIMAL, "1" * 20),
        (Type.BOOLEAN, "True"),
        (Type.DATE, "31.01.2026"),
        (Type.DATE, "2026-02-30"),
        (Type.DATE, "2026-W01-1"),
        (Type.DATE, "1899-12-31"),
        (Type.DATETIME, "tomorrow"),
        (Type.DATETIME, "0001-01-01T00:00:00+14:00"),
        (Type.DATETIME, "9999-12-31T23:59:59-14:00"),
        (Type.CHOICE, "remote"),
        (Type.MULTI_CHOICE, '["Remote", 1]'),
        (Type.MULTI_CHOICE, "[" * 9_999),
        (Type.MULTI_CHOICE, '["Elsewhere"]'),
    ],
)
def test_what_is_no_value_of_the_type_is_refused_with_the_label(type: Type, text: str) -> None:
    with pytest.raises(Refusal) as refused:
        judged(type, text)
    assert refused.value.code is Code.VALUE_INVALID
    assert "of Label " in str(refused.value.facts["problem"])
    assert refused.value.path == PATH


numbers = st.decimals(
    min_value=-(10**19) + 1, max_value=10**19 - 1, places=10, allow_nan=False
).map(lambda number: f"{number:f}")
moments = st.datetimes(datetime(1900, 1, 3), datetime(2999, 12, 29)).map(
    lambda moment: moment.replace(tzinfo=UTC).isoformat()
)


@given(numbers, numbers)
def test_texts_of_numbers_sort_as_the_numbers_do(a: str, b: str) -> None:
    x, y = comparable(Family.NUMBERS, a), comparable(Family.NUMBERS, b)
    assert x is not None
    assert y is not None
    assert (x < y, x == y) == (Decimal(a) < Decimal(b), Decimal(a) == Decimal(b))
    assert elements(Type.DECIMAL, judged(Type.DECIMAL, a) or "") == [x]


@given(moments, moments, st.integers(-14, 14))
def test_texts_of_moments_sort_as_the_moments_do_wherever_they_are_told(
    a: str, b: str, hours: int
) -> None:
    x, y = comparable(Family.MOMENTS, a), comparable(Family.MOMENTS, b)
    assert x is not None
    assert y is not None
    first, second = datetime.fromisoformat(a), datetime.fromisoformat(b)
    assert (x < y, x == y) == (first < second, first == second)
    elsewhere = (first + timedelta(hours=hours)).replace(tzinfo=None).isoformat()
    offset = f"{'+' if hours >= 0 else '-'}{abs(hours):02d}:00"
    assert comparable(Family.MOMENTS, elsewhere + offset) == x
    assert elements(Type.DATETIME, judged(Type.DATETIME, a) or "") == [x]


@pytest.mark.parametrize("text", ["", "abc", "2026-02-30", "1e5", "12.12345678901", "\x00"])
def test_a_text_that_means_nothing_in_its_family_is_comparable_with_nothing(text: str) -> None:
    for family in (Family.NUMBERS, Family.DAYS, Family.MOMENTS):
        assert comparable(family, text) is None


def test_every_type_is_of_a_family() -> None:
    assert set(FAMILIES) == set(Type)


BUDGET = Definition("budget", "Budget", Type.INTEGER, required_at_creation=True)
OLD = Definition("old", "Old", Type.CHOICE, CHOICES, is_archived=True)
KNOWN = {"budget": BUDGET, "old": OLD}


def refusals(given: list[Given], had: dict[str, str]) -> list[tuple[str, tuple[object, ...]]]:
    problems = Problems()
    changes = judge_all(given, KNOWN, had, "UTC", problems)
    require_all(KNOWN.values(), given, changes, problems)
    try:
        problems.raise_if_any()
    except (Refusal, Refused) as refused:
        return [(each.code.value, each.path) for each in refused.refusals]
    return []


def test_what_is_wrong_with_several_values_is_told_together() -> None:
    given = [Given("old", "Remote"), Given("none", "x"), Given("none", "y")]
    assert refusals(given, {}) == [
        ("ITEM_NOT_AVAILABLE", ("attributes", 0, "definition_key")),
        ("NOT_FOUND", ("attributes", 1, "definition_key")),
        ("VALUE_INVALID", ("attributes", 2, "definition_key")),
        ("VALUE_REQUIRED", ("attributes",)),
    ]


def test_what_is_required_is_told_once_where_it_was_given() -> None:
    assert refusals([Given("budget", " ")], {}) == [("VALUE_REQUIRED", ("attributes", 0, "value"))]
    assert refusals([Given("budget", "x")], {}) == [("VALUE_INVALID", ("attributes", 0, "value"))]
    assert refusals([Given("budget", "1")], {}) == []


def test_what_stands_there_already_may_be_given_again_and_cleared() -> None:
    kept = [Given("budget", "1"), Given("old", "No choice any more")]
    assert refusals(kept, {"old": "No choice any more"}) == []
    cleared = [Given("budget", "1"), Given("old", None)]
    assert refusals(cleared, {"old": "Remote"}) == []
