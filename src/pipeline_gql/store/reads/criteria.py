"""Filters and orders that most nouns share."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import BigInteger, Date, Text, cast, func, literal_column, select

from pipeline_gql.domain.filters import Kind
from pipeline_gql.store import models
from pipeline_gql.store.reads.shapes import Element, Filter, Order, Row, Scope, column


def nothing(row: Row, scope: Scope) -> Element:
    """What a filter reads that is not over one value of the record."""
    del row, scope
    return literal_column("NULL", Text)


def by(kind: Kind, name: str, doc: str, *, type: str | None = None) -> Filter:
    """A filter on a column."""
    return Filter(kind, doc, column(name), type=type)


def related(
    kind: Kind,
    table: Any,
    name: str,
    foreign: str,
    doc: str,
    *,
    key: str = "id",
    unique: bool = False,
) -> Filter:
    """A filter on a column of the record that the foreign key column `foreign` points to.

    With `unique` the column's values are unique, and `eq` becomes a look-up of the key, which
    an index on the foreign key serves.
    """

    def read(row: Row, scope: Scope) -> Element:
        there: Any = table.__table__.alias()
        same = there.c[key] == getattr(row, foreign)
        return select(there.c[name]).where(there.c.org_id == scope.org, same).scalar_subquery()

    def looked_up(row: Row, scope: Scope, value: Element) -> Element:
        there: Any = table.__table__.alias()
        wanted = select(there.c[key]).where(there.c.org_id == scope.org, there.c[name] == value)
        return getattr(row, foreign) == wanted.scalar_subquery()

    return Filter(kind, doc, read, by_name=looked_up if unique else None)


def inside(
    kind: Kind,
    doc: str,
    element: Callable[[Any], Element],
    rows: Callable[[Row, Scope], tuple[Any, Any, list[Any]]],
    *,
    type: str | None = None,
) -> Filter:
    """A filter on a list. `rows` gives (FROM clause, columns, conditions); `element` the value."""

    def within(row: Row, scope: Scope, holds: Callable[[Element], Element]) -> Element:
        clause, columns, conditions = rows(row, scope)
        found = select(literal_column("1", Text)).select_from(clause)
        return found.where(*conditions, holds(element(columns))).exists()

    return Filter(kind, doc, nothing, type=type, within=within)


def tied(
    tie: Any, near: str, far: str, there: Any
) -> Callable[[Row, Scope], tuple[Any, Any, list[Any]]]:
    """For `inside`: the records of `there` that a join table ties to the row, whose column `near`
    holds the row's id and `far` the other one's."""

    def rows(row: Row, scope: Scope) -> tuple[Any, Any, list[Any]]:
        joining, other = tie.__table__.alias(), there.__table__.alias()
        same = (other.c.org_id == scope.org) & (other.c.id == joining.c[far])
        mine = [joining.c.org_id == scope.org, joining.c[near] == row.id]
        return joining.join(other, same), other.c, mine

    return rows


def creation() -> dict[str, Filter]:
    return {
        "createdAt": by(Kind.TIMESTAMP, "created_at", "When it was created."),
        "updatedAt": by(Kind.TIMESTAMP, "updated_at", "When it last changed."),
    }


def order(kind: Kind, name: str, doc: str, *, nullable: bool = False) -> Order:
    return Order(doc, name, kind, nullable)


NAME = order(Kind.TEXT, "name", "By name.")
CREATED = order(Kind.TIMESTAMP, "created_at", "By the time of creation.")
UPDATED = order(Kind.TIMESTAMP, "updated_at", "By the time of the last change.")
ID = Order("By id.", "id", Kind.INTEGER)


def today(scope: Scope) -> Element:
    """The day it is where the organisation is."""
    return day_of(func.now(), scope)


def days_since(moment: Element, scope: Scope) -> Element:
    """How often the day has turned since a moment, where the organisation is."""
    return cast(today(scope) - day_of(moment, scope), BigInteger)


def day_of(moment: Element, scope: Scope) -> Element:
    """The day on which a moment falls where the organisation is."""
    return cast(func.timezone(time_zone(scope), moment), Date)


def time_zone(scope: Scope) -> Element:
    organisation: Any = models.Organisation.__table__.alias()
    zone = select(organisation.c.time_zone).where(organisation.c.org_id == scope.org)
    return zone.scalar_subquery()
