"""Operations as a viewer asks for them, and what a refusal must not leave behind."""

from collections.abc import Awaitable, Callable, Collection
from typing import Any, TypeVar, cast

from sqlalchemy import select, text

from pipeline_gql.domain.errors import Code, Path, Ref, Refusal, Refused
from pipeline_gql.domain.interests import Wanted
from pipeline_gql.domain.viewer import Role, Viewer
from pipeline_gql.operations import opportunities
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.interests import AddInterest, add_interest
from pipeline_gql.store import models
from pipeline_gql.store.database import Database, Serialization, Unit
from tests.organisations import Organisation

Row = TypeVar("Row", bound=models.Tenant)
TRIES = 3
Verb = Callable[[Unit, Viewer, Any], Awaitable[Done]]


class Ask:
    """Each call is a transaction of its own, begun again up to three times where a server does."""

    def __init__(self, database: Database, organisation: Organisation) -> None:
        self.database = database
        self.organisation = organisation

    async def __call__(self, verb: Verb, command: object, role: Role = Role.ADMIN) -> Done:
        for attempt in range(TRIES):
            try:
                async with self.database.writing(self.organisation.org_id) as unit:
                    return await verb(unit, self.organisation.viewers[role], command)
            except Serialization:
                if attempt == TRIES - 1:
                    raise
        raise AssertionError

    async def refused(
        self, verb: Verb, command: object, role: Role = Role.ADMIN
    ) -> list[tuple[Code, Path]]:
        """The codes and paths of the refusal, which left everything as it was."""
        return [(refusal.code, refusal.path) for refusal in await self.why(verb, command, role)]

    async def why(self, verb: Verb, command: object, role: Role = Role.ADMIN) -> list[Refusal]:
        """The refusals themselves."""
        before = await self.everything()
        refusals: list[Refusal] = []
        try:
            await self(verb, command, role)
        except Refusal as refusal:
            refusals = [refusal]
        except Refused as refused:
            refusals = list(refused.refusals)
        assert refusals, "was not refused"
        assert await self.everything() == before
        return refusals

    async def row(self, table: type[Row], key: Any) -> Row:
        async with self.database.writing(self.organisation.org_id) as unit:
            row = await unit.session.get(table, (unit.org_id, key))
        assert row is not None
        return row

    async def rows(self, table: type[Row]) -> list[Row]:
        """All of the organisation, oldest first."""
        key = list(table.__table__.primary_key)[1]
        async with self.database.writing(self.organisation.org_id) as unit:
            rows = await unit.session.scalars(
                select(table).where(table.org_id == unit.org_id).order_by(key)
            )
            return list(rows)

    async def everything(self, but: Collection[str] = ()) -> str:
        """A digest of every row of the organisation, except in the tables `but`."""
        tables = sorted(t.name for t in models.Base.metadata.tables.values() if "org_id" in t.c)
        each = " UNION ALL ".join(
            f"SELECT '{name}' || coalesce(string_agg(t::text, ',' ORDER BY t::text), '') AS d"
            f" FROM {name} t"
            for name in tables
            if name not in {"organisation_id", "token_digest", "subject", *but}
        )
        async with self.database.writing(self.organisation.org_id) as unit:
            digest = await unit.session.scalar(
                text(f"SELECT md5(string_agg(d, ',' ORDER BY d)) FROM ({each}) AS x")
            )
        assert isinstance(digest, str)
        return digest

    async def opportunity(self, **fields: Any) -> int:
        """A new one, in region DR and so in GBP unless told otherwise."""
        done = await self(opportunities.create, opportunities.Create("A deal", **self._in(fields)))
        key = done.objects["opportunity"]
        assert isinstance(key, int)
        return key

    def _in(self, fields: dict[str, Any]) -> dict[str, Any]:
        return fields if "region_id" in fields else {"region_id": "DR", **fields}

    async def add(self, opportunity_id: int, item: Ref, **wanted: Any) -> int:
        """The interest added."""
        command = AddInterest(opportunity_id, Wanted(item, **wanted))
        (key,) = cast(list[int], (await self(add_interest, command)).objects["interests"])
        return key
