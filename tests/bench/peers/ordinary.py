"""The ordinary way to use our stack: Strawberry's resolvers, the ORM, a DataLoader per relation.

Nothing is checked and nobody is kept out: it is as fast as this way can be.
"""

import os
import sys
from base64 import b64decode
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

import strawberry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader

from pipeline_gql.store import models
from tests.bench.peers.peer import Peer, Setting
from tests.bench.peers.rows import of_ours
from tests.bench.questions import Question, gid

SCALE = 10_000
PAGE = 25
"""So many of a list that asks for no number, as ours gives."""
Info = strawberry.Info


@strawberry.type
class Stage:
    id: str
    name: str
    state: str


@strawberry.type
class Step:
    row: strawberry.Private[Any]
    id: str
    name: str

    @strawberry.field
    async def stage(self, info: Info) -> Stage:
        found = await info.context["stages"].load((self.row.version_id, self.row.stage_id))
        return Stage(id=gid("OpportunityStage", found.stage_id), name=found.name, state=found.state)


@strawberry.type
class Named:
    id: str
    name: str


@strawberry.type
class Value:
    grand_total: Decimal


@strawberry.type
class Item:
    id: str


@strawberry.type
class Interest:
    id: str
    total_amount: Decimal
    item: Item


@strawberry.type
class InterestEdge:
    node: Interest


@strawberry.type
class Interests:
    edges: list[InterestEdge]


@strawberry.type
class Opportunity:
    row: strawberry.Private[Any]
    id: str
    name: str

    @strawberry.field
    async def step(self, info: Info) -> Step:
        found = await info.context["steps"].load((self.row.version_id, self.row.step_id))
        return Step(row=found, id=gid("OpportunityStep", found.step_id), name=found.name)

    @strawberry.field
    async def account(self, info: Info) -> Named | None:
        found = await info.context["accounts"].load(self.row.account_id)
        return Named(id=gid("Organisation", found.id), name=found.name)

    @strawberry.field
    def value(self) -> Value:
        return Value(grand_total=_money(self.row.grand_total))

    @strawberry.field
    async def interests(self, info: Info) -> Interests:
        rows = await info.context["interests"].load(self.row.id)
        return Interests(edges=[InterestEdge(node=_interest(row)) for row in rows[:PAGE]])


@strawberry.type
class Edge:
    cursor: str
    node: Opportunity


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class Page:
    edges: list[Edge]
    page_info: PageInfo


@strawberry.input
class Condition:
    field: str
    operation: str
    value: str


def _money(units: int) -> Decimal:
    return Decimal(units // (SCALE // 100)).scaleb(-2)


def _interest(row: Any) -> Interest:
    item = ("Course", row.event_id) if row.event_id else ("CourseTemplate", row.course_template_id)
    return Interest(
        id=gid("OpportunityInterest", row.id),
        total_amount=_money(row.total_amount),
        item=Item(id=gid(*item)),
    )


def _told(row: Any) -> Opportunity:
    return Opportunity(row=row, id=gid("Opportunity", row.id), name=row.name)


@strawberry.type
class Query:
    @strawberry.field
    async def opportunities(
        self, info: Info, first: int, filters: list[Condition] | None = None, after: int = 0
    ) -> Page:
        entity = models.Opportunity
        asked = select(entity).where(
            entity.org_id == ORG, entity.deleted_at.is_(None), entity.id > after
        )
        if filters:
            region = select(models.Region.code).where(
                models.Region.org_id == ORG, models.Region.name == filters[0].value
            )
            asked = asked.where(entity.region_code == region.scalar_subquery())
        async with SESSIONS() as session:
            rows = list(await session.scalars(asked.order_by(entity.id).limit(first + 1)))
        shown = rows[:first]
        edges = [Edge(cursor=str(row.id), node=_told(row)) for row in shown]
        end = edges[-1].cursor if edges else None
        return Page(
            edges=edges, page_info=PageInfo(has_next_page=len(rows) > first, end_cursor=end)
        )

    @strawberry.field
    async def opportunity(self, info: Info, id: str) -> Opportunity | None:
        key = int(b64decode(id).rpartition(b":")[2])
        async with SESSIONS() as session:
            row = await session.get(models.Opportunity, (ORG, key))
        return _told(row) if row else None


def _loader(entity: Any, *columns: str) -> DataLoader[Any, Any]:
    async def load(keys: list[Any]) -> list[Any]:
        first = getattr(entity, columns[-1])
        wanted = {key[-1] if isinstance(key, tuple) else key for key in keys}
        async with SESSIONS() as session:
            rows = await session.scalars(
                select(entity).where(entity.org_id == ORG, first.in_(wanted))
            )
        names = columns[0] if len(columns) == 1 else columns
        found = {
            getattr(row, names) if isinstance(names, str) else tuple(
                getattr(row, name) for name in names
            ): row
            for row in rows
        }  # fmt: skip
        return [found.get(key) for key in keys]

    return DataLoader(load_fn=load)


async def _interests(keys: list[int]) -> list[Any]:
    entity = models.Interest
    found: dict[int, list[Any]] = defaultdict(list)
    async with SESSIONS() as session:
        rows = await session.scalars(
            select(entity)
            .where(entity.org_id == ORG, entity.opportunity_id.in_(keys))
            .order_by(entity.position)
        )
    for row in rows:
        found[row.opportunity_id].append(row)
    return [found[key] for key in keys]


class Served(GraphQL[Any, Any]):
    async def get_context(self, request: Any, response: Any) -> Any:
        return {
            "steps": _loader(models.StepVersion, "version_id", "step_id"),
            "stages": _loader(models.StageVersion, "version_id", "stage_id"),
            "accounts": _loader(models.Account, "id"),
            "interests": DataLoader(load_fn=_interests),
        }


ORG = UUID(os.environ.get("BENCH_ORG", "0" * 32))
SESSIONS: Any = None


def application() -> Any:
    global SESSIONS
    url = os.environ["BENCH_DSN"].replace("postgresql://", "postgresql+asyncpg://", 1)
    engine = create_async_engine(url, pool_size=8, max_overflow=0)
    SESSIONS = async_sessionmaker(engine, expire_on_commit=False)
    return Served(strawberry.Schema(cast(Any, Query)), graphql_ide=None)


def _command(setting: Setting, port: int) -> tuple[list[str], Mapping[str, str]]:
    environment = {"BENCH_DSN": setting.urls.admin, "BENCH_ORG": setting.loaded.org_id}
    served = "tests.bench.peers.ordinary:application"
    options = ["--factory", "--no-access-log", "--log-level", "warning"]
    return [sys.executable, "-m", "uvicorn", served, *options, "--port", str(port)], environment


TEXTS = {
    "Q1": """query Q1($region: String!) { opportunities(first: 50, filters: [
      {field: "regionName", operation: "eq", value: $region}]) {
      edges { cursor node { id name step { id name stage { id name state } } account { id name }
        value { grandTotal } interests { edges { node { id totalAmount item { id } } } } } }
      pageInfo { hasNextPage endCursor } } }""",
    "Q2": """query Q2($id: String!) { opportunity(id: $id) { id name
      step { id name stage { id name state } } account { id name } value { grandTotal }
      interests { edges { node { id totalAmount item { id } } } } } }""",
    "Q4": """query Q4($afterId: Int!) { opportunities(first: 50, after: $afterId) {
      edges { cursor node { id name step { id name } account { id name } value { grandTotal } } }
      pageInfo { hasNextPage endCursor } } }""",
}


def _body(setting: Setting, question: Question, variables: Mapping[str, Any]) -> object:
    return {"query": TEXTS[question.document], "variables": variables}


ORDINARY = Peer(
    "ordinary",
    "Strawberry, ORM and DataLoaders, without walls",
    _command,
    _body,
    of_ours,
    tuple(TEXTS),
    roles=("admin",),
)
