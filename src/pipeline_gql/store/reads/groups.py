"""What the records of a forecast are grouped by: the value, marked so that none is one as well,
and the names of those that are records."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Text, and_, case, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import distinct_on

from pipeline_gql.domain.forecasts import Grouping
from pipeline_gql.store import models
from pipeline_gql.store.reads.shapes import Element, Row, Scope
from pipeline_gql.store.reads.text import literal

NONE, MARK = "", ":"


def marked(grouping: Grouping, row: Row, step: Any, closes: Element) -> Element:
    """The value behind a mark, or nothing at all: never null, and so it can be joined by."""
    values: dict[Grouping, Callable[[], Element]] = {
        Grouping.MONTH: lambda: func.to_char(closes, literal("YYYY-MM")),
        Grouping.QUARTER: lambda: func.to_char(closes, literal('YYYY-"Q"Q')),
        Grouping.OWNER: lambda: row.owner_id,
        Grouping.TEAM: lambda: literal_column("NULL", Text),
        Grouping.STEP: lambda: row.step_id,
        Grouping.STAGE: lambda: step.c.stage_id,
        Grouping.SOURCE: lambda: row.lead_source,
        Grouping.CATEGORY: lambda: row.forecast_category,
    }
    return _mark(values[grouping]())


def placed(counted: Any, grouping: Grouping, scope: Scope) -> Any:
    """The records in their groups. One of several teams is in the group of each, whole."""
    if grouping is not Grouping.TEAM:
        return counted
    tie = models.OpportunityTeam.__table__.alias("tie")
    shared = and_(tie.c.org_id == scope.org, tie.c.opportunity_id == counted.c.id)
    columns = [column for column in counted.c if column.name != "value"]
    found = select(*columns, _mark(tie.c.team_id).label("value"))
    return found.select_from(counted.outerjoin(tie, shared)).cte("placed")


def _mark(value: Element) -> Element:
    there = literal(MARK).concat(cast(value, Text))
    return case((value.is_(None), literal(NONE)), else_=there)


def _is_in(rows: Any, key: Element) -> Element:
    return _mark(key).in_(select(rows.c.value))


def _of(table: Any) -> Callable[[Any, Scope], Any]:
    def names(rows: Any, scope: Scope) -> Any:
        there = table.__table__.alias("named")
        found = select(there.c.id, there.c.name).where(there.c.org_id == scope.org)
        return found.where(_is_in(rows, there.c.id)).subquery("names")

    return names


def _of_version(table: Any, key: str) -> Callable[[Any, Scope], Any]:
    """As the published version has them, or (what it lacks) the last that had them."""

    def names(rows: Any, scope: Scope) -> Any:
        there = table.__table__.alias("named")
        version = models.PipelineVersion.__table__.alias("version")
        found = select(there.c[key], there.c.name, version.c.pipeline_id, there.c.position)
        held = and_(version.c.org_id == scope.org, version.c.id == there.c.version_id)
        found = found.ext(distinct_on(there.c[key])).select_from(there.join(version, held))
        found = found.where(
            there.c.org_id == scope.org,
            version.c.state != literal("DRAFT"),
            _is_in(rows, there.c[key]),
        )
        is_published = version.c.state == literal("PUBLISHED")
        return found.order_by(there.c[key], is_published.desc(), version.c.number.desc()).subquery(
            "names"
        )

    return names


NAMES: dict[Grouping, Callable[[Any, Scope], Any]] = {
    Grouping.OWNER: _of(models.User),
    Grouping.TEAM: _of(models.Team),
    Grouping.STEP: _of_version(models.StepVersion, "step_id"),
    Grouping.STAGE: _of_version(models.StageVersion, "stage_id"),
}
"""How to find what the groups are called: key, name and, of some, place."""
