"""What a change means for the forecast is the difference of two whole forecasts."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from pipeline_gql.domain.deltas import Delta, Prospect, forecast_delta
from pipeline_gql.domain.pipeline import State

PROSPECTS = st.none() | st.builds(
    Prospect,
    st.sampled_from(State),
    st.sampled_from(["USD", "JPY", "KWD"]),
    st.integers(0, 10**6).map(lambda units: units * 10_000),
    st.integers(0, 100),
)


def forecast(prospects: Sequence[Prospect | None]) -> dict[str, tuple[int, int]]:
    """All of them added up, counting none that is lost or archived."""
    counted = [each for each in prospects if each and each.state in (State.OPEN, State.WON)]
    return {
        currency: (sum(each.value for each in some), sum(each.weighted for each in some))
        for currency in ("USD", "JPY", "KWD")
        for some in [[each for each in counted if each.currency == currency]]
    }


@given(st.lists(st.tuples(PROSPECTS, PROSPECTS)))
def test_a_delta_is_the_difference_of_two_forecasts(
    changes: list[tuple[Prospect | None, Prospect | None]],
) -> None:
    was, now = (forecast([change[side] for change in changes]) for side in (0, 1))
    wanted = [Delta(c, *(a - b for a, b in zip(now[c], was[c], strict=True))) for c in sorted(now)]
    told = forecast_delta(changes)
    assert list(told) == [delta for delta in wanted if delta.value or delta.weighted]


def test_a_weighted_value_is_cut_to_what_the_currency_can_pay() -> None:
    cut = [
        Prospect(State.OPEN, currency, 19_999 * 10, 50).weighted
        for currency in ("JPY", "USD", "KWD")
    ]
    assert cut == [90_000, 99_900, 99_990]
