"""Prices of what is sold, always given as the whole list."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from pipeline_gql.domain.errors import Path, Ref
from pipeline_gql.domain.money import currency_code, units_of
from pipeline_gql.domain.problems import Problems, invalid
from pipeline_gql.operations.keeping import Listed
from pipeline_gql.store import catalogue, records
from pipeline_gql.store.catalogue import PriceTag
from pipeline_gql.store.database import Unit
from pipeline_gql.store.records import Facts


@dataclass(frozen=True, slots=True)
class Price:
    """What an item costs in a currency (its code), in one region or in all without their own."""

    financial_unit_id: str
    amount: Decimal
    region_id: str | None = None


def judged(given: object, refs: dict[Path, Ref], problems: Problems) -> list[PriceTag]:
    """The prices that a client gave; None means none. Adds the regions they name to `refs`."""
    tags: list[PriceTag] = []
    for position, price in enumerate(cast(Sequence[Price], given or ())):
        path = ("prices", position)
        if tag := problems.check(_tag, price, path):
            if any((tag.region_code, tag.currency) == (t.region_code, t.currency) for t in tags):
                problems.add(invalid(path, "repeats a price for the same region and currency"))
            tags.append(tag)
        if price.region_id is not None:
            refs[(*path, "region_id")] = Ref("Region", price.region_id)
    return tags


def _tag(price: Price, path: tuple[str, int]) -> PriceTag:
    currency = currency_code(price.financial_unit_id, (*path, "financial_unit_id"))
    amount = units_of(price.amount, currency, (*path, "amount"))
    return PriceTag(price.region_id, currency, amount)


async def facts(unit: Unit, item: Ref) -> list[Facts]:
    """For the audit."""
    left_out = {*catalogue.ITEM_COLUMNS.values(), "id"}
    prices = [records.snapshot(price) for price in await catalogue.prices(unit, item)]
    return [{k: v for k, v in p.items() if k not in left_out} for p in prices]


PRICES = {"prices": Listed(judged, facts, catalogue.replace_prices)}
