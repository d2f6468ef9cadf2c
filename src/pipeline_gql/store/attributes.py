"""The attributes of opportunities: which are defined, and what an opportunity has of them."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    cast,
    delete,
    literal,
    not_,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert

from pipeline_gql.domain.attribute_types import Type, elements
from pipeline_gql.domain.attributes import Definition
from pipeline_gql.domain.viewer import Sight
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit
from pipeline_gql.store.questions import ORG, Asked, Question
from pipeline_gql.store.reads.definitions import definitions
from pipeline_gql.store.reads.shapes import Scope


async def defined(
    unit: Unit, keys: Collection[str], *, required: bool = False
) -> dict[str, Definition]:
    """Those of the keys and, if `required`, those that no opportunity is created without.

    None of them changes until the transaction ends.
    """
    rows = await unit.rows(which_defined(keys, required=required))
    return {row["key"]: _definition(row) for row in rows}


def which_defined(keys: Collection[str], *, required: bool = False) -> Asked:
    """What `defined` asks."""
    return Asked(_DEFINED, {"keys": sorted(keys), "required": required})


def _defined() -> Any:
    table = models.AttributeDefinition
    demanded = and_(bindparam("required", type_=Boolean), table.required_at_creation)
    return (
        select(
            table.key,
            table.label,
            table.type,
            cast(table.choices, Text).label("choices"),
            table.required_at_creation,
            table.is_archived,
        )
        .where(
            table.org_id == ORG,
            or_(
                table.key == any_(bindparam("keys", type_=ARRAY(Text))),
                and_(demanded, not_(table.is_archived)),
            ),
        )
        .order_by(table.id)
        .with_for_update(read=True)
    )


_DEFINED = Question(_defined())


def _definition(row: Mapping[str, Any]) -> Definition:
    return Definition(
        row["key"],
        row["label"],
        Type(row["type"]),
        tuple(json.loads(row["choices"])),
        row["required_at_creation"],
        row["is_archived"],
    )


async def known(unit: Unit) -> dict[str, Definition]:
    """All of them, by key, for advice: they may be others in a moment."""
    scope = Scope(literal(unit.org_id, Uuid), literal(0, BigInteger), Sight.ALL)
    told = await unit.session.scalar(select(definitions(scope)))
    return {each[0]: Definition.read(each) for each in json.loads(told or "[]")}


async def of(unit: Unit, opportunity_id: int) -> dict[str, str]:
    """Every value that it has, by key."""
    table = models.OpportunityAttribute
    rows = await unit.session.execute(
        select(table.key, table.value)
        .where(table.org_id == unit.org_id, table.opportunity_id == opportunity_id)
        .order_by(table.key)
    )
    return {row.key: row.value for row in rows}


async def put(
    unit: Unit,
    opportunity_id: int,
    values: Mapping[str, str | None],
    definitions: Mapping[str, Definition],
) -> None:
    """These values, as `attributes.judge` gave them; None is none. The opportunity is locked."""
    table = models.OpportunityAttribute
    gone = [key for key, value in values.items() if value is None]
    if gone:
        await unit.session.execute(
            delete(table).where(
                table.org_id == unit.org_id,
                table.opportunity_id == opportunity_id,
                table.key.in_(gone),
            )
        )
    rows = [
        {"key": key, "value": value, "elements": elements(definitions[key].type, value)}
        for key, value in sorted(values.items())
        if value is not None
    ]
    if not rows:
        return
    whose = {"org_id": unit.org_id, "opportunity_id": opportunity_id}
    statement = insert(table).values([whose | row for row in rows])
    await unit.session.execute(
        statement.on_conflict_do_update(
            index_elements=["org_id", "opportunity_id", "key"],
            set_={name: statement.excluded[name] for name in ("value", "elements")},
        )
    )
