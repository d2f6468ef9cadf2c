"""The records that a report on history is about, and what they are grouped by, in SQL."""

import json
from typing import Any

from sqlalchemy import BigInteger, Text, and_, case, cast, func, select

from pipeline_gql.domain.cohorts import MOST_GROUPS, NONE, Cohort
from pipeline_gql.domain.selection import Pick, text
from pipeline_gql.store import models
from pipeline_gql.store.reads import lineages, periods
from pipeline_gql.store.reads.compile import Compiler
from pipeline_gql.store.reads.lineages import key_of_pipeline
from pipeline_gql.store.reads.shapes import Element
from pipeline_gql.store.reads.text import literal

MARK = ":"
Lists = list[list[Any]]


class Records:
    """Those of one pipeline that a pick is about; `placed` has each once for each of its groups."""

    def __init__(self, compiler: Compiler, pick: Pick) -> None:
        self.compiler, self.pick, self.scope = compiler, pick, compiler.scope
        given = pick.arguments.get("groupBy")
        self.cohort = None if given is None else Cohort(text(given))
        id = pick.arguments.members["pipelineId"]
        self.pipeline = compiler.binder.bind(id, key_of_pipeline, BigInteger)
        self.steps = lineages.steps(self.scope, self.pipeline).cte("steps")

    def found(self, day: bool) -> Any:
        """id, state and value (of the group) of each, created in the period if `day`."""
        shape = self.compiler.shapes["Opportunity"]
        there = self.compiler.table(shape)
        row = there.row
        where = self.compiler.listed(self.pick, shape, lambda row: [], covered=False)(row).whole
        where.append(row.pipeline_id == self.pipeline)
        if day:
            where += self.within(row.created_at)
        step: Any = models.StepVersion.__table__.alias()
        stage: Any = models.StageVersion.__table__.alias()
        stands = and_(
            step.c.org_id == self.scope.org,
            step.c.version_id == row.version_id,
            step.c.step_id == row.step_id,
        )
        means = and_(
            stage.c.org_id == self.scope.org,
            stage.c.version_id == step.c.version_id,
            stage.c.stage_id == step.c.stage_id,
        )
        facts: Any = select(row.id.label("id"), stage.c.state, self._value(row).label("value"))
        clause = there.clause.join(step, stands).join(stage, means)
        return facts.select_from(clause).where(*where).cte("records")

    def within(self, moment: Element) -> list[Element]:
        start, end = periods.edges(self.compiler.binder, self.pick)
        found = [] if start is None else [moment >= start]
        return found if end is None else [*found, moment < end]

    def _value(self, row: Any) -> Element:
        match self.cohort:
            case Cohort.OWNER:
                return _marked(row.owner_id)
            case Cohort.SOURCE:
                return _marked(row.lead_source)
            case Cohort.REGION:
                return _marked(row.region_code)
            case _:
                return literal(NONE)

    def placed(self, records: Any) -> Any:
        """Each record in its group or, by kinds of interests, in each of its groups."""
        if self.cohort is not Cohort.INTEREST_KIND:
            return records
        wish: Any = models.Interest.__table__.alias()
        kinds = select(wish.c.opportunity_id, wish.c.kind).distinct()
        kinds = kinds.where(wish.c.org_id == self.scope.org).subquery()
        found = select(records.c.id, records.c.state, _marked(kinds.c.kind).label("value"))
        its = kinds.c.opportunity_id == records.c.id
        return found.select_from(records.outerjoin(kinds, its)).cte("placed")

    def largest(self, placed: Any) -> Any:
        """The groups with the most records: value, how many of each state, how many groups."""
        states = [
            func.count().filter(placed.c.state == literal(state)).label(state)
            for state in ("Open", "Won", "Lost", "Archived")
        ]
        found = select(
            placed.c.value,
            func.count().label("count"),
            *states,
            func.count().over().label("groups"),
        ).group_by(placed.c.value)
        return found.order_by(func.count().desc(), placed.c.value).limit(MOST_GROUPS).cte("largest")

    def names(self, largest: Any) -> dict[str, Any]:
        """The query of what the groups are called, where they are records: key and name."""
        if self.cohort is Cohort.OWNER:
            table, key = models.User.__table__.alias(), "id"
        elif self.cohort is Cohort.REGION:
            table, key = models.Region.__table__.alias(), "code"
        else:
            return {}
        found = select(table.c[key], table.c.name).where(table.c.org_id == self.scope.org)
        return {"names": found.where(_marked(table.c[key]).in_(select(largest.c.value)))}


def _marked(value: Element) -> Element:
    there = literal(MARK).concat(cast(value, Text))
    return case((value.is_(None), literal(NONE)), else_=there)


def facts(parts: dict[str, Any]) -> Any:
    """One row of JSON text: the rows of each query as lists, under its name."""
    pairs: list[Any] = []
    for name, query in parts.items():
        rows = query.subquery(f"{name}_rows")
        listed = select(func.json_agg(func.json_build_array(*rows.c))).select_from(rows)
        pairs += [literal(name), listed.scalar_subquery()]
    return select(cast(func.json_build_object(*pairs), Text).label("v"))


def read(facts: bytes) -> dict[str, Lists]:
    """No rows are an empty list."""
    return {name: rows or [] for name, rows in json.loads(facts).items()}
