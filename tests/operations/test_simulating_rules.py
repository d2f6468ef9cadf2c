"""What a draft's rules and required attributes would keep back, before it is published."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from pipeline_gql.domain.documents import read
from pipeline_gql.domain.errors import Code
from pipeline_gql.domain.losses import Blocked
from pipeline_gql.domain.migrating import Pair
from pipeline_gql.domain.pipeline import Version
from pipeline_gql.domain.rules import Rule
from pipeline_gql.operations.drafts import CreateDraft, create
from pipeline_gql.operations.opportunities import (
    Delete,
    Progress,
    Update,
    delete,
    progress,
    update,
)
from pipeline_gql.operations.publishing import Publish, publish
from pipeline_gql.operations.simulating import Judged, Simulate, simulate
from pipeline_gql.store import simulating
from tests.operations.asking import Ask
from tests.operations.ruled import document, opened, published, rule

LARGE = rule({"field": {"name": "amount", "is": "ge", "value": "100"}})
OWNED = rule({"is_owner": True}, "ACTOR") | {"id": "mine"}
Edges = dict[str, dict[str, Any]]


async def drafted(ask: Ask, version: Version, edges: Edges) -> int:
    source = document(edges)
    assert read(source)
    done = await ask(create, CreateDraft(version.pipeline_id, source))
    key = done.objects["pipeline_version"]
    assert isinstance(key, int)
    return key


async def judged(ask: Ask, draft: int, *pairs: Pair) -> Judged:
    async with ask.database.writing(ask.organisation.org_id) as unit:
        return (await simulate(unit, ask.organisation.admin, Simulate(draft, pairs))).judged


def why(blocked: Sequence[Blocked]) -> list[tuple[str, int]]:
    return [
        (each.cause.id if isinstance(each.cause, Rule) else str(each.cause), each.count)
        for each in blocked
    ]


async def test_a_new_rule_keeps_back_whoever_does_not_keep_it(ask: Ask) -> None:
    one = await published(ask, {"ab": {}, "bw": {}})
    small, large = (
        await opened(ask, one, amount=Decimal(5)),
        await opened(ask, one, amount=Decimal(500)),
    )
    draft = await drafted(ask, one, {"ab": {"rules": [LARGE, OWNED]}, "bw": {"rules": [LARGE]}})
    found = await judged(ask, draft)
    (blocked,) = found.blocked
    assert isinstance(blocked.cause, Rule)
    assert (blocked.source, blocked.target) == (one.step_ids["a"], one.step_ids["b"])
    assert (blocked.cause.id, blocked.count, blocked.sample) == ("r", 1, (small,))
    assert blocked.values == {"USD": 50_000}
    # Nobody stands on b, where the other rule is new.
    assert (found.records, found.count) == (2, 2)
    await ask(delete, Delete(small))
    found = await judged(ask, draft)
    assert (found.blocked, found.records) == ((), 1)
    assert large


async def test_who_is_kept_back_already_loses_nothing(ask: Ask) -> None:
    one = await published(ask, {"ab": {"rules": [LARGE]}, "bw": {}})
    await opened(ask, one, amount=Decimal(5))
    asked = {"rules": [LARGE], "required_attributes": ["accountId"]}
    assert why((await judged(ask, await drafted(ask, one, {"ab": asked, "bw": {}}))).blocked) == []
    await opened(ask, one, amount=Decimal(500))
    found = await judged(ask, await drafted(ask, one, {"ab": asked, "bw": {}}))
    assert why(found.blocked) == [("accountId", 1)]


async def test_a_lost_transition_counts_for_those_who_might_have_taken_it(ask: Ask) -> None:
    one = await published(ask, {"ab": {"rules": [LARGE]}, "ac": {}, "bw": {}, "cw": {}})
    await opened(ask, one, amount=Decimal(5))
    large = await opened(ask, one, amount=Decimal(500))
    edges: Edges = {"bw": {}, "cw": {}, "cb": {}}
    found = await judged(ask, await drafted(ask, one, edges))
    assert why(found.blocked) == [
        (Code.TRANSITION_NOT_FOUND, 2),
        (Code.TRANSITION_NOT_FOUND, 1),
    ]
    assert found.blocked[1].sample == (large,)


async def test_where_rules_mean_the_same_no_record_is_looked_at(ask: Ask) -> None:
    edge = {"rules": [LARGE], "required_attributes": ["accountId"]}
    one = await published(ask, {"ab": edge, "bw": {}})
    await opened(ask, one, amount=Decimal(5))
    renamed = edge | {"name": "On", "rules": [LARGE | {"name": "Large", "message": "Too small"}]}
    found = await judged(ask, await drafted(ask, one, {"ab": renamed, "bw": {}}))
    assert found == Judged((), 0, 0)
    laxer = await judged(ask, await drafted(ask, one, {"ab": {"rules": [LARGE]}, "bw": {}}))
    assert laxer == Judged((), 0, 0)


async def test_a_rule_that_stays_keeps_back_who_is_another_once_it_has_landed(ask: Ask) -> None:
    likely = {"rules": [rule({"field": {"name": "probability", "is": "ge", "value": 20}})]}
    edges: Edges = {"ab": likely, "bw": {}}
    one = await published(ask, edges)
    key = await opened(ask, one)
    sure = await opened(ask, one, probability=90)
    source = document(edges)
    source["stages"][0]["steps"][0]["probability"] = 10
    done = await ask(create, CreateDraft(one.pipeline_id, source))
    draft: Any = done.objects["pipeline_version"]
    (blocked,) = (await judged(ask, draft)).blocked
    assert (blocked.count, blocked.sample) == (1, (key,))
    await ask(publish, Publish(draft))
    await refused(ask, key, one.step_ids["b"])
    await ask(progress, Progress(sure, step_id=one.step_ids["b"]))


async def test_who_lands_on_another_step_begins_a_stay_there(ask: Ask) -> None:
    changed = {"rules": [rule({"field": {"name": "grandTotal", "is": "changed"}})]}
    one = await published(ask, {"ab": changed, "cb": changed, "bw": {}})
    key = await opened(ask, one, amount=Decimal(5))
    await ask(update, Update(key, {"amount": Decimal(7)}))
    source = document({"cb": changed, "bw": {}}, steps="cb")
    source["stages"][0]["steps"][0]["entry"] = True
    done = await ask(create, CreateDraft(one.pipeline_id, source))
    draft: Any = done.objects["pipeline_version"]
    pairs = [Pair(one.step_ids["a"], one.step_ids["c"])]
    (blocked,) = (await judged(ask, draft, *pairs)).blocked
    assert (blocked.source, blocked.target) == (one.step_ids["a"], one.step_ids["b"])
    assert blocked.sample == (key,)
    await ask(publish, Publish(draft, pairs))
    await refused(ask, key, one.step_ids["b"])


async def refused(ask: Ask, key: int, step_id: int) -> None:
    (why,) = await ask.why(progress, Progress(key, step_id=step_id))
    assert why.code is Code.CONDITION_NOT_MET


async def test_what_there_is_no_time_for_is_said_to_be_left_out(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await published(ask, {"ab": {}, "bw": {}})
    first, last = [await opened(ask, one, amount=Decimal(5)) for _ in range(2)]
    draft = await drafted(ask, one, {"ab": {"rules": [LARGE]}, "bw": {}})
    monkeypatch.setattr(simulating, "MOST_SEEN", 1)
    found = await judged(ask, draft)
    assert (found.records, found.count, found.blocked[0].sample) == (2, 1, (last,))
    monkeypatch.setattr(simulating, "SECONDS", -1)
    assert await judged(ask, draft) == Judged((), 2, 0)
    assert first


async def test_whoever_publishes_does_not_wait_for_a_simulation(ask: Ask) -> None:
    one = await published(ask, {"ab": {}, "bw": {}})
    await opened(ask, one)
    draft = await drafted(ask, one, {"ab": {"rules": [LARGE]}, "bw": {}})
    async with ask.database.writing(ask.organisation.org_id) as unit:
        await simulate(unit, ask.organisation.admin, Simulate(draft))
        async with asyncio.timeout(10):
            two = await published(ask, {"ab": {}, "bw": {}, "ac": {}})
    assert two.number == 2
