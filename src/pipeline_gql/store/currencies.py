"""Reference data: the currencies of ISO 4217 with their names and symbols."""

from babel.numbers import get_currency_name, get_currency_symbol
from sqlalchemy import or_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from pipeline_gql.domain.currencies import EXPONENTS
from pipeline_gql.store import models

# Babel says "US Dollar"; clients know it by this name.
_NAMES = {"USD": "U.S. Dollars"}


async def load(connection: AsyncConnection) -> None:
    """Inserts what is missing and corrects what differs."""
    statement = insert(models.Currency)
    new = statement.excluded
    old = models.Currency
    differs = or_(old.name != new.name, old.symbol != new.symbol, old.exponent != new.exponent)
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["code"],
            set_={"name": new.name, "symbol": new.symbol, "exponent": new.exponent},
            where=differs,
        ),
        rows(),
    )


def rows() -> list[dict[str, object]]:
    """Every currency, by code."""
    return [
        {
            "code": code,
            "name": _NAMES.get(code) or get_currency_name(code, locale="en_US"),
            "symbol": get_currency_symbol(code, locale="en_US"),
            "exponent": exponent,
        }
        for code, exponent in sorted(EXPONENTS.items())
    ]
