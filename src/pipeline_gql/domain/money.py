"""Money: a whole number of ten-thousandths of a currency's unit, exact from edge to edge."""

from decimal import Decimal

from pipeline_gql.domain.currencies import EXPONENTS
from pipeline_gql.domain.errors import Path
from pipeline_gql.domain.problems import invalid, missing

SCALE = 10_000
DIGITS = 14
LIMIT = 10**DIGITS * SCALE
PERCENT_SCALE = 100 * SCALE


def units_of(value: Decimal, currency: str | None, path: Path) -> int:
    """Ten-thousandths. Refuses what the currency cannot express; nothing is ever rounded.

    Without a currency, refuses what none could express.
    """
    if not value.is_finite():
        raise invalid(path, "must be a decimal number", str(value))
    if value.adjusted() >= DIGITS or abs(value) * SCALE >= LIMIT:
        raise invalid(path, "must be less than 100,000,000,000,000", str(value))
    most = EXPONENTS[currency] if currency else max(EXPONENTS.values())
    if decimals_of(value) > most:
        known = currency or "any currency"
        raise invalid(path, f"has more decimals than {known} ({most})", str(value))
    if value < 0:
        raise invalid(path, "must be at least 0", str(value))
    return int(value * SCALE)


def decimals_of(value: Decimal) -> int:
    """How many decimals a finite value needs; trailing zeros do not count."""
    digits, exponent = value.as_tuple().digits, value.as_tuple().exponent
    assert isinstance(exponent, int)
    zeros = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    return 0 if value == 0 else max(0, -(exponent + zeros))


def currency_code(value: object, path: Path) -> str:
    """An ISO 4217 code, in capitals as the standard writes it."""
    if value is None:
        raise missing(path)
    if not isinstance(value, str) or value not in EXPONENTS:
        raise invalid(path, "must be a currency code of ISO 4217", value)
    return value


def share_of(units: int, rate: int, currency: str) -> int:
    """A percentage of an amount, rounded half up to the currency's smallest coin.

    `rate` is in ten-thousandths of a percent. Taxes and discounts are shares, each of one
    interest, and nothing else is ever rounded: sums are of amounts that can be paid.
    """
    coin = 10 ** (4 - EXPONENTS[currency])
    per_coin = PERCENT_SCALE * coin
    return (2 * units * rate + per_coin) // (2 * per_coin) * coin


def written(units: int, currency: str) -> str:
    """An amount as a decimal with the currency's decimals, for sentences."""
    return f"{Decimal(units) / SCALE:.{EXPONENTS[currency]}f} {currency}"


def fits(units: int) -> bool:
    """Whether a sum or product is still an amount we keep."""
    return abs(units) < LIMIT


def spelled(units: int, currency: str) -> str:
    """A decimal with the currency's decimals, as all answers write it; a broken coin is cut off."""
    decimals = EXPONENTS[currency]
    digits = str(abs(units) // 10 ** (4 - decimals)).zfill(decimals + 1)
    whole, part = digits[: len(digits) - decimals], digits[len(digits) - decimals :]
    return f"{'-' if units < 0 else ''}{whole}{'.' if part else ''}{part}"
