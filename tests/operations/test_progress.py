"""Moves: what they write, in which order, who wins a race, and what a refusal leaves."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from pipeline_gql.domain.errors import Code, Ref, Refusal, TransitionNotFound, TryAgain
from pipeline_gql.domain.viewer import Role
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.opportunities import (
    Create,
    Progress,
    Update,
    create,
    progress,
    update,
)
from pipeline_gql.store import models
from pipeline_gql.store.database import Serialization
from tests.operations.asking import Ask
from tests.organisations import Organisation

NOWHERE = 999_999


@pytest.fixture
async def deal(ask: Ask) -> int:
    """An opportunity worth 100, on Proposed."""
    done = await ask(create, Create("Big deal", amount=Decimal(100)))
    key = done.objects["opportunity"]
    assert isinstance(key, int)
    return key


def _to(id: int, organisation: Organisation, step: str, **more: Any) -> Progress:
    return Progress(id, organisation.steps[step], **more)


async def test_a_move_closes_a_stay_and_opens_the_next(
    ask: Ask, organisation: Organisation, deal: int
) -> None:
    done = await ask(progress, _to(deal, organisation, "Opportunity", reason=" They called "))
    assert done == Done({"opportunity": deal}, told={"actions": []})
    row = await ask.row(models.Opportunity, deal)
    first, second = await ask.rows(models.StepStay)
    assert (row.step_id, row.probability, row.version) == (second.step_id, 50, 2)
    assert first.left_at == second.entered_at == row.step_entered_at
    assert (second.cause, second.left_at, second.reason) == ("TRANSITION", None, "They called")
    assert (second.value, second.currency, second.probability) == (1_000_000, "USD", 50)
    assert second.transition_id == 1
    assert second.actor_id == organisation.admin.user_id


async def test_a_move_is_audited_and_told(ask: Ask, organisation: Organisation, deal: int) -> None:
    await ask(progress, _to(deal, organisation, "Opportunity"))
    here, there = organisation.steps["Proposed"], organisation.steps["Opportunity"]
    audit = (await ask.rows(models.Audit))[-1]
    assert audit.verb == "progress"
    assert audit.before is not None
    assert audit.after is not None
    assert (audit.before["step_id"], audit.after["step_id"]) == (here, there)
    event = (await ask.rows(models.Outbox))[-1]
    assert (event.type, event.sequence) == ("opportunity.moved", 2)
    assert event.payload["from"] == here
    assert event.payload["to"] == there


async def test_two_moves_in_one_transaction_leave_strictly_ordered_stays(
    ask: Ask, organisation: Organisation, deal: int
) -> None:
    o = organisation
    async with ask.database.writing(o.org_id) as unit:
        for step in ("Opportunity", "Lost", "Archived"):
            await progress(unit, o.admin, _to(deal, o, step))
    stays = await ask.rows(models.StepStay)
    assert [stay.step_id for stay in stays] == [3, 4, 6, 7]
    entered = [stay.entered_at for stay in stays]
    assert entered == sorted(set(entered))
    assert [stay.left_at for stay in stays] == [*entered[1:], None]
    assert (await ask.row(models.Opportunity, deal)).version == 4


async def test_created_and_moved_in_one_transaction(ask: Ask, organisation: Organisation) -> None:
    async with ask.database.writing(organisation.org_id) as unit:
        done = await create(unit, organisation.admin, Create("Quick"))
        id = done.objects["opportunity"]
        assert isinstance(id, int)
        await progress(unit, organisation.admin, _to(id, organisation, "Opportunity"))
    first, second = await ask.rows(models.StepStay)
    assert first.left_at == second.entered_at > first.entered_at


async def test_winning_and_losing_close(ask: Ask, organisation: Organisation, deal: int) -> None:
    await ask(update, Update(deal, {"probability": 33}))
    await ask(progress, _to(deal, organisation, "Opportunity"))
    row = await ask.row(models.Opportunity, deal)
    assert (row.probability, row.actual_close_date) == (33, None)
    await ask(progress, _to(deal, organisation, "Won"))
    row = await ask.row(models.Opportunity, deal)
    assert (row.probability, row.probability_is_manual) == (100, False)
    assert row.actual_close_date is not None
    stuck = [(Code.VALUE_INVALID, ("probability",))]
    assert await ask.refused(update, Update(deal, {"probability": 50})) == stuck


async def test_a_refused_move_leaves_no_trace_but_an_attempt(
    ask: Ask, organisation: Organisation, deal: int
) -> None:
    (why,) = await ask.why(progress, _to(deal, organisation, "Won"))
    assert isinstance(why, TransitionNotFound)
    assert why.facts == {"here": Ref("OpportunityStep", 3), "there": Ref("OpportunityStep", 5)}
    assert (why.value, why.path, why.label) == (None, ("step_id",), "Transition Not Found")
    assert why.aftermath is not None
    async with ask.database.writing(organisation.org_id, request_id="r-1") as unit:
        await why.aftermath(unit, str)
    (attempt,) = await ask.rows(models.TransitionAttempt)
    assert (attempt.opportunity_id, attempt.from_step_id, attempt.to_step_id) == (deal, 3, 5)
    assert attempt.failures == [{"code": "TRANSITION_NOT_FOUND", "message": "TRANSITION_NOT_FOUND"}]
    assert (attempt.actor_id, attempt.request_id) == (organisation.admin.user_id, "r-1")


async def test_an_attempt_on_what_was_rolled_back_is_forgotten(
    ask: Ask, organisation: Organisation
) -> None:
    caught: list[Refusal] = []
    try:
        async with ask.database.writing(organisation.org_id) as unit:
            done = await create(unit, organisation.admin, Create("Never"))
            id = done.objects["opportunity"]
            assert isinstance(id, int)
            await progress(unit, organisation.admin, _to(id, organisation, "Won"))
    except Refusal as refusal:
        caught.append(refusal)
    assert caught[0].aftermath is not None
    async with ask.database.writing(organisation.org_id) as unit:
        await caught[0].aftermath(unit, str)
    assert await ask.rows(models.TransitionAttempt) == []


async def test_a_transition_is_named_exactly(
    ask: Ask, organisation: Organisation, deal: int
) -> None:
    wrong = await ask.refused(progress, Progress(deal, transition_id=2))
    assert wrong == [(Code.TRANSITION_NOT_FOUND, ("transition_id",))]
    await ask(progress, Progress(deal, transition_id=1))
    row = await ask.row(models.Opportunity, deal)
    assert row.step_id == organisation.steps["Opportunity"]


async def test_staying_with_leave_changes_nothing(
    ask: Ask, organisation: Organisation, deal: int
) -> None:
    before = await ask.everything()
    done = await ask(progress, _to(deal, organisation, "Proposed", noop=True))
    assert done == Done({"opportunity": deal})
    assert await ask.everything() == before
    here = [(Code.TRANSITION_NOT_FOUND, ("step_id",))]
    assert await ask.refused(progress, _to(deal, organisation, "Proposed")) == here


@pytest.mark.parametrize(
    ("where", "code", "path"),
    [
        ({}, Code.VALUE_REQUIRED, "step_id"),
        ({"step_id": NOWHERE}, Code.NOT_FOUND, "step_id"),
        ({"step_id": 500_004}, Code.NOT_FOUND, "step_id"),
        ({"step_id": 10**30}, Code.NOT_FOUND, "step_id"),
        ({"transition_id": NOWHERE}, Code.NOT_FOUND, "transition_id"),
        ({"transition_id": 500_001}, Code.NOT_FOUND, "transition_id"),
        ({"step_id": 5, "transition_id": 1}, Code.VALUE_INVALID, "transition_id"),
        ({"step_id": 4, "reason": "\0"}, Code.VALUE_INVALID, "reason"),
        ({"step_id": 4, "expected_version": 7}, Code.VALUE_INVALID, "expected_version"),
    ],
)
async def test_where_to_must_make_sense(
    ask: Ask, deal: int, where: dict[str, Any], code: Code, path: str
) -> None:
    assert await ask.refused(progress, Progress(deal, **where)) == [(code, (path,))]


async def test_who_may_not_see_or_sell_may_not_move(
    ask: Ask, organisation: Organisation, deal: int
) -> None:
    command = _to(deal, organisation, "Opportunity")
    hidden = [(Code.NOT_FOUND, ("opportunity_id",))]
    assert await ask.refused(progress, command, Role.MEMBER) == hidden
    assert await ask.refused(progress, command, Role.READ_ONLY) == [(Code.NOT_PERMITTED, ())]


async def test_of_two_racing_moves_one_wins(
    ask: Ask, organisation: Organisation, deal: int
) -> None:
    await ask(progress, _to(deal, organisation, "Opportunity"))

    async def race(step: str) -> str:
        try:
            await ask(progress, _to(deal, organisation, step))
        except (TransitionNotFound, Serialization, TryAgain) as refused:
            return type(refused).__name__
        return step

    ends = await asyncio.gather(*(race(step) for step in ("Won", "Lost") * 4))
    (winner,) = [end for end in ends if end in ("Won", "Lost")]
    assert sorted(set(ends) - {winner}) == ["TransitionNotFound"]
    row = await ask.row(models.Opportunity, deal)
    assert (row.step_id, row.version) == (organisation.steps[winner], 3)
    stays = await ask.rows(models.StepStay)
    assert [stay.left_at is None for stay in stays] == [False, False, True]


async def test_events_count_without_gaps_under_racing_updates(
    ask: Ask, organisation: Organisation, deal: int
) -> None:
    async def rename(number: int) -> None:
        await ask(update, Update(deal, {"name": f"Deal {number}"}))

    await asyncio.gather(*(rename(number) for number in range(7)))
    async with ask.database.writing(organisation.org_id) as unit:
        sequences = await unit.session.scalars(
            select(models.Outbox.sequence)
            .where(models.Outbox.aggregate_id == str(deal))
            .order_by(models.Outbox.sequence)
        )
        audits = await unit.session.scalar(select(func.count()).select_from(models.Audit))
    assert (list(sequences), audits) == (list(range(1, 9)), 8)
