"""What may stand in a text, a date, a number; and that all mistakes are told together."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_gql.domain import facts, text
from pipeline_gql.domain.errors import Refused, ValueInvalid, ValueRequired
from pipeline_gql.domain.problems import Problems, field_name, invalid

PATH = ("name",)


@given(st.text())
def test_a_text_is_stripped_or_refused_and_never_anything_else(value: str) -> None:
    try:
        kept = text.required_text(value, PATH)
    except (ValueInvalid, ValueRequired):
        assert not value.strip() or len(value.strip()) > text.NAME or not text.is_storable(value)
    else:
        assert kept == value.strip()
        kept.encode()


@pytest.mark.parametrize("value", [None, "", "  \t\n", "\u2003"])
def test_an_empty_name_is_required(value: object) -> None:
    with pytest.raises(ValueRequired):
        text.required_text(value, PATH)
    assert text.optional_text(value, PATH) is None


@pytest.mark.parametrize("value", ["a\0b", "\ud800", "x" * 256, 5, b"x"])
def test_what_the_database_cannot_hold_is_invalid(value: object) -> None:
    with pytest.raises(ValueInvalid):
        text.required_text(value, PATH)
    with pytest.raises(ValueInvalid):
        text.optional_text(value, PATH)


def test_a_name_has_255_characters_at_most() -> None:
    assert text.required_text("é" * 255, PATH) == "é" * 255
    assert text.optional_text("x" * 10_000, PATH, text.DESCRIPTION)


def test_addresses_look_like_addresses() -> None:
    assert text.optional_email(" ada@example.org ", PATH) == "ada@example.org"
    assert text.optional_url("https://example.org/a?b=c", PATH) == "https://example.org/a?b=c"
    for wrong in ("ada", "ada@", "a b@example.org"):
        with pytest.raises(ValueInvalid):
            text.optional_email(wrong, PATH)
    for wrong in ("example.org", "javascript:alert(1)", "https://"):
        with pytest.raises(ValueInvalid):
            text.optional_url(wrong, PATH)


@pytest.mark.parametrize("value", [date(1899, 12, 31), date(3000, 1, 1), datetime.now(UTC), "x"])
def test_a_date_lies_within_reach(value: object) -> None:
    with pytest.raises(ValueInvalid):
        facts.optional_date(value, PATH)


def test_a_moment_without_offset_is_read_in_the_organisations_time_zone() -> None:
    naive = datetime(2026, 7, 1, 12, 0)
    read = facts.optional_moment(naive, PATH, "Europe/London")
    assert read == datetime(2026, 7, 1, 11, 0, tzinfo=UTC)
    for wrong in (datetime.min, datetime.max, date(2026, 7, 1), "2026"):
        with pytest.raises(ValueInvalid):
            facts.optional_moment(wrong, PATH, "UTC")


@pytest.mark.parametrize("value", [-1, 2**31, True, 1.0, "1"])
def test_a_whole_number_lies_within_reach(value: object) -> None:
    with pytest.raises(ValueInvalid):
        facts.whole_number(value, PATH)


def test_a_records_times_grow() -> None:
    clock = datetime(2026, 7, 1, tzinfo=UTC)
    assert facts.after(clock, None) == clock
    assert facts.after(clock, clock) == clock + timedelta(microseconds=1)
    assert facts.after(clock, clock - timedelta(days=1)) == clock


def test_all_mistakes_are_told_together() -> None:
    problems = Problems()
    problems.raise_if_any()
    problems.check(text.required_text, "", ("name",))
    problems.check(facts.whole_number, -1, ("quantity",))
    with pytest.raises(Refused) as caught:
        problems.raise_if_any()
    assert [refusal.path for refusal in caught.value.refusals] == [("name",), ("quantity",)]


def test_what_no_answer_can_hold_is_not_told() -> None:
    assert invalid(PATH, "must be nice", "\ud800").value is None
    assert invalid(PATH, "must be nice", "nasty").value == "nasty"


def test_a_field_is_called_what_clients_call_it() -> None:
    assert field_name(("expected_close_date",)) == "expectedCloseDate"
    assert field_name(("contact_ids", 0)) == "contactIds"
    assert field_name(()) == "input"
