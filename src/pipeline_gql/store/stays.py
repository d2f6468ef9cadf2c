"""Where opportunities stand and stood, and where they were refused to go."""

from datetime import datetime
from typing import Any

from sqlalchemy import null, select

from pipeline_gql.store import models
from pipeline_gql.store.database import Unit


async def open_stay(unit: Unit, opportunity_id: int) -> models.StepStay | None:
    """Where the opportunity stands now; it must be locked."""
    stay = models.StepStay
    return await unit.session.scalar(
        select(stay)
        .where(
            stay.org_id == unit.org_id,
            stay.opportunity_id == opportunity_id,
            stay.left_at.is_(None),
        )
        .execution_options(populate_existing=True)
    )


async def close(unit: Unit, stay: models.StepStay, at: datetime) -> None:
    """At once: the database lets one stay of an opportunity be open."""
    stay.left_at = at
    await unit.session.flush()


def begin(
    unit: Unit,
    row: models.Opportunity,
    at: datetime,
    *,
    cause: str,
    actor_id: int,
    transition_id: int | None = None,
    reason: str | None = None,
    overridden: list[dict[str, Any]] | None = None,
) -> None:
    """Opens a stay on the step that `row` says, with what the opportunity is worth by now."""
    unit.session.add(
        models.StepStay(
            org_id=unit.org_id,
            opportunity_id=row.id,
            step_id=row.step_id,
            version_id=row.version_id,
            entered_at=at,
            value=row.grand_total,
            currency=row.currency,
            probability=row.probability,
            expected_close_date=row.expected_close_date,
            cause=cause,
            transition_id=transition_id,
            actor_id=actor_id,
            request_id=unit.request_id,
            reason=reason,
            overridden=null() if overridden is None else overridden,
        )
    )


async def add_attempt(
    unit: Unit,
    opportunity_id: int,
    *,
    from_step_id: int,
    to_step_id: int | None,
    failures: list[dict[str, Any]],
    actor_id: int,
) -> None:
    unit.session.add(
        models.TransitionAttempt(
            org_id=unit.org_id,
            opportunity_id=opportunity_id,
            from_step_id=from_step_id,
            to_step_id=to_step_id,
            failures=failures,
            actor_id=actor_id,
            request_id=unit.request_id,
            at=unit.now,
        )
    )
    await unit.session.flush()
