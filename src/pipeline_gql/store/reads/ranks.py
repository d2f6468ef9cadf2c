"""Lists in the order of an attribute: its values stand in rows of their own."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, and_, literal_column, select

from pipeline_gql.domain.filters import Kind
from pipeline_gql.domain.selection import Tree
from pipeline_gql.store import models
from pipeline_gql.store.reads.frames import Source
from pipeline_gql.store.reads.shapes import Element, Order, Scope

RANKED = "ranked"
"""The column that says of which opportunity a rank is."""
RANK = Order("By an attribute.", "rank", Kind.TEXT, nullable=True)


@dataclass(frozen=True, slots=True)
class Ranked:
    """The attribute to order by, as a client named it and as it is bound."""

    named: Tree
    key: Element

    def present(self, there: Source, scope: Scope) -> Any:
        """The rows that have a value, with its `rank`: read by the index of ranks, in its order."""
        value: Any = models.OpportunityAttribute.__table__.alias()
        joined = there.clause.join(value, and_(*self._own(value, there, scope)))
        return self._with(there, value.c.rank, value.c.opportunity_id, joined)

    def missing(self, there: Source, scope: Scope) -> Any:
        """The others; their `rank` is null."""
        value: Any = models.OpportunityAttribute.__table__.alias()
        own: Any = select(literal_column("1", Text)).select_from(value)
        own = own.where(*self._own(value, there, scope))
        none = literal_column("NULL::text", Text)
        return self._with(there, none, there.row.id, there.clause, ~own.exists())

    def _own(self, value: Any, there: Source, scope: Scope) -> list[Any]:
        mine = value.c.opportunity_id == there.row.id
        return [value.c.org_id == scope.org, mine, value.c.key == self.key]

    def _with(self, there: Source, rank: Any, of: Any, rows: Any, *conditions: Any) -> Any:
        """Under the alias that the rows have anyway."""
        alias = there.row.alias
        columns = rank.label(RANK.column), of.label(RANKED)
        found: Any = select(literal_column(f"{alias}.*", Text), *columns)
        return found.select_from(rows).where(*conditions).subquery(alias)
