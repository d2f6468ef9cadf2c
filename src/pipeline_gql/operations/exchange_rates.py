"""Exchange rates: what a currency is worth in another from a day on."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from pipeline_gql.domain import facts
from pipeline_gql.domain.errors import Path, Ref
from pipeline_gql.domain.exchange import rate_of
from pipeline_gql.domain.money import currency_code
from pipeline_gql.domain.problems import invalid, missing, not_found
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations import keeping
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.keeping import Field, Noun
from pipeline_gql.operations.recording import check_version, record
from pipeline_gql.store import models, rows
from pipeline_gql.store.database import Unit
from pipeline_gql.store.records import snapshot

PATH = ("exchange_rate_id",)


def _day(value: object, path: Path) -> datetime.date:
    found = facts.optional_date(value, path)
    if found is None:
        raise missing(path)
    return found


def _two_currencies(row: models.ExchangeRate) -> None:
    if row.from_currency == row.to_currency:
        raise invalid(("to_currency",), "must not be fromCurrency", row.to_currency)


EXCHANGE_RATE = Noun(
    models.ExchangeRate,
    Permission.ORGANISE,
    "exchange_rate",
    {
        "from_currency": Field("from_currency", currency_code),
        "to_currency": Field("to_currency", currency_code),
        "date": Field("day", _day),
        "rate": Field("rate", rate_of),
    },
    required=frozenset({"from_currency", "to_currency", "date", "rate"}),
    whole=_two_currencies,
)


@dataclass(frozen=True, slots=True)
class CreateExchangeRate:
    from_currency: str | None = None
    to_currency: str | None = None
    date: datetime.date | None = None
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class UpdateExchangeRate:
    """`changes` holds what was sent, under the names of `CreateExchangeRate`."""

    exchange_rate_id: int
    changes: Mapping[str, object]
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class DeleteExchangeRate:
    exchange_rate_id: int
    expected_version: int | None = None


async def create(unit: Unit, viewer: Viewer, command: CreateExchangeRate) -> Done:
    return Done({"exchange_rate": await keeping.create(unit, viewer, EXCHANGE_RATE, command)})


async def update(unit: Unit, viewer: Viewer, command: UpdateExchangeRate) -> Done:
    key, changes = command.exchange_rate_id, command.changes
    viewer.require(Permission.ORGANISE, "change", "ExchangeRate")
    await _standing(unit, key)
    await keeping.update(unit, viewer, EXCHANGE_RATE, key, changes, command.expected_version)
    return Done({"exchange_rate": key})


async def delete(unit: Unit, viewer: Viewer, command: DeleteExchangeRate) -> Done:
    """What was converted by it is converted by the one before, or by none."""
    viewer.require(Permission.ORGANISE, "delete", "ExchangeRate")
    row = await _standing(unit, command.exchange_rate_id)
    changed = Ref("ExchangeRate", row.id)
    await check_version(unit, changed, row, command.expected_version)
    before = snapshot(row)
    row.deleted_at = unit.now
    event, after = "exchange_rate.deleted", snapshot(row)
    record(unit, viewer, changed, row, verb="delete", event=event, before=before, after=after)
    return Done({"exchange_rate": row.id})


async def _standing(unit: Unit, key: int) -> models.ExchangeRate:
    """Held until the transaction ends; raises NotFound for a deleted one as well."""
    row = await rows.locked(unit, models.ExchangeRate, key, PATH)
    if row.deleted_at is not None:
        raise not_found(Ref("ExchangeRate", key), PATH)
    return row
