"""`opportunities(asOf:)` said again: every opportunity overlaid with what its revision says."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tests.conformance.lists import Field, page
from tests.conformance.meaning import Object
from tests.conformance.rows import Row

if TYPE_CHECKING:
    from tests.conformance.reference import Reference


def given_moment(reference: "Reference", text: str) -> datetime:
    """One without an offset is read in the organisation's time zone."""
    found = datetime.fromisoformat(text)
    (organisation,) = reference.tables["organisation"]
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(organisation.time_zone))


def as_of(reference: "Reference", at: datetime) -> list[Row]:
    """Those that were there at that moment, as they were, if the viewer sees them."""
    known = reference.past.get(at)
    if known is None:
        made = (_was(reference, row, at) for row in reference.tables["opportunity"])
        known = reference.past[at] = [row for row in made if row is not None]
    return known


def _was(reference: "Reference", row: Row, at: datetime) -> Row | None:
    standing = Row({**row, "deleted_at": None})
    reference.kept_alive.append(standing)
    if not reference.sees(standing):
        return None
    for then in reference.revisions_of(row):
        if then.since <= at and (then.until is None or at < then.until):
            changed = {name: value for name, value in then.items() if name in row and name != "id"}
            return None if then.is_deleted else Row({**row, **changed, "deleted_at": None})
    return None


class Then:
    """The list at one moment."""

    def __init__(self, reference: "Reference", at: datetime) -> None:
        self.r, self.at = reference, at

    def days(self, row: Row) -> int:
        return (self.r.day(self.at) - self.r.day(row.step_entered_at)).days

    def is_stalled(self, row: Row) -> bool:
        patience = self.r.step_of(row).stalled_after_days
        return patience is not None and self.days(row) >= patience

    def write(self, row: Row) -> Object:
        own = {"daysInStep": self.days(row), "isStalled": self.is_stalled(row)}
        return self.r.opportunity(row) | own

    def totals(self, rows: list[Row]) -> list[Object]:
        return [
            total
            | {
                "stalledCount": len(
                    [r for r in rows if r.currency == total["currency"] and self.is_stalled(r)]
                )
            }
            for total in self.r.totals(rows)
        ]

    def listed(self, args: dict[str, Any]) -> Object:
        noun = self.r.nouns["Opportunity"]
        own = {
            "daysInStep": Field("integer", self.days),
            "isStalled": Field("boolean", self.is_stalled),
        }
        then = replace(
            noun,
            write=self.write,
            fields={**noun.fields, **own},
            seen=lambda row: True,
            totals=self.totals,
        )
        return page(then, as_of(self.r, self.at), args)
