"""Exchange rates, and sums in one currency: exact until the last coin, which is rounded once."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipeline_gql.domain.currencies import EXPONENTS
from pipeline_gql.domain.errors import Path
from pipeline_gql.domain.money import decimals_of, spelled
from pipeline_gql.domain.problems import invalid, missing

RATE_DECIMALS = 10
RATE_SCALE = 10**RATE_DECIMALS
MOST_RATE = 100_000_000
MOST_RATES = 500
"""That an answer lists; all of them are counted."""


def rate_of(value: object, path: Path) -> int:
    """Ten-thousand-millionths; refuses what has more decimals, since nothing is ever rounded."""
    if value is None:
        raise missing(path)
    if not isinstance(value, Decimal) or not value.is_finite():
        raise invalid(path, "must be a decimal number", str(value))
    if not 0 < value <= MOST_RATE:
        raise invalid(path, f"must be more than 0 and at most {MOST_RATE:,}", str(value))
    if decimals_of(value) > RATE_DECIMALS:
        raise invalid(path, f"has more than {RATE_DECIMALS} decimals", str(value))
    return int(value * RATE_SCALE)


@dataclass(frozen=True, slots=True)
class Converted:
    """Sums of all that could be converted: ten-thousandths times RATE_SCALE."""

    currency: str
    open_count: int
    open_value: int
    weighted: int
    won_count: int
    won_value: int

    def told(self) -> dict[str, object]:
        return {
            "currency": self.currency,
            "openCount": self.open_count,
            "openValue": self._coins(self.open_value),
            "weighted": self._coins(self.weighted),
            "wonCount": self.won_count,
            "wonValue": self._coins(self.won_value),
        }

    def _coins(self, units: int) -> str:
        """Rounded half up to the smallest coin."""
        coin = 10 ** (4 - EXPONENTS[self.currency]) * RATE_SCALE
        return spelled((2 * units + coin) // (2 * coin) * (coin // RATE_SCALE), self.currency)


def rate_told(rate: Sequence[Any], currency: str) -> dict[str, object]:
    """Of a currency, a day and a rate in ten-thousand-millionths."""
    origin, day, units = rate
    shown = f"{Decimal(units).scaleb(-RATE_DECIMALS):f}"
    return {
        "fromCurrency": origin,
        "toCurrency": currency,
        "date": day,
        "rate": shown.rstrip("0").rstrip(".") if "." in shown else shown,
    }
