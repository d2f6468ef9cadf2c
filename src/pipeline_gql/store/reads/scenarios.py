"""Scenarios in SQL: what is supposed of open opportunities, and which ids of it name nothing."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Date,
    Integer,
    Text,
    any_,
    case,
    exists,
    func,
    literal_column,
    not_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from pipeline_gql.domain import scenarios
from pipeline_gql.domain.selection import Members, Tree
from pipeline_gql.store import models
from pipeline_gql.store.reads.compile import Compiler
from pipeline_gql.store.reads.frames import Columns
from pipeline_gql.store.reads.shapes import Element


class Supposed:
    """What a scenario says. Without one, everything is as it is."""

    def __init__(self, compiler: Compiler, tree: Tree | None) -> None:
        self.compiler = compiler
        self.tree = tree if isinstance(tree, Members) else Members({})
        self.joins: list[tuple[Any, Any]] = []

    def _bound(self, read: scenarios.Reading, type: Any) -> Any:
        return self.compiler.binder.bind(self.tree, read, type)

    def _has(self, name: str) -> bool:
        return self.tree.get(name) is not None

    def _beside(self, name: str, values: scenarios.Reading, key: Element) -> Element:
        """The value that a list gives to a key; null where it names another."""
        alias = self.compiler.name()
        listed = [self._bound(scenarios.keys(name), ARRAY(BigInteger))]
        listed.append(self._bound(values, ARRAY(Integer)))
        table = func.unnest(*listed).table_valued("key", "value", name=alias).render_derived(alias)
        self.joins.append((table, literal_column(f"{alias}.key", BigInteger) == key))
        return literal_column(f"{alias}.value", Integer)

    def probability(self, row: Columns) -> Element:
        """Of one that is open: a step's holds for what stands there, unless set by hand."""
        if not self._has("steps"):
            return row.probability
        supposed = self._beside("steps", scenarios.probabilities, row.step_id)
        here = case((row.probability_is_manual, None), else_=supposed)
        return func.coalesce(here, row.probability)

    def closes(self, row: Columns) -> Element:
        """When one that is open should close; its own shift holds instead of that for all."""
        days: Any = None
        if self._has("shiftDays"):
            days = self._bound(scenarios.shift, Integer)
        if self._has("shifts"):
            own = self._beside("shifts", scenarios.shifts, row.id)
            days = func.coalesce(own, literal_column("0", Integer) if days is None else days)
        if days is None:
            return row.expected_close_date
        return type_coerce(row.expected_close_date.op("+")(days), Date)

    def kept(self, row: Columns) -> list[Element]:
        if not self._has("leaveOut"):
            return []
        return [not_(row.id == any_(self._bound(scenarios.keys("leaveOut"), ARRAY(BigInteger))))]

    # ---- what it names in vain ------------------------------------------------------------------

    def unknown(self) -> Any:
        """A query of the ids that name nothing there is to see."""
        lists = [self._unseen(name) for name in scenarios.NAMED if self._has(name)]
        if not lists:
            return None
        return union_all(*lists)

    def _unseen(self, name: str) -> Any:
        alias = self.compiler.name()
        listed = [
            self._bound(lambda scenario: scenarios.ids(scenario, name), ARRAY(Text)),
            self._bound(scenarios.keys(name), ARRAY(BigInteger)),
        ]
        table = func.unnest(*listed).table_valued("id", "key", name=alias).render_derived(alias)
        key = literal_column(f"{alias}.key", BigInteger)
        seen = self._step(key) if name == "steps" else self._opportunity(key)
        return (
            select(literal_column(f"{alias}.id", Text).label("id"))
            .select_from(table)
            .where(not_(exists(seen)))
        )

    def _step(self, key: Element) -> Any:
        there = models.Step.__table__.alias()
        return select(there.c.id).where(
            there.c.org_id == self.compiler.scope.org, there.c.id == key
        )

    def _opportunity(self, key: Element) -> Any:
        shape = self.compiler.shapes["Opportunity"]
        there = self.compiler.table(shape)
        met = self.compiler.met(shape, there.row, covered=False)
        return select(there.row.id).select_from(there.clause).where(*met, there.row.id == key)
