"""What is sold and what it costs: items, prices, taxes, regions."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import InstrumentedAttribute

from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.facts import is_key
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit

Priced = (
    models.CourseTemplate
    | models.Event
    | models.LearningPath
    | models.TrainingTokenType
    | models.Product
)

ITEMS: dict[str, type[Priced]] = {
    "CourseTemplate": models.CourseTemplate,
    "Event": models.Event,
    "LearningPath": models.LearningPath,
    "TrainingTokenType": models.TrainingTokenType,
    "Product": models.Product,
}
"""What can be wanted, by GraphQL type."""

ITEM_COLUMNS: dict[str, str] = {
    "CourseTemplate": "course_template_id",
    "Event": "event_id",
    "LearningPath": "learning_path_id",
    "TrainingTokenType": "training_token_type_key",
    "Product": "product_id",
}
"""The column of a price or an interest that names such an item."""


@dataclass(frozen=True, slots=True)
class PriceTag:
    """A price in ten-thousandths; no region means all that have none of their own."""

    region_code: str | None
    currency: str
    amount: int


def title_of(item: Priced) -> str:
    """What people call it."""
    if isinstance(item, models.CourseTemplate | models.Event):
        return item.title
    return item.name


def state_of(item: Priced) -> str:
    """Its own state, or whether it is in use."""
    if isinstance(item, models.CourseTemplate | models.Event):
        return item.state
    return "ACTIVE" if item.is_active else "INACTIVE"


async def item(unit: Unit, ref: Ref) -> Priced | None:
    """What can be wanted, by its GraphQL type and key."""
    if isinstance(ref.key, int) and not is_key(ref.key):
        return None
    return await unit.session.get(ITEMS[ref.type], (unit.org_id, ref.key))


async def price_of(unit: Unit, ref: Ref, region_code: str | None, currency: str) -> int | None:
    """The region's own price first, else the one for all regions, else None."""
    price = models.Price
    amounts = await unit.session.execute(
        select(price.region_code, price.amount).where(
            price.org_id == unit.org_id,
            _item_column(ref.type) == ref.key,
            price.currency == currency,
            (price.region_code == region_code) | price.region_code.is_(None),
        )
    )
    by_region = {row.region_code: row.amount for row in amounts}
    return by_region.get(region_code, by_region.get(None))


async def prices(unit: Unit, ref: Ref) -> list[models.Price]:
    """All prices of an item, in the order in which they were given."""
    rows = await unit.session.scalars(
        select(models.Price)
        .where(models.Price.org_id == unit.org_id, _item_column(ref.type) == ref.key)
        .order_by(models.Price.id)
    )
    return list(rows)


async def replace_prices(unit: Unit, ref: Ref, tags: Sequence[PriceTag]) -> None:
    """Gives an item these prices and no others."""
    now = [PriceTag(p.region_code, p.currency, p.amount) for p in await prices(unit, ref)]
    if now == list(tags):
        return
    await unit.session.execute(
        delete(models.Price)
        .where(models.Price.org_id == unit.org_id, _item_column(ref.type) == ref.key)
        .execution_options(synchronize_session="fetch")
    )
    for tag in tags:
        price = models.Price(
            org_id=unit.org_id,
            region_code=tag.region_code,
            currency=tag.currency,
            amount=tag.amount,
            **{ITEM_COLUMNS[ref.type]: ref.key},
        )
        unit.session.add(price)
    await unit.session.flush()


async def tax_type(unit: Unit, tax_type_id: int) -> models.TaxType | None:
    """A tax by its id."""
    if not is_key(tax_type_id):
        return None
    return await unit.session.get(models.TaxType, (unit.org_id, tax_type_id))


def _item_column(type: str) -> InstrumentedAttribute[int | str | None]:
    return getattr(models.Price, ITEM_COLUMNS[type])
