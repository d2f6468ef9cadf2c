"""What an invoice asks for, what it comes to, and what may still happen to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipeline_gql.domain.errors import Path, Ref
from pipeline_gql.domain.money import fits
from pipeline_gql.domain.problems import invalid

MOST_LINES = 1_000
PREFIX = "INV-"


class Lifecycle(StrEnum):
    """A draft can still change; a final one has its number and can only be taken back."""

    DRAFT = "Draft"
    FINAL = "Final"
    VOID = "Void"


@dataclass(frozen=True, slots=True)
class Line:
    """Money in ten-thousandths of the invoice's currency; the discount is off the whole line."""

    description: str
    quantity: int
    unit_amount: int
    discount_amount: int = 0
    tax_amount: int = 0
    tax_type_id: int | None = None
    interest_id: int | None = None

    @property
    def net(self) -> int:
        return self.quantity * self.unit_amount - self.discount_amount


@dataclass(frozen=True, slots=True)
class Totals:
    net: int
    tax: int

    @property
    def grand(self) -> int:
        return self.net + self.tax


def lines_of(interests: Iterable[Line], name: str, amount: int) -> tuple[Line, ...]:
    """One for each interest, in their order; without any, one for what was said by hand.

    Nothing where that is nothing.
    """
    lines = tuple(interests)
    if lines or amount == 0:
        return lines
    return (Line(name, 1, amount),)


def totals_of(lines: Sequence[Line]) -> Totals:
    """Raises ValueInvalid for more than an invoice can hold."""
    if len(lines) > MOST_LINES:
        raise invalid(("interests",), f"are more than the {MOST_LINES:,} lines of an invoice")
    totals = Totals(sum(line.net for line in lines), sum(line.tax_amount for line in lines))
    if not fits(totals.grand):
        raise invalid(("interests",), "come to more than an invoice can ask for")
    return totals


def number_of(count: int) -> str:
    """Of the invoice that is the `count`th to be made final."""
    return f"{PREFIX}{count:05}"


def require_draft(state: str, invoice_id: int, path: Path) -> None:
    if state != Lifecycle.DRAFT:
        problem = f"must name a draft: this invoice is {state.lower()}"
        raise invalid(path, problem, Ref("Invoice", invoice_id))
