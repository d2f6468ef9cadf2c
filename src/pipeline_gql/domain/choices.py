"""Values that are one of a few, and rates."""

from collections.abc import Callable
from decimal import Decimal

from pipeline_gql.domain.errors import Path
from pipeline_gql.domain.money import SCALE, decimals_of
from pipeline_gql.domain.problems import invalid, missing

MOST_PERCENT = 1_000


def flag(value: object, path: Path) -> bool:
    if value is None:
        raise missing(path)
    if not isinstance(value, bool):
        raise invalid(path, "must be true or false", value)
    return value


def one_of(*choices: str) -> Callable[[object, Path], str]:
    """A judge that takes these words and no others."""

    def judge(value: object, path: Path) -> str:
        if value is None:
            raise missing(path)
        if value not in choices:
            raise invalid(path, f"must be one of {', '.join(choices)}", value)
        return str(value)

    return judge


def rate_of(value: object, path: Path, most: int = MOST_PERCENT) -> int:
    """Ten-thousandths of a percent, of a percentage with at most four decimals."""
    if value is None:
        raise missing(path)
    if not isinstance(value, Decimal) or not value.is_finite():
        raise invalid(path, "must be a decimal number", str(value))
    if not 0 <= value <= most:
        raise invalid(path, f"must lie between 0 and {most:,}", str(value))
    if decimals_of(value) > 4:
        raise invalid(path, "has more than 4 decimals", str(value))
    return int(value * SCALE)
