"""A new opportunity, from a client's words or from another record."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from operator import attrgetter

from pipeline_gql.domain.attributes import Given
from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.notices import newly_assigned
from pipeline_gql.domain.opportunities import Part
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations import drafting
from pipeline_gql.operations.recording import record
from pipeline_gql.store import models, opportunities, stays
from pipeline_gql.store.database import Unit

CARRIED = frozenset({"owner_id", "assigned_to_ids", "team_ids", "tags"})
"""People and words of another record, that may be no longer in use."""


@dataclass(frozen=True, slots=True)
class Create:
    """None is absent. Without `owner_id` whoever creates it owns it; `financial_unit_id` is a
    currency's code, `region_id` a region's."""

    name: str | None
    region_id: str | None = None
    financial_unit_id: str | None = None
    account_id: int | None = None
    pipeline_id: int | None = None
    entry_step_id: int | None = None
    contact_ids: Sequence[Part] | None = None
    owner_id: int | None = None
    assigned_to_ids: Sequence[int] | None = None
    team_ids: Sequence[int] | None = None
    tags: Sequence[int] | None = None
    amount: Decimal | None = None
    probability: int | None = None
    expected_close_date: date | None = None
    lead_source: str | None = None
    description: str | None = None
    next_step: str | None = None
    forecast_category: str | None = None
    external_id: str | None = None
    attributes: Sequence[Given] | None = None


_FIELDS = tuple(field.name for field in fields(Create))
_members = attrgetter(*_FIELDS)


async def open_new(
    unit: Unit,
    viewer: Viewer,
    command: Create,
    carried: Collection[str] = (),
    *,
    follows_id: int | None = None,
) -> models.Opportunity:
    """Puts it on an entry step of a pipeline as it is published now.

    The fields `carried` come from another record: nobody is asked to replace what they name.
    `follows_id` is the opportunity that it is a follow-on of.
    """
    viewer.require(Permission.SELL, "create", opportunities.TYPE)
    given = zip(_FIELDS, _members(command), strict=True)
    sent = {name: value for name, value in given if value is not None or name == "name"}
    draft = await drafting.drafted(unit, viewer, sent, carried)
    row = draft.row
    if follows_id is not None:
        row.follows_id = follows_id
    await draft.store(unit)
    stays.begin(unit, row, row.step_entered_at, cause="ENTRY", actor_id=viewer.user_id)
    after = await opportunities.facts(unit, row, sent)
    record(
        unit,
        viewer,
        Ref(opportunities.TYPE, row.id),
        row,
        verb="create",
        event="opportunity.created",
        before=None,
        after=after,
        payload={"assigned": newly_assigned(None, after)},
    )
    return row
