"""Opportunities, locked before they change, and the rows that hang on them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, bindparam, delete, select

from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.facts import is_key
from pipeline_gql.domain.opportunities import Part
from pipeline_gql.domain.problems import not_found
from pipeline_gql.domain.viewer import Sight, Viewer
from pipeline_gql.store import attributes, models, ties
from pipeline_gql.store.conditions import visible
from pipeline_gql.store.database import Unit
from pipeline_gql.store.questions import ORG, Asked, Question
from pipeline_gql.store.records import Facts, snapshot

TYPE = "Opportunity"

_LINKS: Mapping[str, Any] = {
    "assigned_to_ids": models.OpportunityAssignee.user_id,
    "team_ids": models.OpportunityTeam.team_id,
    "tags": models.OpportunityTag.tag_id,
}


async def locked(
    unit: Unit, viewer: Viewer, opportunity_id: int, *, deleted: bool = False, weakly: bool = False
) -> models.Opportunity:
    """One opportunity that the viewer sees, held until the transaction ends.

    A deleted one is found only with `deleted`. For what merely hangs on it `weakly` will do: it
    cannot go away, and nobody waits for anybody. Raises NotFound.
    """
    question = Asked(_locked(viewer.sight, weakly), {"id": opportunity_id, "me": viewer.user_id})
    row = await unit.row(models.Opportunity, question) if is_key(opportunity_id) else None
    if row is None or (row.deleted_at is not None and not deleted):
        raise not_found(Ref(TYPE, opportunity_id), ("opportunity_id",))
    return row


@cache
def _locked(sight: Sight, weakly: bool) -> Question:
    entity = models.Opportunity
    wanted, me = (bindparam(name, type_=BigInteger) for name in ("id", "me"))
    return Question(
        select(entity)
        .where(entity.org_id == ORG, entity.id == wanted, visible(entity, ORG, me, sight))
        # Not FOR UPDATE: what refers to the row by a foreign key need not wait.
        .with_for_update(key_share=True, read=weakly, of=entity)
    )


async def exists(unit: Unit, opportunity_id: int) -> bool:
    """Deleted ones count."""
    entity = models.Opportunity
    found = await unit.session.scalar(
        select(entity.id).where(entity.org_id == unit.org_id, entity.id == opportunity_id)
    )
    return found is not None


async def is_followed(unit: Unit, opportunity_id: int, pipeline_id: int) -> bool:
    """Whether it has a follow-on in that pipeline, deleted ones included."""
    entity = models.Opportunity
    found = await unit.session.scalar(
        select(entity.id)
        .where(
            entity.org_id == unit.org_id,
            entity.follows_id == opportunity_id,
            entity.pipeline_id == pipeline_id,
        )
        .limit(1)
    )
    return found is not None


async def facts(unit: Unit, row: models.Opportunity, names: Collection[str] = ()) -> Facts:
    """The opportunity as an audit keeps it, with those of its links that `names` holds."""
    linked: Facts = {name: await links(unit, name, row.id) for name in names if name in _LINKS}
    if "contact_ids" in names:
        linked["contact_ids"] = [
            f"{link.contact_id} {link.role or ''}".strip() for link in await _contacts(unit, row.id)
        ]
    if "attributes" in names:
        linked["attributes"] = await attributes.of(unit, row.id)
    return {**snapshot(row), **linked}


async def parts(unit: Unit, row: models.Opportunity) -> list[Part]:
    """The contacts of an opportunity, by id."""
    return [
        Part(link.contact_id, link.role, primary=link.contact_id == row.contact_id)
        for link in await _contacts(unit, row.id)
    ]


async def set_contacts(unit: Unit, opportunity_id: int, parts: Sequence[Part]) -> None:
    """Exactly these contacts, in these roles."""
    link = models.OpportunityContact
    await unit.session.execute(
        delete(link).where(link.org_id == unit.org_id, link.opportunity_id == opportunity_id)
    )
    unit.session.add_all(
        link(
            org_id=unit.org_id,
            opportunity_id=opportunity_id,
            contact_id=part.contact_id,
            role=part.role,
        )
        for part in parts
    )


async def links(unit: Unit, name: str, opportunity_id: int) -> list[int]:
    """Of one kind, which `name` says as for `set_links`."""
    return await ties.of(unit, _LINKS[name], opportunity_id)


async def set_links(unit: Unit, opportunity_id: int, name: str, keys: Iterable[int]) -> None:
    """Exactly these; `name` is `assigned_to_ids`, `team_ids` or `tags`."""
    await ties.put(unit, _LINKS[name], opportunity_id, keys)


async def _contacts(unit: Unit, opportunity_id: int) -> Sequence[models.OpportunityContact]:
    link = models.OpportunityContact
    rows = await unit.session.scalars(
        select(link)
        .where(link.org_id == unit.org_id, link.opportunity_id == opportunity_id)
        .order_by(link.contact_id)
    )
    return rows.all()
