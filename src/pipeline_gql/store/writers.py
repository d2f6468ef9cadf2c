"""A write's connection: its transaction, what is new in it, and the session of those who need
one."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import Connection as BoundConnection
from sqlalchemy import Engine, event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.pool import PoolProxiedConnection

from pipeline_gql.store import models, one_wait
from pipeline_gql.store.connections import Connection
from pipeline_gql.store.mapping import change, fill, identity, insertion
from pipeline_gql.store.questions import Asked
from pipeline_gql.store.transactions import Begin

COMMIT: Final = "COMMIT"


class Writer:
    """One transaction, which begins with the first thing that is asked.

    New rows and questions go to the driver until somebody asks for the session, which costs as
    much as the rest of a small write; from then on it has what is new. Once COMMIT was sent it
    `is_over`, with whatever answer.
    """

    __slots__ = (
        "_begin", "_engine", "_first", "_foreseen", "_has_begun", "_keys", "_new", "_pooled",
        "_said", "_session", "_stored", "is_over", "pipelines", "raw",
    )  # fmt: skip

    def __init__(self, engine: AsyncEngine, pooled: PoolProxiedConnection, begin: Begin) -> None:
        self._engine = engine
        self._pooled = pooled
        self._begin = begin
        self._has_begun = False
        self._session: AsyncSession | None = None
        self._said: list[tuple[str, list[object]]] = []
        self._new: list[tuple[type[models.Base], dict[str, Any], models.Base | None]] = []
        self._stored: dict[Any, models.Base] = {}
        self._foreseen: list[tuple[Asked, list[Any]]] = []
        self._keys: dict[type[models.Base], list[int]] = {}
        self._first: tuple[Asked, Callable[[list[Any]], None]] | None = None
        self.is_over = False
        assert pooled.driver_connection is not None
        self.raw: Connection = pooled.driver_connection
        self.pipelines = not begin.apart and one_wait.fits(self.raw)

    @property
    def engine(self) -> Engine:
        return self._engine.sync_engine

    @property
    def session(self) -> AsyncSession:
        """Made when it is first asked for."""
        if self._session is None:
            self._require_judged()
            bound = BoundConnection(self.engine, self._pooled)
            if not self._has_begun:
                event.listen(bound, "begin", self._begin_with_session, once=True)
            self._session = AsyncSession(
                AsyncConnection(self._engine, bound), expire_on_commit=False
            )
            self._session.add_all(self._stored.values())
            self._session.add_all(row or table(**values) for table, values, row in self._new)
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
        self._require_judged()
        self._foreseen = []
        if self._session is None:
            self._new.append((table, values, None))
        else:
            self._session.add(table(**values))

    async def insert(self, row: models.Base) -> None:
        """A new row, which has its key afterwards. It is sent at once, unless the key of such a
        row was foreseen, and the database makes up nothing else that can be asked of it."""
        self._require_judged()
        self._foreseen = []
        if self._session is not None:
            await self.flush()
            self._session.add(row)
            await self._session.flush()
            return
        keys = self._keys.get(type(row))
        if keys and fill(row, keys.pop(0)):
            self._new.append((type(row), vars(row), row))
            return
        question = insertion(type(row), vars(row), told=True)
        told = await self._fetched(question.sql, question.arguments(vars(row)))
        vars(row).update(zip(question.told, told[0], strict=True))
        self._keep(row)

    def _require_judged(self) -> None:
        """Nothing is written before what is to be asked first."""
        if self._first is not None:
            raise RuntimeError("something is to be asked first")

    def _keep(self, row: models.Base) -> None:
        """As a session would, so that what is changed of it is written."""
        make_transient_to_detached(row)
        self._stored[identity(row)] = row

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
        self._require_judged()
        await self.settle()
        if not self.pipelines:
            await self.flush()
        self.is_over = True
        if not (self._has_begun or self._new or self._said):
            return COMMIT
        return await one_wait.run(self.raw, COMMIT, await self._bound(ends=True))

    def forget(self) -> None:
        """Rows are read anew from here on."""
        self._stored, self._foreseen = {}, []
        if self._session is not None:
            self._session.expunge_all()

    @property
    def had_session(self) -> bool:
        return self._session is not None

    async def close(self) -> None:
        """The connection is in a known state then, or closed."""
        if self._session is not None:
            await asyncio.shield(asyncio.create_task(self._session.close()))

    async def _fetched(
        self, sql: str, args: Sequence[object], *, commits: bool = False
    ) -> list[Any]:
        """The rows of a statement, and before it what has changed and is new; after it COMMIT, if
        it `commits`."""
        await self.settle()
        if not self.pipelines:
            await self.flush()
            await self.begin()
            return await self.raw.fetch(sql, *args)
        before = await self._bound(ends=commits)
        self.is_over = commits
        return await one_wait.fetch(self.raw, sql, args, before, (COMMIT,) if commits else ())

    async def _bound(self, *, ends: bool) -> bytes:
        """What goes before the next statement, in the same write."""
        taken = await one_wait.bound(self.raw, self._taken(ends=ends))
        opening = b"" if self._has_begun else one_wait.said(self._begin.commands)
        self._has_begun = True
        return opening + taken

    def _taken(self, *, ends: bool = False) -> list[tuple[str, list[object]]]:
        """What has changed and what is new, as it is sent. Where that `ends` the transaction
        nobody asks any more what is stored."""
        taken = [sent for row in self._stored.values() if (sent := change(row, is_last=ends))]
        for table, values, row in self._new:
            made = insertion(table, values, told=False)
            taken.append((made.sql, made.arguments(values)))
            if row is not None and not ends:
                self._keep(row)
        taken += self._said
        self._new, self._said = [], []
        return taken
