"""A write's connection: its transaction, what is asked and what is new in it, and the session of
those who need one."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection as BoundConnection
from sqlalchemy import Engine, event, inspect
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.pool import PoolProxiedConnection

from pipeline_gql.store import models, one_wait
from pipeline_gql.store.connections import Connection
from pipeline_gql.store.mapping import Row, change, insertion, loaded, refresh
from pipeline_gql.store.questions import Asked, together
from pipeline_gql.store.transactions import Begin, telling

COMMIT: Final = "COMMIT"


class Writer:
    """One transaction, which begins with the first thing that is asked.

    New rows and questions go to the driver until somebody asks for the session, which costs as
    much as the rest of a small write; from then on it has what is new. Once COMMIT was sent it
    `is_over`, with whatever answer.
    """

    __slots__ = (
        "_begin", "_engine", "_foreseen", "_has_begun", "_new", "_pipelines", "_pooled",
        "_said", "_session", "_stored", "is_over", "raw",
    )  # fmt: skip

    def __init__(self, engine: AsyncEngine, pooled: PoolProxiedConnection, begin: Begin) -> None:
        self._engine = engine
        self._pooled = pooled
        self._begin = begin
        self._has_begun = False
        self._session: AsyncSession | None = None
        self._said: list[tuple[str, list[object]]] = []
        self._new: list[tuple[type[models.Base], dict[str, Any]]] = []
        self._stored: dict[Any, models.Base] = {}
        self._foreseen: list[tuple[Asked, list[Any]]] = []
        self.is_over = False
        assert pooled.driver_connection is not None
        self.raw: Connection = pooled.driver_connection
        self._pipelines = not begin.apart and one_wait.fits(self.raw)

    @property
    def engine(self) -> Engine:
        return self._engine.sync_engine

    @property
    def session(self) -> AsyncSession:
        """Made when it is first asked for."""
        if self._session is None:
            bound = BoundConnection(self.engine, self._pooled)
            if not self._has_begun:
                event.listen(bound, "begin", self._begin_with_session, once=True)
            self._session = AsyncSession(
                AsyncConnection(self._engine, bound), expire_on_commit=False
            )
            self._session.add_all(self._stored.values())
            self._session.add_all(table(**values) for table, values in self._new)
            self._stored, self._new = {}, []
        return self._session

    def _begin_with_session(self, bound: BoundConnection) -> None:
        if not self._has_begun:
            self._has_begun = True
            adapted: Any = bound.connection.dbapi_connection
            adapted.run_async(self._begin.run)

    async def begin(self) -> None:
        """Unless it has begun."""
        if not self._has_begun:
            self._has_begun = True
            await self._begin.run(self.raw)

    def add(self, table: type[models.Base], **values: object) -> None:
        """A new row, of which nobody needs to know what the database makes of it. It is sent
        with the next question."""
        self._foreseen = []
        if self._session is None:
            self._new.append((table, values))
        else:
            self._session.add(table(**values))

    async def insert(self, row: models.Base) -> None:
        """A new row, at once: it has its key afterwards."""
        self._foreseen = []
        if self._session is not None:
            await self.flush()
            self._session.add(row)
            await self._session.flush()
            return
        question = insertion(type(row), vars(row), told=True)
        told = await self._fetched(question.sql, question.arguments(vars(row)))
        vars(row).update(zip(question.told, told[0], strict=True))
        self._keep(row)

    def _keep(self, row: models.Base) -> None:
        """As a session would, so that what is changed of it is written."""
        make_transient_to_detached(row)
        self._stored[inspect(row).key] = row

    async def settle(self) -> None:
        """What has changed is sent before what is new from here on."""
        if self._session is not None:
            await self._session.flush()

    async def flush(self) -> None:
        """Sends what has changed and what is new."""
        await self.settle()
        for sql, args in self._taken():
            await self.begin()
            await self.raw.execute(sql, *args)

    async def commit(self) -> str:
        """What the server says to it."""
        await self.settle()
        if not self._pipelines:
            await self.flush()
        self.is_over = True
        if not self._has_begun:
            return COMMIT
        return await one_wait.run(self.raw, COMMIT, await self._bound())

    def forget(self) -> None:
        """Rows are read anew from here on."""
        self._stored, self._foreseen = {}, []
        if self._session is not None:
            self._session.expunge_all()

    async def close(self) -> None:
        """Gives the connection back; it is in a known state, or closed."""
        try:
            if self._session is not None:
                await asyncio.shield(asyncio.create_task(self._session.close()))
        finally:
            if self.raw.is_closed() and self._pooled.is_valid:
                self._pooled.invalidate()
            self._pooled.close()

    async def _fetched(
        self, sql: str, args: Sequence[object], *, commits: bool = False
    ) -> list[Any]:
        """The rows of a statement, and before it what has changed and is new; after it COMMIT, if
        it `commits`."""
        await self.settle()
        if not self._pipelines:
            await self.flush()
            await self.begin()
            return await self.raw.fetch(sql, *args)
        before = await self._bound()
        self.is_over = commits
        return await one_wait.fetch(self.raw, sql, args, before, (COMMIT,) if commits else ())

    async def _bound(self) -> bytes:
        """What goes before the next statement, in the same write."""
        taken = [await one_wait.bound(self.raw, *each) for each in self._taken()]
        opening = b"" if self._has_begun else one_wait.said(self._begin.commands)
        self._has_begun = True
        return opening + b"".join(taken)

    def _taken(self) -> list[tuple[str, list[object]]]:
        """What has changed and what is new, as it is sent."""
        taken = [sent for row in self._stored.values() if (sent := change(row))]
        for table, values in self._new:
            made = insertion(table, values, told=False)
            taken.append((made.sql, made.arguments(values)))
        taken += self._said
        self._new, self._said = [], []
        return taken


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

    async def foresee(self, *asked: Asked) -> None:
        """Asks in one statement what will be asked in a moment, each once."""
        whole = together(tuple(each.question for each in asked))
        values = {name: value for each in asked for name, value in each.values.items()}
        (found,) = await self.rows(Asked(whole, values))
        self._foreseen = [(each, whole.read(text)) for each, text in zip(asked, found, strict=True)]

    async def rows(self, asked: Asked) -> list[Any]:
        """What a question finds in the unit's organisation, each row by the columns' names."""
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
            return [self._known(loaded(table, each)) for each in await self.rows(asked)]
        await self.flush()
        values = {"org_id": self.org_id, **asked.values}
        rows = await self._session.scalars(
            asked.question.query, values, execution_options={"populate_existing": True}
        )
        return list(rows)

    def _known(self, now: Row) -> Row:
        """The unit's own of a row that was loaded just now."""
        known: Any = self._stored.get(inspect(type(now)).identity_key_from_instance(now))
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
