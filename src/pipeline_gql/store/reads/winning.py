"""Which opportunities are won, and which of them count for a goal: said once, in SQL."""

from typing import Any

from sqlalchemy import and_, exists, func, or_, select

from pipeline_gql.store import models
from pipeline_gql.store.reads.shapes import Element, Row, code, money, number
from pipeline_gql.store.reads.text import literal


def is_won(deal: Row, org: Element) -> Element:
    """Whether its step, as its own version of the pipeline has it, is of a stage of state Won."""
    step: Any = models.StepVersion.__table__.alias()
    stage: Any = models.StageVersion.__table__.alias()
    means = and_(
        stage.c.org_id == org,
        stage.c.version_id == step.c.version_id,
        stage.c.stage_id == step.c.stage_id,
        stage.c.state == literal("Won"),
    )
    stands = and_(
        step.c.org_id == org,
        step.c.version_id == deal.version_id,
        step.c.step_id == deal.step_id,
    )
    return exists(select(1).select_from(step.join(stage, means)).where(stands))


def counts(goal: Row, deal: Row, org: Element) -> Element:
    """Whether an opportunity counts for a goal, but for its currency."""
    return and_(
        deal.actual_close_date >= goal.start_date,
        deal.actual_close_date <= goal.end_date,
        or_(goal.pipeline_id.is_(None), deal.pipeline_id == goal.pipeline_id),
        or_(
            deal.owner_id == goal.user_id,
            _of_team(goal.team_id, deal, org),
            and_(goal.user_id.is_(None), goal.team_id.is_(None)),
        ),
        is_won(deal, org),
    )


def _of_team(team: Element, deal: Row, org: Element) -> Element:
    """Shared with the team, or owned by somebody who is in it now."""
    tie: Any = models.OpportunityTeam.__table__.alias()
    member: Any = models.TeamMember.__table__.alias()
    shared = select(1).where(
        tie.c.org_id == org, tie.c.opportunity_id == deal.id, tie.c.team_id == team
    )
    owned = select(1).where(
        member.c.org_id == org, member.c.user_id == deal.owner_id, member.c.team_id == team
    )
    return and_(team.is_not(None), or_(exists(shared), exists(owned)))


WON_TOTAL = {"currency": code("currency"), "count": number("count"), "value": money("value")}


def won_totals(clause: Any, deal: Row) -> Any:
    """What opportunities come to, by currency."""
    return (
        select(
            deal.currency.label("place"),
            deal.currency.label("currency"),
            func.count().label("count"),
            func.sum(deal.grand_total).label("value"),
        )
        .select_from(clause)
        .group_by(deal.currency)
    )
