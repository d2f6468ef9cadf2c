"""Exchange rates."""

from pipeline_gql.domain.filters import Kind
from pipeline_gql.store import models
from pipeline_gql.store.reads.criteria import CREATED, UPDATED, by, creation, order
from pipeline_gql.store.reads.shapes import (
    Element,
    Form,
    Row,
    Scope,
    Shape,
    Value,
    code,
    column,
    day,
    identity,
    moment,
    number,
)


def _standing(row: Row, scope: Scope) -> list[Element]:
    del scope
    return [row.deleted_at.is_(None)]


EXCHANGE_RATE = Shape(
    "ExchangeRate",
    models.ExchangeRate,
    {
        "id": identity("ExchangeRate"),
        "fromCurrency": code("from_currency"),
        "toCurrency": code("to_currency"),
        "date": day("day"),
        "rate": Value(column("rate"), Form.RATE),
        "createdAt": moment("created_at"),
        "updatedAt": moment("updated_at"),
        "version": number("version"),
    },
    base=_standing,
    filters={
        "id": by(Kind.ID, "id", "The exchange rate's id.", type="ExchangeRate"),
        "fromCurrency": by(Kind.TEXT, "from_currency", "The currency that is converted."),
        "toCurrency": by(Kind.TEXT, "to_currency", "The currency it is converted to."),
        "date": by(Kind.DATE, "day", "The first day on which it is valid."),
        **creation(),
    },
    orders={
        "date": order(Kind.DATE, "day", "By the first day on which it is valid."),
        "createdAt": CREATED,
        "updatedAt": UPDATED,
    },
)

SHAPES = (EXCHANGE_RATE,)
