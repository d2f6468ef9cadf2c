"""Leads, locked before they change, and whom they turn out to be."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select

from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.facts import is_key
from pipeline_gql.domain.opportunities import Wish
from pipeline_gql.domain.problems import not_found
from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.store import models, ties
from pipeline_gql.store.conditions import LEAD, visible
from pipeline_gql.store.database import Unit
from pipeline_gql.store.records import Facts, snapshot

TYPE = "Lead"
LINKS: Mapping[str, Any] = {
    "assigned_to_ids": models.LeadAssignee.user_id,
    "team_ids": models.LeadTeam.team_id,
    "tags": models.LeadTag.tag_id,
}


async def locked(unit: Unit, viewer: Viewer, lead_id: int, *, shared: bool = False) -> models.Lead:
    """A lead that the viewer sees, held until the transaction ends. Raises NotFound.

    `shared` is for what is to hang on it: it cannot be converted meanwhile.
    """
    lead = models.Lead
    statement = (
        select(lead)
        .where(
            lead.org_id == unit.org_id,
            lead.id == lead_id,
            visible(lead, unit.org_id, viewer.user_id, viewer.sight, LEAD),
        )
        .with_for_update(read=shared, key_share=not shared, of=lead)
        .execution_options(populate_existing=True)
    )
    row = await unit.session.scalar(statement) if is_key(lead_id) else None
    if row is None:
        raise not_found(Ref(TYPE, lead_id), ("lead_id",))
    return row


async def links(unit: Unit, lead_id: int) -> dict[str, list[int]]:
    """Assignees, teams and tags."""
    return {name: await ties.of(unit, column, lead_id) for name, column in LINKS.items()}


async def link(unit: Unit, lead_id: int, wish: Wish) -> None:
    """Exactly the links of the wish, of the kinds that it names."""
    for name, keys in wish.links.items():
        await ties.put(unit, LINKS[name], lead_id, keys)


async def facts(unit: Unit, row: models.Lead, names: Collection[str] = ()) -> Facts:
    """The lead as an audit keeps it, with those of its links that `names` holds."""
    await unit.session.flush()
    kept = {name: await ties.of(unit, LINKS[name], row.id) for name in names if name in LINKS}
    return {**snapshot(row), **kept}
