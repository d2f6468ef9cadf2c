"""Records whose key a row holds and of which nothing else is asked: nobody looks for them."""

from collections.abc import Sequence

from pipeline_gql.domain.selection import TYPENAME, Pick
from pipeline_gql.store.reads.frames import Columns
from pipeline_gql.store.reads.shapes import Element, One, Reading, Row, Scope, Shape, Value


class Key:
    """A row of which nothing but its key is known."""

    __slots__ = ("_key", "_name", "alias")

    def __init__(self, alias: str, name: str, key: Element) -> None:
        self.alias = alias
        self._name = name
        self._key = key

    def __getattr__(self, name: str) -> Element:
        if name != self._name:
            raise AttributeError(name)
        return self._key


def held(picks: Sequence[Pick], one: One, shape: Shape, row: Row, scope: Scope) -> Row | None:
    """The record that `one` leads to, where a foreign key of `row` tells all that is picked."""
    if one.held is None or shape.variants is not None or not isinstance(row, Columns):
        return None
    if not row.refers(one.held, shape.table.__table__.c[shape.key]):
        return None
    there = Key(row.alias, shape.key, getattr(row, one.held))
    asked = [shape.fields[pick.name] for pick in picks if pick.name != TYPENAME]
    return there if all(_told(reading, there, scope) for reading in asked) else None


def _told(reading: Reading, row: Key, scope: Scope) -> bool:
    """Whether the key is enough for it."""
    if not isinstance(reading, Value):
        return False
    try:
        reading.read(row, scope)
    except AttributeError:
        return False
    return True
