"""All that a decision may ask of an opportunity, as one expression.

It gives JSON text that `Standing.read` takes. Whoever decides selects it for the locked row,
whoever explains for a page of them.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from sqlalchemy import Boolean, Integer, Text, and_, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from pipeline_gql.domain.fields import FIELDS, KEPT_AT_ENTRY
from pipeline_gql.domain.standing import Part
from pipeline_gql.store import models
from pipeline_gql.store.reads.shapes import Element, Row, Scope
from pipeline_gql.store.reads.text import literal

_COLUMNS = {
    "name": "name",
    "accountId": "account_id",
    "contactId": "contact_id",
    "ownerId": "owner_id",
    "regionId": "region_code",
    "currency": "currency",
    "amount": "amount",
    "grandTotal": "grand_total",
    "probability": "probability",
    "expectedCloseDate": "expected_close_date",
    "actualCloseDate": "actual_close_date",
    "leadSource": "lead_source",
    "description": "description",
    "nextStep": "next_step",
    "forecastCategory": "forecast_category",
    "externalId": "external_id",
}
_AT_ENTRY = {
    "grandTotal": "value",
    "currency": "currency",
    "probability": "probability",
    "expectedCloseDate": "expected_close_date",
}
assert _COLUMNS.keys() == FIELDS.keys()
assert _AT_ENTRY.keys() == KEPT_AT_ENTRY

_EMPTY_LIST = literal_column("'[]'::jsonb", JSONB)
_EMPTY_OBJECT = literal_column("'{}'::jsonb", JSONB)


def standing(row: Row, scope: Scope, parts: Collection[Part] = frozenset(Part)) -> Element:
    """JSON text; the moments in it have an offset. Who needs few parts has the others empty."""
    told: dict[str, Any] = {
        "id": row.id,
        "version": row.version_id,
        "published": _published(row, scope),
        "step": row.step_id,
        "manual": row.probability_is_manual,
        "enteredAt": row.step_entered_at,
        "heldUntil": row.reservations_valid_until,
        "fields": _object({name: getattr(row, column) for name, column in _COLUMNS.items()}),
        **{
            part.value: read(row, scope) if part in parts else empty
            for part, (read, empty) in _PARTS.items()
        },
    }
    return cast(_object(told), Text)


def _object(members: dict[str, Any]) -> Element:
    pairs = [part for name, value in members.items() for part in (literal(name), value)]
    return func.jsonb_build_object(*pairs, type_=JSONB)


def _published(row: Row, scope: Scope) -> Element:
    version: Any = models.PipelineVersion.__table__.alias()
    return (
        select(version.c.id)
        .where(
            version.c.org_id == scope.org,
            version.c.pipeline_id == row.pipeline_id,
            version.c.state == literal("PUBLISHED"),
        )
        .scalar_subquery()
    )


def _hanging(table: Any, row: Row, scope: Scope) -> tuple[Any, Element]:
    rows: Any = table.__table__.alias()
    return rows, and_(rows.c.org_id == scope.org, rows.c.opportunity_id == row.id)


def _at_entry(row: Row, scope: Scope) -> Element:
    stay, on = _hanging(models.StepStay, row, scope)
    members = _object({name: stay.c[column] for name, column in _AT_ENTRY.items()})
    return select(members).where(on, stay.c.left_at.is_(None)).scalar_subquery()


def _attributes(row: Row, scope: Scope) -> Element:
    held, on = _hanging(models.OpportunityAttribute, row, scope)
    pairs = func.jsonb_object_agg(held.c.key, held.c.value, type_=JSONB)
    return select(func.coalesce(pairs, _EMPTY_OBJECT)).where(on).scalar_subquery()


def _interests(row: Row, scope: Scope) -> Element:
    want, on = _hanging(models.Interest, row, scope)
    each = func.jsonb_build_array(
        want.c.kind, want.c.quantity, want.c.total_amount, want.c.discount_amount
    )
    return _list(each, want.c.position, on)


def _visits(row: Row, scope: Scope) -> Element:
    stay, on = _hanging(models.StepStay, row, scope)
    edge: Any = models.Transition.__table__.alias()
    key = (
        select(edge.c.key)
        .where(edge.c.org_id == scope.org, edge.c.id == stay.c.transition_id)
        .scalar_subquery()
    )
    each = func.jsonb_build_array(stay.c.step_id, key, stay.c.actor_id)
    return _list(each, stay.c.entered_at, on)


def _list(each: Element, order: Element, on: Element) -> Element:
    listed = func.jsonb_agg(aggregate_order_by(each, order), type_=JSONB)
    return select(func.coalesce(listed, _EMPTY_LIST)).where(on).scalar_subquery()


def _attachments(row: Row, scope: Scope) -> Element:
    rows, on = _hanging(models.Attachment, row, scope)
    return select(func.count()).select_from(rows).where(on).scalar_subquery()


def _open_tasks(row: Row, scope: Scope) -> Element:
    task, on = _hanging(models.Task, row, scope)
    is_open = and_(on, task.c.done_at.is_(None), task.c.deleted_at.is_(None))
    return select(func.count()).select_from(task).where(is_open).scalar_subquery()


def _is_held(row: Row, scope: Scope) -> Element:
    hold, on = _hanging(models.SeatHold, row, scope)
    return select(hold.c.id).where(on, hold.c.state == literal("HELD")).exists()


def _teams(row: Row, scope: Scope) -> Element:
    """Of who asks, by name: not of the record."""
    del row
    member: Any = models.TeamMember.__table__.alias()
    team: Any = models.Team.__table__.alias()
    mine = and_(
        member.c.org_id == scope.org,
        member.c.user_id == scope.me,
        team.c.org_id == scope.org,
        team.c.id == member.c.team_id,
    )
    names = func.jsonb_agg(team.c.name, type_=JSONB)
    return select(func.coalesce(names, _EMPTY_LIST)).where(mine).scalar_subquery()


_NONE, _NO = literal_column("0", Integer), literal_column("false", Boolean)
_PARTS: Mapping[Part, tuple[Callable[[Row, Scope], Element], Element]] = {
    Part.AT_ENTRY: (_at_entry, _EMPTY_OBJECT),
    Part.ATTRIBUTES: (_attributes, _EMPTY_OBJECT),
    Part.INTERESTS: (_interests, _EMPTY_LIST),
    Part.ATTACHMENTS: (_attachments, _NONE),
    Part.OPEN_TASKS: (_open_tasks, _NONE),
    Part.IS_HELD: (_is_held, _NO),
    Part.VISITS: (_visits, _EMPTY_LIST),
    Part.TEAMS: (_teams, _EMPTY_LIST),
}
assert _PARTS.keys() == set(Part)
