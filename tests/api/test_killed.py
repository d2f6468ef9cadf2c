"""A server killed at any statement of a mutation: whoever retries finds it done once."""

import signal
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4
from weakref import WeakKeyDictionary

import pytest

from pipeline_gql.domain.viewer import Role
from pipeline_gql.store.database import Database
from tests.api.asking import Ask, gid, insisting
from tests.api.conftest import token_of
from tests.api.killing import killing
from tests.api.walking import administrator
from tests.operations.winning import ALL, Road, road
from tests.server import DatabaseUrls

TOLD = "errors { code message } replayed opportunity { id version }"
KEYED = "idempotencyKey: $key, dryRun: $dry"
CREATE = f"""mutation($key: String!, $dry: Boolean!) {{ opportunities {{
  a: create(input: {{name: "New", amount: "10", {KEYED}}}) {{ {TOLD} }}
}} }}"""
PROGRESS = f"""mutation($key: String!, $dry: Boolean!, $id: ID!, $step: ID!) {{ opportunities {{
  a: progress(input: {{opportunityId: $id, stepId: $step, {KEYED}}}) {{
    {TOLD} actions {{ outcome }} registrations {{ id }} invoice {{ id }} tokenIssues {{ id }}
  }}
}} }}"""
RESERVE = f"""mutation($key: String!, $dry: Boolean!, $id: ID!, $event: ID!) {{ opportunities {{
  a: addInterest(input: {{opportunityId: $id, {KEYED},
    interestDetails: {{id: $event, unitAmount: "1", reserve: true}}}}) {{ {TOLD} }}
}} }}"""
TWO = f"""mutation($key: String!, $dry: Boolean!, $id: ID!) {{ opportunities(atomic: true) {{
  a: update(input: {{id: $id, name: "Newer", {KEYED}}}) {{ {TOLD} }}
  b: create(input: {{name: "Beside", {KEYED}}}) {{ {TOLD} }}
}} }}"""

ROADS: WeakKeyDictionary[Ask, Road] = WeakKeyDictionary()
Variables = Callable[[Ask], Awaitable[dict[str, str]]]


async def _nothing(ask: Ask) -> dict[str, str]:
    return {}


async def _deal(ask: Ask) -> dict[str, str]:
    return {"id": await ask.opportunity()}


async def _deal_and_step(ask: Ask) -> dict[str, str]:
    return {**await _deal(ask), "step": gid("OpportunityStep", 4)}


async def _deal_to_win(ask: Ask) -> dict[str, str]:
    """With places held and tokens wanted; to win it makes registration, invoice and tokens."""
    if ask not in ROADS:
        ROADS[ask] = await road(ask.stored, *ALL)
    way = ROADS[ask]
    there = {"pipelineId": gid("Pipeline", way.version.pipeline_id)}
    id = await ask.opportunity(accountId=gid("Account", 1), **there)
    event = (await _deal_and_event(ask))["event"]
    await ask.interest(id, event, unitAmount="1", reserve=True)
    kind = gid("TrainingTokenType", ask.organisation.token_type_key)
    await ask.interest(id, kind, unitAmount="1", quantity=2)
    return {"id": id, "step": gid("OpportunityStep", way.version.step_ids["won"])}


async def _deal_and_event(ask: Ask) -> dict[str, str]:
    new = {"code": uuid4().hex, "title": "Fair", "maxPlaces": 1}
    event = (await ask.done("event.create", new, "event { id }"))["event"]
    return {**await _deal(ask), "event": event["id"]}


async def _counted(connection: Any) -> dict[str, int]:
    """How many rows each table has."""
    names = await connection.fetch("SELECT tablename AS n FROM pg_tables WHERE schemaname='public'")
    each = " UNION ALL ".join(f"SELECT '{r['n']}' AS n, count(*) AS c FROM {r['n']}" for r in names)
    return {row["n"]: row["c"] for row in await connection.fetch(each)}


@pytest.mark.parametrize(
    ("document", "prepared"),
    [
        (CREATE, _nothing),
        (PROGRESS, _deal_and_step),
        (PROGRESS, _deal_to_win),
        (RESERVE, _deal_and_event),
        (TWO, _deal),
    ],
    ids=["create", "progress", "win", "addInterest", "atomic"],
)
async def test_a_retry_after_a_kill_at_any_statement_neither_doubles_nor_loses(
    ask: Ask, database: Database, urls: DatabaseUrls, document: str, prepared: Variables
) -> None:
    token = await token_of(database, ask.organisation, Role.ADMIN)
    replays: list[bool] = []
    versions: list[list[int]] = []
    wanted: dict[str, int] = {}
    async with administrator(urls) as connection, killing(urls, token) as kill:

        async def added(n: int) -> dict[str, int]:
            """The rows that came, of a request killed at `n` and its retry."""
            variables = {**await prepared(ask), "key": f"k{n}"}
            before = await _counted(connection)
            real, rehearsed = {**variables, "dry": False}, {**variables, "dry": True}
            status = await kill(document, real, n, rehearsed)
            assert status in (0, -signal.SIGKILL)
            told = await _insisting(ask, document, real)
            replays.append(told["a"]["replayed"])
            assert len({payload["replayed"] for payload in told.values()}) == 1
            versions.append([each["opportunity"]["version"] for each in told.values()])
            now = await _counted(connection)
            assert (status == 0) == (n > 1000)
            return {name: count - before[name] for name, count in now.items()}

        wanted = await added(10_000)
        assert replays == [True]
        n = 0
        while not replays[-1] or n == 0:
            n += 1
            assert await added(n) == wanted, n
            assert versions[-1] == versions[0]
    # All but the last message, the commit, were in vain; there were some.
    assert n > 4
    assert replays[1:] == [False] * (n - 1) + [True]


async def _insisting(ask: Ask, document: str, variables: dict[str, Any]) -> Any:
    told = (await insisting(lambda: ask(document, variables)))["data"]["opportunities"]
    assert all(payload["errors"] == [] for payload in told.values()), told
    return told
