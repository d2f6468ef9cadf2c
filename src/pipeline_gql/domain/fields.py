"""The fields of an opportunity that a pipeline may speak of, by their names in GraphQL."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

Value = str | int | Decimal | date | None
"""What a field may hold; money is a decimal, exact."""


class Form(StrEnum):
    """What a field holds. Of a KEY a rule may only ask whether it is there: ids mean nothing in
    another organisation."""

    TEXT = "TEXT"
    NUMBER = "NUMBER"
    MONEY = "MONEY"
    DATE = "DATE"
    KEY = "KEY"


FIELDS: Mapping[str, Form] = MappingProxyType(
    {
        "name": Form.TEXT,
        "accountId": Form.KEY,
        "contactId": Form.KEY,
        "ownerId": Form.KEY,
        "regionId": Form.TEXT,
        "currency": Form.TEXT,
        "amount": Form.MONEY,
        "grandTotal": Form.MONEY,
        "probability": Form.NUMBER,
        "expectedCloseDate": Form.DATE,
        "actualCloseDate": Form.DATE,
        "leadSource": Form.TEXT,
        "description": Form.TEXT,
        "nextStep": Form.TEXT,
        "forecastCategory": Form.TEXT,
        "externalId": Form.TEXT,
    }
)

KEPT_AT_ENTRY = frozenset({"grandTotal", "currency", "probability", "expectedCloseDate"})
"""What a stay remembers of the moment when it began, so that it can be said to have changed."""
