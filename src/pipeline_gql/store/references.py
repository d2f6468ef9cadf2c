"""Whether the records that an input names exist in the organisation, and may be named still."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Text,
    any_,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute

from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.facts import is_key
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit
from pipeline_gql.store.questions import ORG, Asked, Question, each_of

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
    asked = whether_existing(refs)
    if asked is None:
        return set()
    found = [(row["type"], row["key"]) for row in await unit.rows(asked)]
    return {
        Ref(type, key if type in _CODED else int(key)) for type, key in found if key is not None
    }


def whether_existing(refs: Iterable[Ref]) -> Asked | None:
    """What `existing` asks; None if that is nothing."""
    keys: dict[str, set[Any]] = defaultdict(set)
    for ref in refs:
        if ref.type in _CODED or is_key(ref.key):
            keys[ref.type].add(ref.key)
    if not keys:
        return None
    types = tuple(sorted(keys))
    return Asked(_existing(types), {type: sorted(keys[type]) for type in types})


@lru_cache(1_000)
def _existing(types: tuple[str, ...]) -> Question:
    """Of the keys that are given under each type's name."""
    return Question(union_all(*map(_found, types)))


def _found(type: str) -> Any:
    """Of each key itself or NULL, each by a look into the primary key."""
    coded = type in _CODED
    column = _CODED[type] if coded else _NUMBERED[type].id
    wanted = each_of(type, Text if coded else BigInteger)
    there = (
        select(column)
        .where(column.class_.org_id == ORG, column == wanted.c.key)
        .correlate(wanted)
        .scalar_subquery()
    )
    named = literal_column(f"'{type}'", Text).label("type"), cast(there, Text).label("key")
    return select(*named).select_from(wanted)


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
    keys: dict[str, list[Any]] = defaultdict(list)
    for ref in refs:
        if ref.type in _RETIRED and is_key(ref.key):
            keys[ref.type].append(ref.key)
    found: dict[Ref, Retired] = {}
    for type, named in keys.items():
        table, column, value, state = _RETIRED[type]
        rows = await unit.rows(Asked(_retired(table, column, value), {"keys": named}))
        found |= {Ref(type, row["id"]): Retired(row["name"], state) for row in rows}
    return found


@cache
def _retired(table: Any, column: str, value: bool) -> Question:
    wanted = bindparam("keys", type_=ARRAY(BigInteger))
    return Question(
        select(table.id, table.name).where(
            table.org_id == ORG, table.id == any_(wanted), getattr(table, column).is_(value)
        )
    )


async def currency_of(unit: Unit, region_code: str | None) -> str:
    """What is sold in there: the region's currency, else the organisation's."""
    found = await unit.value(which_currency(region_code))
    assert isinstance(found, str)
    return found


def which_currency(region_code: str | None) -> Asked:
    """What `currency_of` asks."""
    return Asked(_CURRENCY, {"region_code": region_code})


def _currency() -> Question:
    organisation, region = models.Organisation, models.Region
    wanted = bindparam("region_code", type_=Text)
    there = select(region.currency).where(region.org_id == ORG, region.code == wanted)
    return Question(
        select(func.coalesce(there.scalar_subquery(), organisation.currency)).where(
            organisation.org_id == ORG
        )
    )


_CURRENCY = _currency()
