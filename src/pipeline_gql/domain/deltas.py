"""By how much a change moves what open opportunities may bring and won ones have brought."""

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline_gql.domain.currencies import EXPONENTS
from pipeline_gql.domain.money import SCALE
from pipeline_gql.domain.pipeline import State


@dataclass(frozen=True, slots=True)
class Prospect:
    """An opportunity as a forecast counts it; `value` in ten-thousandths of its currency."""

    state: State
    currency: str
    value: int
    probability: int

    @property
    def counts(self) -> bool:
        return self.state in (State.OPEN, State.WON)

    @property
    def weighted(self) -> int:
        """Rounded down to what the currency can pay."""
        exact = self.value * self.probability // 100
        return exact - exact % (SCALE // 10 ** EXPONENTS[self.currency])


@dataclass(frozen=True, slots=True)
class Delta:
    """Of one currency; both in ten-thousandths."""

    currency: str
    value: int
    weighted: int


def forecast_delta(
    changes: Iterable[tuple[Prospect | None, Prospect | None]],
) -> tuple[Delta, ...]:
    """Of opportunities as they were and as they are (None: not there), by currency; what comes to
    nothing is left out."""
    sums: dict[str, list[int]] = {}
    for before, after in changes:
        for sign, prospect in ((-1, before), (1, after)):
            if prospect is not None and prospect.counts:
                sum = sums.setdefault(prospect.currency, [0, 0])
                sum[0] += sign * prospect.value
                sum[1] += sign * prospect.weighted
    return tuple(
        Delta(currency, *sums[currency]) for currency in sorted(sums) if any(sums[currency])
    )
