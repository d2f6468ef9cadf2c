"""One tag instead of another, wherever it stands."""

from typing import Final

from sqlalchemy import delete, literal, select
from sqlalchemy.dialects.postgresql import insert

from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.problems import not_found
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit

TAGGED: Final = {models.OpportunityTag: "opportunity_id", models.LeadTag: "lead_id"}
"""The tables of what is tagged, and their column that says what that is."""


async def locked(unit: Unit, tag_id: int, into_id: int) -> tuple[models.Tag | None, models.Tag]:
    """The two tags, which nobody can put on anything meanwhile; None for a first that is gone.

    Raises NotFound for the second.
    """
    tag = models.Tag
    rows = await unit.session.scalars(
        select(tag)
        .where(tag.org_id == unit.org_id, tag.id.in_((tag_id, into_id)))
        .order_by(tag.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = {row.id: row for row in rows}
    if into_id not in found:
        raise not_found(Ref("Tag", into_id), ("into_tag_id",))
    return found.get(tag_id), found[into_id]


async def moved(unit: Unit, old: models.Tag, into: models.Tag) -> dict[str, int]:
    """Everything that has the old tag gets the other instead; how many of each table there were.

    Both must be locked.
    """
    counts: dict[str, int] = {}
    for table, column in TAGGED.items():
        had = (table.org_id == unit.org_id, table.tag_id == old.id)
        tagged = getattr(table, column)
        await unit.session.execute(
            insert(table)
            .from_select(
                ["org_id", column, "tag_id"],
                select(literal(unit.org_id), tagged, literal(into.id)).where(*had),
            )
            .on_conflict_do_nothing()
        )
        gone = await unit.session.execute(delete(table).where(*had).returning(tagged))
        counts[table.__tablename__] = len(gone.all())
    return counts


async def remove(unit: Unit, tag: models.Tag) -> None:
    """A tag that is on nothing any more."""
    await unit.session.execute(
        delete(models.Tag).where(models.Tag.org_id == unit.org_id, models.Tag.id == tag.id)
    )


async def merged_into(unit: Unit, tag_id: int) -> int | None:
    """The tag that a deleted one was merged into, as the audit remembers it."""
    audit = models.Audit
    after = await unit.session.scalar(
        select(audit.after)
        .where(
            audit.org_id == unit.org_id,
            audit.aggregate == "Tag",
            audit.aggregate_id == str(tag_id),
            audit.verb == "merge",
        )
        .order_by(audit.id.desc())
        .limit(1)
    )
    return None if after is None else after["merged_into_id"]
