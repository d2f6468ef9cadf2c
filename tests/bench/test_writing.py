"""What the benchmark's writes write, and that those said to write the same rows do."""

from random import Random

import asyncpg
import orjson
import pytest

from tests.bench.client import ask_once
from tests.bench.peers import Running
from tests.bench.peers.postgraphile import calling
from tests.bench.questions import QUESTIONS, WRITES, Question
from tests.bench.running import raw

MADE = {
    "Q3": {
        *("audit", "idempotency_key", "opportunity", "opportunity_revision", "outbox"),
        *("search_doc", "step_stay", "timeline_entry"),
    },
    "W2": {"audit", "opportunity_revision", "outbox", "step_stay", "timeline_entry"},
    "W3": {"audit", "interest", "opportunity_revision", "outbox", "seat_hold", "timeline_entry"},
}
"""The tables that get a row, by the document that was asked."""
HEARD = """SELECT coalesce(sum(calls), 0) FROM pg_stat_statements WHERE query IN ('BEGIN', 'COMMIT')
OR query LIKE '%$%' AND query NOT LIKE 'SET %' AND query NOT LIKE '%pg_stat_statements%'"""
"""Settings go along with BEGIN; what a deferred trigger asks has no parameters."""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = $1"


class Tables:
    """How many rows there are, and how many bytes, by table."""

    def __init__(self, running: Running, schema: str = "public") -> None:
        self._url, self._schema = running.setting.urls.admin, schema
        self._seen = dict[str, tuple[int, int]]()

    def _size(self, table: str) -> str:
        size = "count(*), coalesce(sum(pg_column_size(t)), 0)"
        return f'SELECT {size} FROM {self._schema}."{table}" t'

    async def look(self) -> dict[str, tuple[int, int]]:
        """What has been added since the last time."""
        admin = await asyncpg.connect(self._url)
        try:
            names = {name for (name,) in await admin.fetch(TABLES, self._schema)}
            now = {name: tuple(await admin.fetchrow(self._size(name))) for name in names}
        finally:
            await admin.close()
        before, self._seen = self._seen, now
        added = {
            name: (rows - before.get(name, (0, 0))[0], size - before.get(name, (0, 0))[1])
            for name, (rows, size) in now.items()
        }
        return {name: (rows, size) for name, (rows, size) in added.items() if rows}


async def _write(running: Running, question: Question, seed: int) -> None:
    answer = orjson.loads(await ask_once(running.port, raw(running, question, Random(seed))))
    assert [verb["errors"] for verb in answer["data"]["opportunities"].values()] == [[]]


@pytest.mark.parametrize("question", WRITES, ids=lambda question: question.name)
async def test_a_write_adds_a_row_to_each_table_that_tells_of_it(
    question: Question, peers: list[Running]
) -> None:
    """As an administrator and as a member; a second time too, who finds what the first did."""
    asked = [each for each in peers if each.peer.name == "ours"]
    assert [each.role for each in asked] == ["admin", "member"]
    tables = Tables(asked[0])
    await tables.look()
    for running in asked:
        for seed in range(3):
            await _write(running, question, seed)
            added = await tables.look()
            assert {name: rows for name, (rows, _) in added.items()} == dict.fromkeys(
                MADE[question.document], 1
            )


async def test_a_move_is_ten_statements_by_postgresql_s_own_count(ours: Running) -> None:
    """A few waits, but each row is a statement still: two are asked, five written, and answered,
    between BEGIN and COMMIT."""
    admin = await asyncpg.connect(ours.setting.urls.admin)
    counted = set[int]()
    try:
        for seed in range(6):
            before = await admin.fetchval(HEARD)
            await _write(ours, QUESTIONS["W2"], seed)
            counted.add(await admin.fetchval(HEARD) - before)
    finally:
        await admin.close()
    # Now and then the server looks a token up again.
    assert min(counted) == 10


async def test_a_function_that_writes_the_same_rows_does(ours: Running) -> None:
    """As many to the same tables, and about as many bytes."""
    tables, question = Tables(ours), QUESTIONS["Q3"]
    await tables.look()
    await _write(ours, question, 5)
    mine = await tables.look()
    await _call(ours, question)
    theirs = await tables.look()
    _assert_alike(mine, theirs)


async def test_the_limit_s_create_writes_the_same_rows_once(peers: list[Running]) -> None:
    """As an administrator and as a member; whoever asks again is told the same."""
    question = QUESTIONS["Q3"]
    limits = [each for each in peers if each.peer.name == "limit"]
    assert [each.role for each in limits] == ["admin", "member"]
    tables = Tables(limits[0])
    for limit in limits:
        await tables.look()
        await _write(next(each for each in peers if _beside(each, limit)), question, 5)
        mine = await tables.look()
        sent = raw(limit, question, Random(5))
        answer = await ask_once(limit.port, sent)
        _assert_alike(mine, await tables.look())
        assert await ask_once(limit.port, sent) == answer
        assert await tables.look() == {}


def _beside(each: Running, limit: Running) -> bool:
    return each.peer.name == "ours" and each.role == limit.role


async def test_without_walls_the_limit_s_create_writes_one_row(peers: list[Running]) -> None:
    limit = next(each for each in peers if each.peer.name == "limit-bare")
    tables, plain = Tables(limit), Tables(limit, "bench")
    await tables.look()
    await plain.look()
    await _write(limit, QUESTIONS["Q3"], 5)
    assert await tables.look() == {}
    assert {name: rows for name, (rows, _) in (await plain.look()).items()} == {
        "plain_opportunity": 1
    }


def _assert_alike(mine: dict[str, tuple[int, int]], theirs: dict[str, tuple[int, int]]) -> None:
    assert {name: rows for name, (rows, _) in theirs.items()} == {
        name: rows for name, (rows, _) in mine.items()
    }
    assert 0.8 < _bytes(theirs) / _bytes(mine) < 1.25, (theirs, mine)


def _bytes(added: dict[str, tuple[int, int]]) -> int:
    return sum(size for _, size in added.values())


async def _call(running: Running, question: Question) -> None:
    """As PostGraphile does for what is sent to it: by the names of arguments, as the app."""
    setting = running.setting
    body = calling(setting, question, question.variables(setting.loaded, Random(5)))
    given = body["variables"]["input"]
    names = {"".join(f"_{c.lower()}" if c.isupper() else c for c in each): each for each in given}
    app = await asyncpg.connect(setting.urls.app)
    try:
        await app.execute(f"SET app.org_id = '{setting.loaded.org_id}'")
        listed = ", ".join(f"{name} => '{given[each]}'" for name, each in names.items())
        assert await app.fetchval(f"SELECT bench.create_deal({listed})")
    finally:
        await app.close()
