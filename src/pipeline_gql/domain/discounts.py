"""What is taken off an interest's amount: a percentage of it, or a fixed amount."""

from dataclasses import dataclass
from decimal import Decimal

from pipeline_gql.domain.choices import rate_of
from pipeline_gql.domain.errors import Path
from pipeline_gql.domain.money import SCALE, share_of, units_of, written
from pipeline_gql.domain.problems import invalid, missing

ALL = 100


@dataclass(frozen=True, slots=True)
class Discount:
    """As a client asks for it: one of the two, for the whole quantity."""

    percentage: Decimal | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """As it is stored: ten-thousandths of a percent, or of the currency; neither is none."""

    rate: int | None = None
    fixed: int | None = None


def kept(discount: Discount | None, currency: str, path: Path) -> Kept:
    """Raises ValueInvalid for more than all of it and for what the currency cannot express."""
    if discount is None:
        return Kept()
    if discount.percentage is not None and discount.amount is not None:
        raise invalid((*path, "amount"), "must be absent beside percentage")
    if discount.percentage is not None:
        return Kept(rate=rate_of(discount.percentage, (*path, "percentage"), ALL))
    if discount.amount is None:
        raise missing((*path, "percentage"))
    return Kept(fixed=units_of(discount.amount, currency, (*path, "amount")))


def as_asked(kept: Kept) -> Discount | None:
    """A stored discount as it could have been asked for."""
    if kept.rate is not None:
        return Discount(percentage=Decimal(kept.rate) / SCALE)
    return None if kept.fixed is None else Discount(amount=Decimal(kept.fixed) / SCALE)


def taken(kept: Kept, total: int, currency: str, path: Path) -> int:
    """What a discount comes to, in ten-thousandths; refuses more than there is to take from."""
    if kept.rate is not None:
        return share_of(total, kept.rate, currency)
    fixed = kept.fixed or 0
    if fixed > total:
        problem = (
            f"makes the discount of {written(fixed, currency)} greater than"
            f" the total amount of {written(total, currency)}"
        )
        raise invalid(path, problem)
    return fixed
