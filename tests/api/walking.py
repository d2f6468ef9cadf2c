"""What walks over every verb of the schema need: all that a payload shows, and all that is kept."""

from collections.abc import Iterator
from typing import Any, cast

import asyncpg
from graphql import get_named_type, is_leaf_type, is_required_argument

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


async def checksums(urls: DatabaseUrls) -> dict[str, str]:
    """Of every table, the global ones too, by an administrator who sees all organisations."""
    connection = await asyncpg.connect(urls.admin)
    try:
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
    finally:
        await connection.close()
