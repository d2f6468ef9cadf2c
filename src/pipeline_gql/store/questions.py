"""Statements that are built once and asked of the driver itself. A session makes up, caches and
unpacks each anew, which takes ten times as long as PostgreSQL needs to answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Executable, Text, Uuid, bindparam, func, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

DIALECT: Any = PGDialect_asyncpg()

ORG: Any = bindparam("org_id", type_=Uuid)
"""The unit's organisation, in every question."""


def each_of(name: str, type: Any) -> Any:
    """The values of a parameter that is an array, as rows with a `key`. Each is looked up by
    itself: for `id = ANY (keys)` a plan for all values reads the rows of the whole organisation."""
    array = bindparam(name, type_=ARRAY(type))
    return func.unnest(array).table_valued("key", name="wanted").render_derived()


def only(name: str, type: Any) -> Any:
    """As `each_of`, of a parameter that is one value: PostgreSQL, which takes any array for ten
    values, would make a plan of its own for each array of one."""
    return select(bindparam(name, type_=type).label("key")).subquery("wanted")


def members(names: Sequence[str]) -> Callable[[Mapping[str, Any]], Sequence[Any]]:
    """Takes these out of a mapping, in their order; raises KeyError if one is missing."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda mapping: [mapping[name] for name in names]


class Question:
    """A statement with named parameters, compiled when it is first asked."""

    def __init__(self, query: Executable) -> None:
        self.query: Any = query

    @cached_property
    def sql(self) -> str:
        return str(self._compiled)

    @cached_property
    def _compiled(self) -> Any:
        return self.query.compile(dialect=DIALECT)

    @cached_property
    def _own(self) -> dict[str, object]:
        """The values that the statement brings along, else None, by their names."""
        return self._compiled.params

    @cached_property
    def _in_order(self) -> Callable[[Mapping[str, object]], Sequence[object]]:
        return members(self._compiled.positiontup or ())

    def as_json(self, name: str) -> Any:
        """All rows as one text."""
        rows = self.query.subquery(name)
        text = func.json_agg(literal_column(name)).cast(Text)
        return select(func.coalesce(text, "[]")).select_from(rows).scalar_subquery()

    def arguments(self, values: Mapping[str, object]) -> list[object]:
        """In the order of the statement's places."""
        return [*self._in_order({**self._own, **values})]


@dataclass(slots=True)
class Asked:
    """A question with its values, beside the organisation."""

    question: Question
    values: Mapping[str, object] = field(default_factory=dict[str, object])


class Together(Question):
    """Several questions as one; their columns are texts, integers and truth values. What
    each finds is a text of JSON."""

    def __init__(self, questions: Sequence[Question]) -> None:
        super().__init__(select(*(each.as_json(f"q{i}") for i, each in enumerate(questions))))


@lru_cache(1_000)
def together(questions: tuple[Question, ...]) -> Together:
    return Together(questions)
