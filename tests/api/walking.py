"""What walks over every verb of the schema need: all that a payload shows, and all that is kept."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from typing import Any, cast
from uuid import UUID

import asyncpg
from graphql import get_named_type, is_leaf_type, is_required_argument

from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.ids import encode
from pipeline_gql.store.reads.registry import NODES, SHAPES
from tests.api.test_permissions import VERBS
from tests.server import DatabaseUrls

BESIDE = ("errors", "replayed", "effects")
"""Of a payload, what is no object of the verb's own."""


def whole(verb: str) -> str:
    """Every object of the verb's payload with every scalar it has."""
    members: dict[str, Any] = dict(cast(Any, get_named_type(VERBS[verb].type)).fields)
    parts: list[str] = []
    for name, member in members.items():
        type: Any = get_named_type(member.type)
        if name in BESIDE:
            continue
        leaf = is_leaf_type(type)
        parts.append(name if leaf else f"{name} {{ __typename {' '.join(_leaves(type))} }}")
    return " ".join(parts)


def _leaves(type: Any) -> Iterator[str]:
    for name, field in type.fields.items():
        if is_leaf_type(get_named_type(field.type)) and not any(
            is_required_argument(argument) for argument in field.args.values()
        ):
            yield name


@asynccontextmanager
async def administrator(urls: DatabaseUrls) -> AsyncGenerator[Any]:
    """A connection that sees all organisations."""
    connection: Any = await asyncpg.connect(urls.admin)
    try:
        yield connection
    finally:
        await connection.close()


async def checksums(urls: DatabaseUrls) -> dict[str, str]:
    """Of every table, the global ones too."""
    async with administrator(urls) as connection:
        return await sums(connection)


async def sums(connection: Any) -> dict[str, str]:
    tables = await connection.fetch(
        "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables"
        " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    )
    each = " UNION ALL ".join(
        f"SELECT '{table['name']}' AS name, md5(coalesce(string_agg(t::text, ',' ORDER BY"
        f" t::text), '')) AS sum FROM {table['name']} t"
        for table in tables
    )
    return {row["name"]: row["sum"] for row in await connection.fetch(each)}


RECORDS = {shape.type: (shape.table.__tablename__, shape.key) for shape in SHAPES.values()} | {
    "OpportunityStep": ("step", "id"),
    "OpportunityStage": ("stage", "id"),
}
"""Table and key column of what an id may name."""
UNTOLD = {
    *("TimelineEntry", "Notification", "OpportunityStay", "OpportunityRevision"),
    "TransitionAttempt",
}
"""What triggers and workers write, and what only remembers."""


async def records(connection: Any) -> set[str]:
    """The global ids of all that there is."""
    each = " UNION ALL ".join(
        f"SELECT '{type}' AS type, {RECORDS[type][1]}::text AS key FROM {RECORDS[type][0]}"
        for type in NODES
        if type not in UNTOLD
    )
    return {encode(Ref(row["type"], row["key"])) for row in await connection.fetch(each)}


async def worth(connection: Any, org_id: UUID) -> dict[str, tuple[int, int]]:
    """What open and won opportunities are worth by currency, as it is and weighted."""
    rows = await connection.fetch(
        """
        SELECT o.currency, sum(o.grand_total)::bigint AS value, sum(o.weighted)::bigint AS weighted
        FROM opportunity o
        JOIN step_version s USING (org_id, version_id, step_id)
        JOIN stage_version g USING (org_id, version_id, stage_id)
        WHERE o.org_id = $1 AND o.deleted_at IS NULL AND g.state IN ('Open', 'Won')
        GROUP BY o.currency
        """,
        org_id,
    )
    return {row["currency"]: (row["value"], row["weighted"]) for row in rows}
