"""What follows of an opportunity from where it stands and since when: read and filtered alike."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import and_, exists, func, or_, select

from pipeline_gql.store import models
from pipeline_gql.store.reads.criteria import days_since
from pipeline_gql.store.reads.shapes import Element, Row, Scope


def step_column(name: str) -> Callable[[Row, Scope], Element]:
    """A value of its step, as its own version of the pipeline has it."""

    def read(row: Row, scope: Scope) -> Element:
        step: Any = models.StepVersion.__table__.alias()
        found = select(step.c[name]).where(
            step.c.org_id == scope.org,
            step.c.version_id == row.version_id,
            step.c.step_id == row.step_id,
        )
        return found.scalar_subquery()

    return read


def stage_column(name: str) -> Callable[[Row, Scope], Element]:
    """A value of its stage, likewise."""

    def read(row: Row, scope: Scope) -> Element:
        step: Any = models.StepVersion.__table__.alias()
        stage: Any = models.StageVersion.__table__.alias()
        found = select(stage.c[name]).where(
            step.c.org_id == scope.org,
            step.c.version_id == row.version_id,
            step.c.step_id == row.step_id,
            stage.c.org_id == scope.org,
            stage.c.version_id == step.c.version_id,
            stage.c.stage_id == step.c.stage_id,
        )
        return found.scalar_subquery()

    return read


def days_in_step(row: Row, scope: Scope) -> Element:
    """How often the day has turned since it came to its step."""
    return days_since(row.step_entered_at, scope)


def is_stalled(row: Row, scope: Scope) -> Element:
    """In its step for as many days as the step has patience, if it says; no others can be."""
    patience = step_column("stalled_after_days")(row, scope)
    return func.coalesce(days_in_step(row, scope) >= patience, False)


def is_reserved(row: Row, scope: Scope) -> Element:
    """At least one place is held, and the date has not passed."""
    hold: Any = models.SeatHold.__table__.alias()
    held = select(1).where(
        hold.c.org_id == scope.org, hold.c.opportunity_id == row.id, hold.c.state == "HELD"
    )
    until = row.reservations_valid_until
    return and_(exists(held), or_(until.is_(None), until > func.now()))
