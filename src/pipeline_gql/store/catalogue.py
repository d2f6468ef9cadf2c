"""What is sold costs, as a whole list for each item."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import InstrumentedAttribute

from pipeline_gql.domain.errors import Ref
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit

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


def _item_column(type: str) -> InstrumentedAttribute[int | str | None]:
    return getattr(models.Price, ITEM_COLUMNS[type])
