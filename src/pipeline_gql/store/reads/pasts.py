"""`opportunities(asOf:)`: the list as it stood at a moment, from the revisions of then.

What has no past is refused, be it selected, filtered or ordered by: no answer mixes the times.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import BigInteger, and_, cast, column, func, or_, select, table

from pipeline_gql.domain.filters import Malformed, MalformedFilter
from pipeline_gql.domain.selection import Pick
from pipeline_gql.store import models
from pipeline_gql.store.conditions import visible
from pipeline_gql.store.reads import statements
from pipeline_gql.store.reads.compile import Compiler
from pipeline_gql.store.reads.criteria import day_of
from pipeline_gql.store.reads.frames import Columns, Source
from pipeline_gql.store.reads.moments import moment
from pipeline_gql.store.reads.opportunities import OPPORTUNITY, TOTALS
from pipeline_gql.store.reads.opportunity_states import step_column
from pipeline_gql.store.reads.shapes import (
    Element,
    Filter,
    Form,
    Row,
    Scope,
    Total,
    Value,
    everywhere,
)
from pipeline_gql.store.reads.statements import Statement

T = TypeVar("T")

LASTING = ("org_id", "id", "pipeline_id", "created_by_id", "created_at")
"""Columns that never change."""
KEPT = (
    *("version_id", "step_id", "step_entered_at", "name", "account_id", "owner_id"),
    *("region_code", "currency", "net_total", "tax_total", "grand_total", "probability"),
    *("weighted", "expected_close_date", "actual_close_date", "lead_source", "forecast_category"),
)
"""Columns that revisions have."""

FIELDS = (
    *("id", "legacyId", "name", "step", "pipeline", "value", "currency", "financialUnit"),
    *("probability", "region", "account", "owner", "createdBy", "expectedCloseDate"),
    *("actualCloseDate", "leadSource", "forecastCategory", "stepEnteredAt", "createdAt"),
)
FILTERS = (
    *("id", "legacyId", "name", "stepId", "stepName", "stageId", "stageName", "state"),
    *("pipelineId", "pipelineName", "accountId", "accountName", "ownerId", "ownerName"),
    *("createdById", "regionId", "regionName", "leadSource", "forecastCategory", "currency"),
    *("grandTotal", "netTotal", "taxTotal", "weighted", "probability", "expectedCloseDate"),
    *("actualCloseDate", "stepEnteredAt", "createdAt"),
)
ORDERS = (
    *("createdAt", "name", "grandTotal", "probability", "expectedCloseDate"),
    *("actualCloseDate", "stepEnteredAt", "daysInStep"),
)


class Kept(dict[str, T]):
    """What has a past."""

    def __missing__(self, name: str) -> T:
        raise Malformed(f"{name} does not go with asOf: nothing is kept of what it was")


def _unkept(name: str) -> Callable[[Row, Scope], Element]:
    def read(row: Row, scope: Scope) -> Element:
        raise _without_a_past(name)

    return read


def _without_a_past(name: str) -> MalformedFilter:
    return MalformedFilter(f"{name} does not go with asOf: nothing is kept of what it was")


def _refused(name: str, known: Filter) -> Filter:
    def keyed(key: Element, scope: Scope) -> Filter:
        raise _without_a_past(name)

    return Filter(known.kind, known.doc, _unkept(name), known.type, keyed=keyed)


def _filters(known: Mapping[str, Filter], own: dict[str, Filter]) -> dict[str, Filter]:
    kept = {name: known[name] for name in FILTERS} | own
    refused = {name: _refused(name, each) for name, each in known.items() if name not in kept}
    return kept | refused


class Past:
    """The columns of an opportunity as it was, and `as_of`, when that was."""

    __table__ = table(
        "past",
        *(column(name, models.Opportunity.__table__.c[name].type) for name in LASTING + KEPT),
        column("as_of", models.OpportunityRevision.__table__.c.since.type),
    )


def _days(row: Row, scope: Scope) -> Element:
    return cast(day_of(row.as_of, scope) - day_of(row.step_entered_at, scope), BigInteger)


def _is_stalled(row: Row, scope: Scope) -> Element:
    patience = step_column("stalled_after_days")(row, scope)
    return func.coalesce(_days(row, scope) >= patience, False)


def _stalled_count(row: Row, scope: Scope) -> Element:
    return func.count().filter(_is_stalled(row, scope))


PAST = replace(
    OPPORTUNITY,
    table=Past,
    fields=Kept(
        {name: OPPORTUNITY.fields[name] for name in FIELDS}
        | {
            "daysInStep": Value(_days, Form.NUMBER),
            "isStalled": Value(_is_stalled, Form.BOOLEAN),
        }
    ),
    base=everywhere,
    base_ways=None,
    filters=_filters(
        OPPORTUNITY.filters,
        {
            "daysInStep": replace(OPPORTUNITY.filters["daysInStep"], read=_days),
            "isStalled": replace(OPPORTUNITY.filters["isStalled"], read=_is_stalled),
        },
    ),
    orders=Kept({name: OPPORTUNITY.orders[name] for name in ORDERS}),
    search=None,
    totals=replace(
        TOTALS, fields={**TOTALS.fields, "stalledCount": Total(_stalled_count, Form.NUMBER)}
    ),
)


def opportunities(compiler: Compiler, pick: Pick) -> Statement:
    """The list as it stands or, with `asOf`, as it stood."""
    given = pick.arguments.get("asOf")
    if given is None:
        return statements.page(compiler, pick, OPPORTUNITY)
    if pick.arguments.get("search") is not None:
        raise Malformed("search does not go with asOf: it finds what is")
    there = _there(compiler, moment(compiler.binder, given))
    query = compiler.connection(pick, PAST, lambda row: [], covered=True, there=there)
    return statements.statement(compiler, query)


def _there(compiler: Compiler, at: Element) -> Source:
    """Who sees a record now sees what it was; what was deleted since was there."""
    scope, name = compiler.scope, compiler.name()
    now: Any = models.Opportunity.__table__.alias()
    then: Any = models.OpportunityRevision.__table__.alias()
    was = and_(
        then.c.org_id == scope.org,
        then.c.opportunity_id == now.c.id,
        then.c.since <= at,
        or_(then.c.until.is_(None), then.c.until > at),
    )
    query = (
        select(
            *(now.c[each] for each in LASTING),
            *(then.c[each] for each in KEPT),
            at.label("as_of"),
        )
        .select_from(now.join(then, was))
        .where(
            now.c.org_id == scope.org,
            then.c.is_deleted.is_(False),
            visible(now.c, scope.org, scope.me, scope.sight),
        )
    )
    clause = query.subquery(name)
    return Source(clause, Columns(name, clause))
