"""Where opportunities stand and stood, and where they were refused to go."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, bindparam, select

from pipeline_gql.store import models
from pipeline_gql.store.database import Unit
from pipeline_gql.store.questions import ORG, Asked, Question


async def open_stay(unit: Unit, opportunity_id: int) -> models.StepStay | None:
    """Where the opportunity stands now; it must be locked."""
    return await unit.row(models.StepStay, which_open(opportunity_id))


def which_open(opportunity_id: int) -> Asked:
    """What `open_stay` asks."""
    return Asked(_OPEN, {"opportunity_id": opportunity_id})


def _open() -> Question:
    stay = models.StepStay
    wanted = bindparam("opportunity_id", type_=BigInteger)
    return Question(
        select(stay).where(
            stay.org_id == ORG, stay.opportunity_id == wanted, stay.left_at.is_(None)
        )
    )


_OPEN = _open()


async def close(unit: Unit, stay: models.StepStay, at: datetime) -> None:
    """Before the next begins: the database lets one stay of an opportunity be open."""
    stay.left_at = at
    await unit.settle()


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
    unit.add(
        models.StepStay,
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
        **({} if overridden is None else {"overridden": overridden}),
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
