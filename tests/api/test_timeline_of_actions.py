"""What a transition's actions change in an opportunity is told beside the move."""

from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

from pipeline_gql.domain.documents import parse
from pipeline_gql.operations.pipelines import publish_document
from pipeline_gql.store.upgrade import migrations, revise, upgrade
from tests.api.asking import Ask, gid
from tests.api.test_timeline import timeline, told
from tests.api.test_winning import along, start
from tests.operations.winning import Road, document, road
from tests.server import DatabaseUrls

BEFORE = "0018"
Changes = dict[str, tuple[Any, Any]]


def becomes(**after: Any) -> Callable[[Changes], bool]:
    def said(changes: Changes) -> bool:
        return all(changes[name][1] == value for name, value in after.items())

    return said


ACTED: list[tuple[dict[str, Any], Callable[[Changes], bool]]] = [
    ({"type": "create_account"}, lambda changes: changes["accountId"][0] is None),
    ({"type": "create_contact"}, lambda changes: {"contactId", "contactIds"} <= set(changes)),
    ({"type": "create_registration"}, lambda changes: "reservations" in changes),
    ({"type": "create_invoice"}, lambda changes: changes["activeInvoiceId"][0] is None),
    ({"type": "set_field", "field": "nextStep", "value": "Call"}, becomes(nextStep="Call")),
    (
        {"type": "set_field", "field": "expectedCloseDate", "value": "2031-01-01"},
        becomes(expectedCloseDate="2031-01-01"),
    ),
    ({"type": "set_probability", "probability": 35}, becomes(probability=35)),
    (
        {"type": "set_owner", "user": "mia@northwind.example"},
        lambda changes: changes["ownerId"][0] == gid("User", 1),
    ),
]


async def touching(ask: Ask, *actions: dict[str, Any]) -> Road:
    """A road on which the loop alone acts: a win fixes the probability."""
    made = document()
    made["transitions"][-1]["actions"] = list(actions)
    o = ask.organisation
    async with ask.database.writing(o.org_id) as unit:
        return Road(ask.stored, await publish_document(unit, o.admin, parse(made)))


async def fitted(way: Road, ask: Ask, **fields: Any) -> str:
    """An opportunity in which each action has something to do; but the account, where one is."""
    deal = await start(way, **fields)
    learners = {"eventDetails": {"newLearners": [{"firstName": "Nia", "lastName": "New"}]}}
    await ask.interest(deal, gid("Event", 1), reserve=True, **learners)
    return deal


async def since(ask: Ask, deal: str, count: int) -> list[Any]:
    return (await timeline(ask, deal))["nodes"][count:]


@pytest.mark.parametrize(("action", "is_told"), ACTED)
async def test_what_an_action_changes_is_told_as_a_change(
    ask: Ask, action: dict[str, Any], is_told: Callable[[Changes], bool]
) -> None:
    way = await touching(ask, action)
    fields = {} if action["type"] == "create_account" else {"account_id": 1}
    deal = await fitted(way, ask, **fields)
    count = len(await since(ask, deal, 0))
    await ask.done("opportunities.progress", along(way, deal, "touch"), "opportunity { id }")
    entries = await since(ask, deal, count)
    (change,) = [each for each in entries if each["__typename"] == "TimelineChange"]
    assert len(entries) == 2
    assert is_told(told(change)), told(change)
    assert change["actor"] == {"id": gid("User", 1)}


async def test_a_probability_that_an_action_sets_is_told_though_it_was_set_by_hand(
    ask: Ask,
) -> None:
    way = await touching(ask, {"type": "set_probability", "probability": 35})
    deal = await start(way, probability=60)
    await ask.done("opportunities.progress", along(way, deal, "touch"), "opportunity { id }")
    (_, change) = sorted(
        await since(ask, deal, 1), key=lambda each: each["__typename"] < "TimelineM"
    )
    assert told(change) == {"probability": (60, 35)}


async def test_a_move_that_does_nothing_else_is_told_once(ask: Ask) -> None:
    way = await road(ask.stored, {"type": "create_task", "title": "Call"})
    by_hand, by_step = await start(way, probability=60), await start(way)
    for deal in (by_hand, by_step):
        for transition in ("touch", "win", "reopen"):
            given = along(way, deal, transition)
            await ask.done("opportunities.progress", given, "opportunity { id }")
        kinds = {each["__typename"] for each in await since(ask, deal, 0)}
        assert kinds == {"TimelineMove", "TimelineTask"}


async def test_an_upgrade_tells_what_actions_changed_before(ask: Ask, urls: DatabaseUrls) -> None:
    way = await touching(ask, *(action for action, _ in ACTED))
    deal = await fitted(way, ask)
    await ask.done("opportunities.progress", along(way, deal, "touch"), "opportunity { id }")
    await ask.done("opportunities.progress", along(way, deal, "win"), "opportunity { id }")
    connection = await asyncpg.connect(urls.admin)
    query = "SELECT * FROM timeline_entry ORDER BY id"
    before = await connection.fetch(query)
    login = urls.of("pipeline_migrate")
    later = [file for file in migrations().glob("versions/0*.py") if file.name[:4] > BEFORE]
    await revise(login, f"-{len(later)}")
    assert len(await connection.fetch(query)) == len(before) - 1
    await upgrade(login)
    assert await connection.fetch(query) == before
    await connection.close()
