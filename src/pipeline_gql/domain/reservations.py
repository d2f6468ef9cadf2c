"""Until when places are held: a null date means no end.

A hold whose date has passed counts for nothing from that instant. It is not revived in passing:
the date must be moved by `extendReservations` first, which holds the places again if it can.
"""

from datetime import datetime

from pipeline_gql.domain.errors import Path, Ref, Refusal, Remedy
from pipeline_gql.domain.facts import optional_moment
from pipeline_gql.domain.problems import invalid


def is_over(valid_until: datetime | None, now: datetime) -> bool:
    return valid_until is not None and valid_until <= now


def require_open(
    opportunity_id: int, valid_until: datetime | None, now: datetime, path: Path
) -> None:
    """Refuses a new hold that would be over at once."""
    if is_over(valid_until, now):
        problem = "needs a later reservationsValidUntil: use extendReservations first"
        refusal: Refusal = invalid(path, problem, valid_until)
        refusal.remedies = (_without_end(opportunity_id),)
        raise refusal


def _without_end(opportunity_id: int) -> Remedy:
    return Remedy(
        "Let places be held without end, then reserve again",
        "opportunities.extendReservations",
        {
            "opportunity_id": Ref("Opportunity", opportunity_id),
            "reservations_valid_until": None,
        },
    )


def end_of(value: object, now: datetime, time_zone: str, path: Path) -> datetime | None:
    """The new date, which must lie ahead; None is no end."""
    until = optional_moment(value, path, time_zone)
    if is_over(until, now):
        raise invalid(path, "must lie in the future", value)
    return until
