"""Money is exact, and says so."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_gql.domain import money
from pipeline_gql.domain.currencies import EXPONENTS
from pipeline_gql.domain.discounts import Kept
from pipeline_gql.domain.errors import ValueInvalid, ValueRequired
from pipeline_gql.domain.interests import amounts

PATH = ("interest_details", "unit_amount")
AMOUNTS = st.integers(min_value=0, max_value=money.LIMIT - 1)


@given(AMOUNTS, st.sampled_from(sorted(EXPONENTS)))
def test_an_amount_is_kept_exactly_or_refused(units: int, currency: str) -> None:
    value = Decimal(units) / money.SCALE
    coin = 10 ** (4 - EXPONENTS[currency])
    if units % coin:
        with pytest.raises(ValueInvalid):
            money.units_of(value, currency, PATH)
    else:
        assert money.units_of(value, currency, PATH) == units


@pytest.mark.parametrize(
    ("value", "currency"),
    [
        ("1.005", "USD"),
        ("0.5", "JPY"),
        ("-0.01", "USD"),
        ("100000000000000", "USD"),
        ("NaN", "USD"),
        ("Infinity", "USD"),
        ("1E+30", "USD"),
        ("1E-30", "USD"),
    ],
)
def test_what_a_currency_cannot_express_is_refused(value: str, currency: str) -> None:
    with pytest.raises(ValueInvalid) as caught:
        money.units_of(Decimal(value), currency, PATH)
    assert caught.value.path == PATH
    assert caught.value.facts["field"] == "unitAmount"


def test_trailing_zeros_are_no_decimals() -> None:
    assert money.units_of(Decimal("100.00"), "JPY", PATH) == 1_000_000
    assert money.units_of(Decimal("1E+2"), "JPY", PATH) == 1_000_000


def test_a_currency_is_one_of_the_standard() -> None:
    assert money.currency_code("USD", PATH) == "USD"
    for wrong in ("usd", "XXX", "", 840, "US\0"):
        with pytest.raises(ValueInvalid):
            money.currency_code(wrong, PATH)
    with pytest.raises(ValueRequired):
        money.currency_code(None, PATH)


@given(
    st.integers(min_value=0, max_value=10**15),
    st.integers(min_value=0, max_value=10_000_000),
    st.sampled_from(["USD", "JPY", "KWD", "CLF"]),
)
def test_tax_is_within_half_a_coin_of_the_exact_one(net: int, rate: int, currency: str) -> None:
    coin = 10 ** (4 - EXPONENTS[currency])
    tax = money.share_of(net, rate, currency)
    assert tax % coin == 0
    assert abs(tax * money.PERCENT_SCALE - net * rate) * 2 <= coin * money.PERCENT_SCALE


def test_all_active_currencies_are_there() -> None:
    assert len(EXPONENTS) == 165
    assert (EXPONENTS["JPY"], EXPONENTS["USD"], EXPONENTS["KWD"]) == (0, 2, 3)


@given(
    st.integers(min_value=1, max_value=100_000),
    st.integers(min_value=0, max_value=10**9),
    st.integers(min_value=0, max_value=1_000_000),
    st.integers(min_value=0, max_value=10_000_000),
    st.sampled_from(["USD", "JPY", "KWD", "CLF"]),
)
def test_discount_and_tax_are_those_of_decimal_arithmetic(
    quantity: int, coins: int, off: int, rate: int, currency: str
) -> None:
    """Each rounded half up to the smallest coin, the tax after the discount."""
    coin = Decimal(1).scaleb(-EXPONENTS[currency])
    total = quantity * coins * coin
    discount = (total * off / money.PERCENT_SCALE).quantize(coin, ROUND_HALF_UP)
    tax = ((total - discount) * rate / money.PERCENT_SCALE).quantize(coin, ROUND_HALF_UP)
    units = int(total * money.SCALE)
    ours = amounts(units, Kept(rate=off), rate, currency, (), ())
    assert (ours.discount, ours.net, ours.tax) == (
        discount * money.SCALE,
        (total - discount) * money.SCALE,
        tax * money.SCALE,
    )
    assert 0 <= ours.discount <= units
