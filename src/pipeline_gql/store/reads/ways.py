"""Ways to find the rows of a list.

No plan serves the rare and the frequent alike, and a statement is planned once for all values. So
what has two good plans is said in two ways that exclude each other: each is planned by itself, and
the one that has nothing to give costs nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, func, literal_column, select

from pipeline_gql.store.reads.shapes import Element, Row, Scope, Shape


@dataclass(frozen=True, slots=True)
class Ways:
    """What holds of the rows of a list: in one, and apart, where each row meets one list only."""

    whole: list[Any]
    paged: list[list[Any]]
    """For the first rows in some order."""
    added: list[list[Any]]
    """For all of them, to count or add up."""


Listed = Callable[[Row], Ways]
MOST_LOOKED_UP = 2_000
"""So many rows are looked up one by one; where there are more, the list is walked through."""


def few_or_many(ids: Any, key: Element, among: Element) -> list[list[Element]]:
    """Rows whose `key` is one of the ids that a query gives, which `among` says of a row, too."""
    named = ids.subquery()
    (id,) = named.c
    first = select(id.label("id")).limit(_constant(MOST_LOOKED_UP + 1)).cte()
    count = select(func.count()).select_from(first).scalar_subquery()
    most = _constant(MOST_LOOKED_UP)
    return [[count <= most, key.in_(select(first.c.id))], [count > most, among]]


def _constant(number: int) -> Element:
    return literal_column(str(number), BigInteger)


def ways_of(
    shape: Shape, row: Row, scope: Scope, met: list[Any], words: Element | None, *, covered: bool
) -> Ways:
    """Of those rows that meet something: what the viewer sees, unless covered, and what holds the
    words that are searched for, if there are any."""
    base = [] if covered else shape.base(row, scope)
    whole = [*met, *base]
    if words is not None and shape.search is not None:
        searched = [*whole, shape.search(row, scope, words)]
        if shape.search_ways is None:
            return Ways(searched, [searched], [searched])
        apart = [[*whole, *way] for way in shape.search_ways(row, scope, words)]
        return Ways(searched, apart, apart)
    if covered or shape.base_ways is None:
        return Ways(whole, [whole], [whole])
    return Ways(whole, [whole], [[*met, *way] for way in shape.base_ways(row, scope)])
