"""What is asked in a write's transaction, and what is foreseen to be."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import PoolProxiedConnection

from pipeline_gql.store import models
from pipeline_gql.store.mapping import Row, identity, loaded, numbering, read, refresh
from pipeline_gql.store.questions import Asked, together
from pipeline_gql.store.transactions import Begin, telling
from pipeline_gql.store.writers import Writer


class Unit(Writer):
    """A write's transaction. `now` is the one time of what is done in it, in UTC; `begun` is the
    first, where several verbs are done in it one after another."""

    __slots__ = ("begun", "now", "org_id", "request_id")

    def __init__(
        self,
        engine: AsyncEngine,
        pooled: PoolProxiedConnection,
        begin: Begin,
        *,
        org_id: UUID,
        request_id: str | None,
        now: datetime,
    ) -> None:
        super().__init__(engine, pooled, begin)
        self.org_id = org_id
        self.request_id = request_id
        self.now = self.begun = now

    async def begin_anew(self) -> None:
        """For another verb of the same transaction: it meets rows as they are by now, later."""
        await self.flush()
        await self.begin()
        self.forget()
        self.now = max(datetime.now(UTC), self.now + timedelta(microseconds=1))
        await self.raw.execute(telling(self.now))

    def say(self, asked: Asked) -> None:
        """A statement without rows; it is sent with the next question, or with COMMIT."""
        self._foreseen = []
        values = {"org_id": self.org_id, **asked.values}
        self._said.append((asked.question.sql, asked.question.arguments(values)))

    def first(self, asked: Asked, judge: Callable[[list[Any]], None]) -> None:
        """What is asked before anything else, with what is foreseen then; `judge` may raise."""
        self._first = asked, judge

    async def foresee(
        self, *asked: Asked, key: type[models.Base] | None = None, count: int = 1
    ) -> None:
        """Asks in one statement what will be asked in a moment, each once, and the `key` of a row
        (of so many) that will be inserted."""
        first, self._first = self._first, None
        wanted = [*asked, first[0]] if first else [*asked]
        if self._session is not None or not self.pipelines:
            # The row will be told its key when it is inserted.
            key = None
        if key is not None:
            wanted.append(numbering(key, count))
        values: dict[str, object] = {}
        for each in wanted:
            values |= each.values
        whole = together(tuple([each.question for each in wanted]))
        (found,) = await self.rows(Asked(whole, values))
        told = [*map(orjson.loads, found)]
        if first:
            first[1](told[len(asked)])
        if key is not None:
            self._keys[key] = [row["key"] for row in told[-1]]
        self._foreseen = [*zip(asked, told, strict=False)]

    async def judged(self) -> None:
        """Asks what is to be asked first, unless that was done."""
        if self._first is not None:
            await self.foresee()

    async def rows(self, asked: Asked) -> list[Any]:
        """What a question finds in the unit's organisation, each row by the columns' names."""
        await self.judged()
        for known in self._foreseen:
            if known[0] == asked:
                self._foreseen.remove(known)
                return known[1]
        values = {"org_id": self.org_id, **asked.values}
        return await self._fetched(asked.question.sql, asked.question.arguments(values))

    async def row(self, table: type[Row], asked: Asked) -> Row | None:
        """The first that `found` finds."""
        for row in await self.found(table, asked):
            return row
        return None

    async def found(self, table: type[Row], asked: Asked) -> list[Row]:
        """The rows of a table that it finds, as they are now; their changes are written."""
        if self._session is None:
            rows = await self.rows(asked)
            return [self._known(loaded(table, read(table, each))) for each in rows]
        await self.flush()
        values = {"org_id": self.org_id, **asked.values}
        rows = await self._session.scalars(
            asked.question.query, values, execution_options={"populate_existing": True}
        )
        return list(rows)

    def _known(self, now: Row) -> Row:
        """The unit's own of a row that was loaded just now."""
        known: Any = self._stored.get(identity(now))
        if known is None:
            self._keep(now)
            return now
        refresh(known, now)
        return known

    async def value(self, asked: Asked) -> Any:
        """The only column of what it finds first, or None."""
        for row in await self.rows(asked):
            (value,) = row.values()
            return value
        return None

    async def json(
        self, sql: str, args: Sequence[object], *, commits: bool = False
    ) -> bytes | None:
        """The one bytea value of a compiled read, which sees what this unit has changed; `commits`
        if nothing more is done. COMMIT is only run if all before it went well."""
        found = await self._fetched(sql, args, commits=commits)
        return found[0][0] if found else None
