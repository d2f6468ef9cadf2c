"""What the catalogue has of what is wanted: items, their prices, taxes; all of it at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Text,
    and_,
    bindparam,
    case,
    cast,
    literal_column,
    select,
    union_all,
)

from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.facts import is_key
from pipeline_gql.store import models
from pipeline_gql.store.catalogue import ITEM_COLUMNS
from pipeline_gql.store.database import Unit
from pipeline_gql.store.questions import ORG, Asked, Question, each_of, only

_TITLED: Mapping[str, type[models.CourseTemplate | models.Event]] = {
    "CourseTemplate": models.CourseTemplate,
    "Event": models.Event,
}
"""What has a title and a state, by GraphQL type."""
_NAMED: Mapping[str, type[models.LearningPath | models.TrainingTokenType | models.Product]] = {
    "LearningPath": models.LearningPath,
    "TrainingTokenType": models.TrainingTokenType,
    "Product": models.Product,
}
"""What has a name and is in use or not."""
_CODED = "TrainingTokenType"
_ALONE = "_alone"


@dataclass(frozen=True, slots=True)
class Item:
    """By what people call it, and its own state or whether it is in use."""

    title: str
    state: str


@dataclass(frozen=True, slots=True)
class Tax:
    """`rate` is in ten-thousandths of a percent."""

    name: str
    rate: int
    is_active: bool


@dataclass(frozen=True, slots=True)
class Sought:
    """`priced` are the items whose price in that region and currency is asked for."""

    items: Sequence[Ref]
    priced: Sequence[Ref]
    tax_ids: Sequence[int]
    region_code: str | None
    currency: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What there is of what is sought. Prices are in ten-thousandths."""

    items: Mapping[Ref, Item]
    prices: Mapping[Ref, int]
    taxes: Mapping[int, Tax]


async def offer(unit: Unit, sought: Sought) -> Offer:
    """Foresee `which` and it is asked once."""
    return Offer(
        await items(unit, sought.items), await _prices(unit, sought), await _taxes(unit, sought)
    )


def which(sought: Sought) -> list[Asked]:
    """What `offer` asks."""
    asked = (_which_items(sought.items), _which_prices(sought), _which_taxes(sought))
    return [each for each in asked if each is not None]


async def items(unit: Unit, refs: Iterable[Ref]) -> dict[Ref, Item]:
    """Those there are of what can be wanted."""
    asked = _which_items(refs)
    rows = await unit.rows(asked) if asked else []
    return {_ref(row): Item(row["title"], row["state"]) for row in rows}


async def _prices(unit: Unit, sought: Sought) -> dict[Ref, int]:
    """The region's own first, else the one for all regions."""
    asked = _which_prices(sought)
    rows = await unit.rows(asked) if asked else []
    own_last = sorted(rows, key=lambda row: row["region_code"] is not None)
    return {_ref(row): row["amount"] for row in own_last}


async def _taxes(unit: Unit, sought: Sought) -> dict[int, Tax]:
    asked = _which_taxes(sought)
    rows = await unit.rows(asked) if asked else []
    return {row["id"]: Tax(row["name"], row["rate"], row["is_active"]) for row in rows}


def _which_items(refs: Iterable[Ref]) -> Asked | None:
    keys = _keys(refs, "item")
    return Asked(_items(tuple(keys)), keys) if keys else None


def _which_prices(sought: Sought) -> Asked | None:
    keys = _keys(sought.priced, "priced")
    where = {"region_code": sought.region_code, "currency": sought.currency}
    return Asked(_priced(tuple(keys)), {**keys, **where}) if keys else None


def _which_taxes(sought: Sought) -> Asked | None:
    keys = sorted({key for key in sought.tax_ids if is_key(key)})
    if len(keys) == 1:
        return Asked(_TAX, {"tax_id": keys[0]})
    return Asked(_TAXES, {"tax_ids": keys}) if keys else None


def _keys(refs: Iterable[Ref], why: str) -> dict[str, Any]:
    """By the names of a question's parameters, which begin with the type; one alone has another."""
    keys: dict[str, set[Any]] = defaultdict(set)
    for ref in refs:
        if ref.type == _CODED or is_key(ref.key):
            keys[f"{ref.type}_{why}"].add(ref.key)
    found = {name: sorted(keys[name]) for name in sorted(keys)}
    return {
        **{name: several for name, several in found.items() if len(several) > 1},
        **{f"{name}{_ALONE}": one[0] for name, one in found.items() if len(one) == 1},
    }


def _ref(row: Mapping[str, Any]) -> Ref:
    return Ref(row["type"], row["key"] if row["type"] == _CODED else int(row["key"]))


@lru_cache(1_000)
def _items(names: tuple[str, ...]) -> Question:
    return Question(union_all(*map(_item, names)))


def _item(name: str) -> Any:
    type = name.split("_")[0]
    wanted = _wanted(name)
    if type in _TITLED:
        titled = _TITLED[type]
        table, key, title, state = titled, titled.id, titled.title, titled.state
    else:
        table = _NAMED[type]
        key = models.TrainingTokenType.key if type == _CODED else table.__table__.c.id
        title, state = table.name, case((table.is_active, "ACTIVE"), else_="INACTIVE")
    there = and_(table.org_id == ORG, key == wanted.c.key)
    columns = title.label("title"), state.label("state")
    return select(*_named(type, key), *columns).select_from(wanted).join(table, there)


@lru_cache(1_000)
def _priced(names: tuple[str, ...]) -> Question:
    return Question(union_all(*map(_price, names)))


def _price(name: str) -> Any:
    type, price = name.split("_")[0], models.Price
    wanted = _wanted(name)
    key = getattr(price, ITEM_COLUMNS[type])
    region = bindparam("region_code", type_=Text)
    there = and_(
        price.org_id == ORG,
        key == wanted.c.key,
        price.currency == bindparam("currency", type_=Text),
        (price.region_code == region) | price.region_code.is_(None),
    )
    columns = price.region_code, price.amount
    return select(*_named(type, key), *columns).select_from(wanted).join(price, there)


def _wanted(name: str) -> Any:
    type = Text if name.startswith(_CODED) else BigInteger
    return only(name, type) if name.endswith(_ALONE) else each_of(name, type)


def _named(type: str, key: Any) -> tuple[Any, Any]:
    return literal_column(f"'{type}'", Text).label("type"), cast(key, Text).label("key")


def _tax_types(wanted: Any) -> Question:
    tax = models.TaxType
    there = and_(tax.org_id == ORG, tax.id == wanted.c.key)
    columns = tax.id, tax.name, tax.rate, tax.is_active
    return Question(select(*columns).select_from(wanted).join(tax, there))


_TAX, _TAXES = _tax_types(only("tax_id", BigInteger)), _tax_types(each_of("tax_ids", BigInteger))
