"""Rules of interests that need no database."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline_gql.domain.discounts import Kept
from pipeline_gql.domain.errors import Ref, TooManyLearners, ValueInvalid
from pipeline_gql.domain.interests import Learner, Wanted, amounts, judge, value_of
from pipeline_gql.domain.reservations import end_of, is_over

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
EVENT = Ref("Event", 1)


def test_tidying_cuts_space_and_reads_naive_times_where_the_organisation_is() -> None:
    wanted = Wanted(Ref("TrainingTokenType", "a" * 32), expires_at=datetime(2030, 7, 1))
    expires_at = judge(wanted, "Europe/London", ()).expires_at
    assert expires_at is not None
    assert expires_at.astimezone(UTC) == datetime(2030, 6, 30, 23, tzinfo=UTC)
    learners = (Learner(" Lea ", " New ", " "),)
    assert judge(Wanted(EVENT, new_learners=learners), "UTC", ()).new_learners == (
        Learner("Lea", "New", None),
    )


def test_learners_of_both_sorts_count() -> None:
    wanted = Wanted(EVENT, 1, existing_learners=(1,), new_learners=(Learner("Lea", "New", None),))
    with pytest.raises(TooManyLearners) as refused:
        judge(wanted, "UTC", ())
    assert refused.value.facts == {"learners": 2, "quantity": 1}


@pytest.mark.parametrize(
    ("currency", "unit", "rate", "tax"),
    [("JPY", 50_000, 100_000, 10_000), ("KWD", 10, 500_000, 10), ("USD", 100, 499_999, 0)],
)
def test_tax_is_rounded_half_up_in_the_currency(
    currency: str, unit: int, rate: int, tax: int
) -> None:
    assert amounts(unit, Kept(), rate, currency, (), ()).tax == tax


def test_the_value_is_the_sum_or_the_manual_amount() -> None:
    assert value_of(0, 0, 0, 7, ()).net == 7
    assert value_of(0, 0, 0, None, ()).source == "MANUAL"
    assert value_of(1, 0, 0, 7, ()).net == 0
    with pytest.raises(ValueInvalid):
        value_of(2, 10**18, 0, None, ())


def test_a_hold_is_over_from_its_very_end() -> None:
    assert is_over(NOW, NOW)
    assert not is_over(NOW + timedelta(microseconds=1), NOW)
    assert not is_over(None, NOW)
    with pytest.raises(ValueInvalid):
        end_of(NOW, NOW, "UTC", ())
