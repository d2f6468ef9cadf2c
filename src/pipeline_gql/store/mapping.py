"""Rows of the models as statements write them and as records bring them, without a session."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import (
    JSON,
    Date,
    DateTime,
    Integer,
    Uuid,
    bindparam,
    func,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.orm.attributes import instance_state, set_committed_value

from pipeline_gql.store import models
from pipeline_gql.store.questions import DIALECT, Asked, Question, members

Row = TypeVar("Row", bound=models.Base)
Table = type[models.Base]
Values = Mapping[str, Any]


class Change:
    """A statement that writes one row; `told` are the attributes that the database tells of it."""

    def __init__(self, table: Table, statement: Any, told: Sequence[str] = ()) -> None:
        compiled: Any = statement.compile(dialect=DIALECT)
        names: list[str] = [name.removeprefix("new_") for name in compiled.positiontup]
        self.sql = str(compiled)
        self.told = told
        self._in_order = members(names)
        self._jsons = tuple(place for place, name in enumerate(names) if name in _json(table))
        self._defaults = {name: it for name, it in _defaults(table).items() if name in names}

    def arguments(self, values: Values) -> list[object]:
        if self._defaults:
            values = {**self._defaults, **values}
        found = [*self._in_order(values)]
        for place in self._jsons:
            found[place] = as_json(found[place])
        return found


def as_json(value: object) -> str:
    """As PostgreSQL reads it; the slow way knows a few more numbers."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return json.dumps(value)


def insertion(table: Table, values: Values, *, told: bool) -> Change:
    """Of a new row with these attributes, as a session would insert it; unless nobody needs to be
    `told` what the database makes of the others."""
    given = _given(table)
    left = tuple([name for name in given if name in values and values[name] is None])
    return _insertion(table, tuple(values), left, told)


@lru_cache(500)
def _insertion(table: Table, names: tuple[str, ...], left: tuple[str, ...], told: bool) -> Change:
    """Those that are `left` are for the database to make up."""
    names = tuple(name for name in _names(table) if name in names and name not in left)
    # Inline: else SQLAlchemy has the key returned unasked.
    statement: Any = insert(_there(table)).values(_bound(table, names)).inline()
    others = [name for name in _names(table) if name not in names] if told else []
    if others:
        statement = statement.returning(*(inspect(table).columns[name] for name in others))
    return Change(table, statement, others)


def change(row: models.Base, *, is_last: bool = False) -> tuple[str, list[object]] | None:
    """What writes the attributes of a stored row that were changed; unless it is the last, they
    count as stored now."""
    held, before = vars(row), instance_state(row).committed_state
    names = tuple([name for name in sorted(before) if held[name] != before[name]])
    if not names:
        return None
    statement = _update(type(row), names)
    if is_last:
        return statement.sql, statement.arguments(held)
    for name in names:
        set_committed_value(row, name, held[name])
    for name in _computed(type(row)):
        held.pop(name, None)
    return statement.sql, statement.arguments(held)


@lru_cache(500)
def _update(table: Table, names: tuple[str, ...]) -> Change:
    there = [column == bindparam(f"new_{column.key}") for column in inspect(table).primary_key]
    return Change(table, update(_there(table)).values(_bound(table, names)).where(*there))


def loaded(table: type[Row], values: Values) -> Row:
    """A row with these attributes, which no session knows. Nothing is told of their being set, as
    it is nothing new or to be inserted whole."""
    row: Row = _manager(table).new_instance()
    vars(row).update(values.items())
    return row


def identity(row: models.Base) -> tuple[object, ...]:
    """What tells a stored row from all others."""
    held = vars(row)
    return (type(row), *[held[name] for name in _keys(type(row))])


def read(table: Table, told: Values) -> Values:
    """A row's attributes from a record, or from JSON that was foreseen."""
    if not isinstance(told, dict):
        return told
    read = _read(table)
    return {
        name: read[name](value) if name in read and value is not None else value
        for name, value in told.items()
    }


def numbering(table: Table, count: int) -> Asked:
    """Keys for so many new rows of a table that the database numbers."""
    if count == 1:
        return Asked(_numbering(table, alone=True))
    return Asked(_numbering(table, alone=False), {"new_keys": count})


@cache
def _numbering(table: Table, *, alone: bool) -> Question:
    key = select(func.nextval(f"{_there(table).name}_id_seq").label("key"))
    if alone:
        return Question(key)
    each = func.generate_series(1, bindparam("new_keys", type_=Integer)).table_valued("place")
    return Question(key.select_from(each.render_derived()))


def fill(row: models.Base, key: int) -> bool:
    """Gives a row that is to be inserted its key, and the attributes that nobody gave it; False if
    the database would make up one of them."""
    held, blank = vars(row), _blank(type(row))
    if not held.keys() >= blank.keys() & _given(type(row)):
        return False
    held.update({**blank, **held, "id": key})
    return True


def refresh(row: Row, now: Row) -> None:
    """Makes the attributes of a row those of another that was loaded later."""
    for name in _names(type(row)):
        set_committed_value(row, name, vars(now)[name])


def _there(table: Table) -> Any:
    return table.__table__


def _bound(table: Table, names: Sequence[str]) -> dict[Any, Any]:
    columns = inspect(table).columns
    return {columns[name]: bindparam(f"new_{name}") for name in names}


@cache
def _manager(table: Table) -> Any:
    return inspect(table).class_manager


@cache
def _keys(table: Table) -> tuple[str, ...]:
    columns: Any = inspect(table).columns
    return tuple(name for name, it in columns.items() if it.primary_key)


@cache
def _names(table: Table) -> tuple[str, ...]:
    return tuple(inspect(table).columns.keys())


@cache
def _given(table: Table) -> frozenset[str]:
    """The attributes to which the database gives a value where there is none."""
    columns: Any = inspect(table).columns
    return frozenset(name for name, it in columns.items() if it.server_default is not None)


@cache
def _defaults(table: Table) -> Values:
    """What SQLAlchemy would insert where nothing is said."""
    columns: Any = inspect(table).columns
    return {name: it.default.arg for name, it in columns.items() if it.default is not None}


@cache
def _computed(table: Table) -> tuple[str, ...]:
    columns: Any = inspect(table).columns
    return tuple(name for name, it in columns.items() if it.computed is not None)


@cache
def _blank(table: Table) -> Values:
    """What a row is inserted with beside its key, where nobody says anything."""
    computed = _computed(table)
    return {name: None for name in _names(table) if name not in computed and name != "id"}


@cache
def _read(table: Table) -> Mapping[str, Callable[[Any], Any]]:
    """What JSON has no words for, by attribute."""
    known: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
        (DateTime, datetime.fromisoformat),
        (Date, date.fromisoformat),
        (Uuid, UUID),
    )
    columns: Any = inspect(table).columns
    return {
        name: words
        for name, it in columns.items()
        for type, words in known
        if isinstance(it.type, type)
    }


@cache
def _json(table: Table) -> frozenset[str]:
    columns: Any = inspect(table).columns
    return frozenset(name for name, it in columns.items() if isinstance(it.type, JSON))
