"""Cards put by hand: their order, two people at once, and drags that are moves."""

import asyncio
from random import Random
from typing import Any

import pytest
from sqlalchemy import update

from pipeline_gql.domain import placing
from pipeline_gql.domain.errors import Code, Ref, TransitionNotFound
from pipeline_gql.domain.viewer import Role
from pipeline_gql.operations import boards as operations
from pipeline_gql.operations.boards import Place, place
from pipeline_gql.operations.opportunities import Progress, Update, progress
from pipeline_gql.operations.opportunities import update as change
from pipeline_gql.store import models
from tests.operations.asking import Ask


async def order(ask: Ask, step: int = 3) -> list[int]:
    """The cards of a column from the top."""
    rows = [row for row in await ask.rows(models.Opportunity) if row.step_id == step]
    assert len({row.board_key for row in rows}) == len(rows)
    return [row.id for row in sorted(rows, key=lambda row: row.board_key)]


async def cards(ask: Ask, count: int) -> list[int]:
    """New ones, the last on top; what the organisation had is out of the way."""
    return [await ask.opportunity() for _ in range(count)][::-1]


@pytest.fixture
async def deals(ask: Ask) -> list[int]:
    made = await cards(ask, 4)
    assert await order(ask) == made
    return made


async def test_cards_are_put_behind_before_and_on_top(ask: Ask, deals: list[int]) -> None:
    a, b, c, d = deals
    await ask(place, Place(a, after_id=c))
    assert await order(ask) == [b, c, a, d]
    await ask(place, Place(d, before_id=b))
    assert await order(ask) == [d, b, c, a]
    await ask(place, Place(c))
    assert await order(ask) == [c, d, b, a]
    await ask(place, Place(c, after_id=a))
    assert await order(ask) == [d, b, a, c]
    newest = await ask.opportunity()
    assert await order(ask) == [newest, d, b, a, c]


async def test_any_drags_give_the_order_that_a_list_would_have(ask: Ask) -> None:
    random, listed = Random(5), await cards(ask, 7)
    for _ in range(60):
        card, other = random.sample(listed, 2)
        listed.remove(card)
        way = random.choice(["after", "before", "top"])
        if way == "top":
            listed.insert(0, card)
            await ask(place, Place(card))
        elif way == "after":
            listed.insert(listed.index(other) + 1, card)
            await ask(place, Place(card, after_id=other))
        else:
            listed.insert(listed.index(other), card)
            await ask(place, Place(card, before_id=other))
        assert await order(ask) == listed


async def test_a_place_is_no_fact_of_the_deal(ask: Ask, deals: list[int]) -> None:
    before = await ask.row(models.Opportunity, deals[0])
    untouched = await ask.everything(but={"opportunity", "outbox"})
    await ask(place, Place(deals[0], after_id=deals[1], expected_version=1))
    await ask(place, Place(deals[0], after_id=deals[2]))
    after = await ask.row(models.Opportunity, deals[0])
    assert (after.version, after.updated_at) == (before.version, before.updated_at)
    assert await ask.everything(but={"opportunity", "outbox"}) == untouched
    told = [row for row in await ask.rows(models.Outbox) if row.type == "opportunity.placed"]
    assert [(row.aggregate, row.aggregate_id, row.sequence) for row in told] == [
        ("OpportunityPlace", str(deals[0]), 1),
        ("OpportunityPlace", str(deals[0]), 2),
    ]
    record = {"type": "Opportunity", "key": deals[0], "fields": []}
    assert told[0].payload == {**record, "opportunity": deals[0], "step": 3}
    await ask(change, Update(deals[0], {"name": "Renamed"}, expected_version=1))
    stale = Place(deals[0], after_id=deals[1], expected_version=1)
    assert await ask.refused(place, stale) == [(Code.VERSION_CONFLICT, ("expected_version",))]


async def test_what_lies_there_already_is_not_put_there(ask: Ask, deals: list[int]) -> None:
    before = await ask.everything()
    a, b, c, d = deals
    for command in (Place(a), Place(a, before_id=b), Place(b, after_id=a), Place(d, after_id=c)):
        await ask(place, command)
    await ask(place, Place(c, before_id=d, step_id=3))
    assert await ask.everything() == before


async def test_a_drag_to_another_column_is_a_move(ask: Ask, deals: list[int]) -> None:
    a, b, c, d = deals
    for card in (c, d):
        await ask(place, Place(card, step_id=4))
    assert await order(ask, 4) == [d, c]
    await ask(place, Place(a, step_id=4, after_id=d, reason="They called"))
    assert (await order(ask), await order(ask, 4)) == ([b], [d, a, c])
    row = await ask.row(models.Opportunity, a)
    assert (row.version, row.probability) == (2, (await ask.row(models.Opportunity, c)).probability)
    stay = (await ask.rows(models.StepStay))[-1]
    assert (stay.cause, stay.reason, stay.opportunity_id) == ("TRANSITION", "They called", a)
    assert stay.transition_id is not None
    types = [event.type for event in await ask.rows(models.Outbox)][-2:]
    assert types == ["opportunity.moved", "opportunity.placed"]
    audit = (await ask.rows(models.Audit))[-1]
    assert audit.after is not None
    assert not {"board_place", "board_key", "board_moves"} & set(audit.after)


async def test_who_moves_on_leaves_the_place_behind(ask: Ask, deals: list[int]) -> None:
    a, b, *_ = deals
    await ask(place, Place(a, after_id=b))
    await ask(progress, Progress(b, step_id=4))
    await ask(progress, Progress(a, step_id=4))
    assert (await ask.row(models.Opportunity, a)).board_place is None
    assert await order(ask, 4) == [a, b]


async def test_a_refused_drag_moves_and_places_nothing(ask: Ask, deals: list[int]) -> None:
    a, b, c, _ = deals
    (why,) = await ask.why(place, Place(a, step_id=5, after_id=b))
    assert isinstance(why, TransitionNotFound)
    assert why.facts == {"here": Ref("OpportunityStep", 3), "there": Ref("OpportunityStep", 5)}
    assert (why.path, why.aftermath is not None) == (("step_id",), True)
    in_column = (Code.VALUE_INVALID, ("after_id",))
    assert await ask.refused(place, Place(a, step_id=4, after_id=b)) == [in_column]
    await ask(place, Place(c, step_id=4))
    assert await ask.refused(place, Place(a, after_id=c)) == [in_column]
    assert await ask.refused(place, Place(a, after_id=a)) == [in_column]
    both = [(Code.VALUE_INVALID, ("before_id",))]
    assert await ask.refused(place, Place(a, after_id=b, before_id=c)) == both
    away = [(Code.NOT_FOUND, ("before_id",))]
    assert await ask.refused(place, Place(a, before_id=99_999)) == away
    assert await ask.refused(place, Place(a, step_id=99, before_id=b)) == [
        (Code.NOT_FOUND, ("step_id",))
    ]
    assert await ask.refused(place, Place(a, transition_id=99)) == [
        (Code.NOT_FOUND, ("transition_id",))
    ]
    assert await ask.refused(place, Place(a, after_id=b), Role.READ_ONLY) == [
        (Code.NOT_PERMITTED, ())
    ]


async def test_nobody_is_put_beside_what_they_do_not_see(ask: Ask, deals: list[int]) -> None:
    member = ask.organisation.member.user_id
    mine, hidden = deals[0], deals[1]
    await ask(change, Update(mine, {"owner_id": member}))
    away = [(Code.NOT_FOUND, ("after_id",))]
    assert await ask.refused(place, Place(mine, after_id=hidden), Role.MEMBER) == away
    await ask(change, Update(deals[3], {"owner_id": member}))
    await ask(place, Place(mine, after_id=deals[3]), Role.MEMBER)
    assert await order(ask) == [hidden, deals[2], deals[3], mine]


# ---- at once -----------------------------------------------------------------------------------


async def test_many_who_drag_into_one_gap_at_once_all_succeed(ask: Ask) -> None:
    *others, low, high = await cards(ask, 10)
    await ask(place, Place(high, after_id=low))

    async def drag(card: int, **beside: Any) -> None:
        await ask(place, Place(card, **beside))

    await asyncio.gather(
        *(drag(card, after_id=low) for card in others[::2]),
        *(drag(card, before_id=high) for card in others[1::2]),
    )
    found = await order(ask)
    assert (found[0], found[-1]) == (low, high)
    assert sorted(found[1:-1]) == sorted(others)
    between = await ask.opportunity()
    await ask(place, Place(between, after_id=found[3]))
    assert await order(ask) == [*found[:4], between, *found[4:]]


async def test_two_who_swap_the_same_two_cards_at_once_both_succeed(
    ask: Ask, deals: list[int]
) -> None:
    a, b, *_ = deals
    for _ in range(5):
        await asyncio.gather(ask(place, Place(a, after_id=b)), ask(place, Place(b, after_id=a)))
        assert sorted((await order(ask))[:2]) == sorted((a, b))


async def test_one_card_dragged_by_many_at_once_lies_where_the_last_put_it(ask: Ask) -> None:
    card, *others = await cards(ask, 6)
    await asyncio.gather(*(ask(place, Place(card, after_id=other)) for other in others))
    found = await order(ask)
    assert [id for id in found if id != card] == others
    assert found[0] != card
    assert (await ask.row(models.Opportunity, card)).board_moves == len(others)


# ---- room --------------------------------------------------------------------------------------


async def lengths(ask: Ask) -> int:
    return max(len(row.board_key) for row in await ask.rows(models.Opportunity))


@pytest.mark.parametrize("side", ["after_id", "before_id"])
async def test_drags_to_the_same_spot_never_run_out_of_room(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, side: str
) -> None:
    monkeypatch.setattr(placing, "LONGEST", 40)
    fixed, one, other, *rest = await cards(ask, 7)
    listed = [fixed, one, other, *rest]
    if side == "before_id":
        await ask(place, Place(fixed, after_id=rest[-1]))
        listed = [one, other, *rest, fixed]
    for turn in range(120):
        card = (one, other)[turn % 2]
        await ask(place, Place(card, **{side: fixed}))
        listed.remove(card)
        listed.insert(listed.index(fixed) + (side == "after_id"), card)
        assert await lengths(ask) <= 40
    assert await order(ask) == listed


async def test_where_room_is_made_every_reach_keeps_the_order(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here all keys are long, so that in the end the whole column is spread."""
    monkeypatch.setattr(placing, "LONGEST", 60)
    monkeypatch.setattr(operations, "REACHES", (1, 2, None))
    listed = await cards(ask, 8)
    async with ask.database.writing(ask.organisation.org_id) as unit:
        for place_, id in enumerate(listed):
            key = "3ff" + "5" * 60 + f"{place_}V"
            entity = models.Opportunity
            await unit.session.execute(
                update(entity)
                .where(entity.org_id == unit.org_id, entity.id == id)
                .values(board_place=key)
            )
    versions = [row.version for row in await ask.rows(models.Opportunity)]
    await ask(place, Place(listed[0], after_id=listed[3]))
    assert await order(ask) == [*listed[1:4], listed[0], *listed[4:]]
    assert await lengths(ask) <= 33
    assert [row.version for row in await ask.rows(models.Opportunity)] == versions
    newest = await ask.opportunity()
    assert (await order(ask))[0] == newest
