"""Whether the records that an input names exist in the organisation, and may be named still."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Result, Text, cast, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute

from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.facts import is_key
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit

_NUMBERED: Mapping[str, type[models.Numbered]] = {
    "Account": models.Account,
    "Contact": models.Contact,
    "CourseTemplate": models.CourseTemplate,
    "Event": models.Event,
    "LearningPath": models.LearningPath,
    "Pipeline": models.Pipeline,
    "Product": models.Product,
    "Tag": models.Tag,
    "TaxType": models.TaxType,
    "Team": models.Team,
    "User": models.User,
}
_CODED: Mapping[str, InstrumentedAttribute[str]] = {
    "Region": models.Region.code,
    "TrainingTokenType": models.TrainingTokenType.key,
}


async def existing(unit: Unit, refs: Iterable[Ref]) -> set[Ref]:
    """Those of `refs` that name a record of the unit's organisation, asked in one statement."""
    keys: dict[str, set[Any]] = defaultdict(set)
    for ref in refs:
        if ref.type in _CODED or is_key(ref.key):
            keys[ref.type].add(ref.key)
    if not keys:
        return set()
    rows: Result[str, str | None] = await unit.session.execute(
        union_all(*(_found(unit, type, sorted(wanted)) for type, wanted in sorted(keys.items())))
    )
    return {Ref(type, key if type in _CODED else int(key)) for type, key in rows if key is not None}


def _found(unit: Unit, type: str, keys: list[Any]) -> Any:
    """Of each key itself or NULL, each by a look into the primary key: for `id = ANY (keys)` a plan
    for all values reads the rows of the whole organisation."""
    coded = type in _CODED
    column = _CODED[type] if coded else _NUMBERED[type].id
    array = literal(keys, ARRAY(Text if coded else BigInteger))
    wanted = func.unnest(array).table_valued("key", name="wanted").render_derived()
    there = (
        select(column)
        .where(column.class_.org_id == unit.org_id, column == wanted.c.key)
        .correlate(wanted)
        .scalar_subquery()
    )
    return select(literal(type, Text).label("type"), cast(there, Text).label("key")).select_from(
        wanted
    )


_RETIRED: Mapping[str, tuple[type[models.User | models.Team | models.Tag], str, bool, str]] = {
    "User": (models.User, "is_active", False, "inactive"),
    "Team": (models.Team, "is_archived", True, "archived"),
    "Tag": (models.Tag, "is_archived", True, "archived"),
}
"""What stays where it is and is given no more: the table, the column and its value that say so,
and the word for it."""


@dataclass(frozen=True, slots=True)
class Retired:
    name: str
    state: str


async def retired(unit: Unit, refs: Collection[Ref]) -> dict[Ref, Retired]:
    """Those of `refs` that may not be newly given to anything."""
    found: dict[Ref, Retired] = {}
    for type, (table, column, value, state) in _RETIRED.items():
        keys = {ref.key for ref in refs if ref.type == type and is_key(ref.key)}
        if not keys:
            continue
        rows = await unit.session.execute(
            select(table.id, table.name).where(
                table.org_id == unit.org_id,
                table.id.in_(keys),
                getattr(table, column).is_(value),
            )
        )
        found |= {Ref(type, id): Retired(name, state) for id, name in rows}
    return found


async def currency_of(unit: Unit, region_code: str | None) -> str:
    """What is sold in there: the region's currency, else the organisation's."""
    organisation, region = models.Organisation, models.Region
    there = select(region.currency).where(region.org_id == unit.org_id, region.code == region_code)
    found = await unit.session.scalar(
        select(func.coalesce(there.scalar_subquery(), organisation.currency)).where(
            organisation.org_id == unit.org_id
        )
    )
    assert isinstance(found, str)
    return found
