"""Comments, locked before they change, whom they mention and what they said before."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import delete, func, or_, select, update

from pipeline_gql.domain.comments import Mentions
from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.facts import is_key
from pipeline_gql.store import models
from pipeline_gql.store.conditions import LEAD, OPPORTUNITY, mentionable
from pipeline_gql.store.database import Unit
from pipeline_gql.store.hosts import host_of, naming, on
from pipeline_gql.store.records import Facts, snapshot


async def locked(unit: Unit, host: Ref, comment_id: int) -> models.Comment | None:
    """A comment on the host, held until the transaction ends; None once it is deleted."""
    comment = models.Comment
    return await unit.session.scalar(
        select(comment)
        .where(
            comment.org_id == unit.org_id,
            on(comment, host),
            comment.id == comment_id,
            comment.deleted_at.is_(None),
        )
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


async def answerable(unit: Unit, host: Ref, comment_id: int) -> models.Comment | None:
    """A comment on the host that can be seen, if only as the place of its replies."""
    comment, reply = models.Comment, models.Comment.__table__.alias()
    answered = select(reply.c.id).where(
        reply.c.org_id == unit.org_id,
        reply.c.parent_id == comment.id,
        reply.c.deleted_at.is_(None),
    )
    if not is_key(comment_id):
        return None
    return await unit.session.scalar(
        select(comment).where(
            comment.org_id == unit.org_id,
            on(comment, host),
            comment.id == comment_id,
            or_(comment.deleted_at.is_(None), answered.exists()),
        )
    )


async def seeing(
    unit: Unit, host: Ref, ids: Collection[int], addresses: Collection[str]
) -> dict[int, str]:
    """Those of the users named who may see the host: their addresses, in lower case."""
    user = models.User
    record, ties = (models.Lead, LEAD) if host.type == "Lead" else (models.Opportunity, OPPORTUNITY)
    address = func.lower(user.email)
    if not ids and not addresses:
        return {}
    rows: Any = await unit.session.execute(
        select(user.id, address).where(
            user.org_id == unit.org_id,
            record.org_id == unit.org_id,
            record.id == host.key,
            or_(user.id.in_(ids), address.in_(addresses)),
            mentionable(record, unit.org_id, user, ties),
        )
    )
    return dict(rows.all())


async def carry(unit: Unit, lead_id: int, opportunity_id: int) -> None:
    """All that was said about a lead is said about the opportunity from now on."""
    for table in (models.Comment, models.CommentEdit):
        await unit.session.execute(
            update(table)
            .where(table.org_id == unit.org_id, table.lead_id == lead_id)
            .values(opportunity_id=opportunity_id, lead_id=None)
            .execution_options(synchronize_session=False)
        )


async def mentions(unit: Unit, comment_id: int) -> Mentions:
    mention = models.CommentMention
    rows: Any = await unit.session.execute(
        select(mention.user_id, mention.is_explicit).where(
            mention.org_id == unit.org_id, mention.comment_id == comment_id
        )
    )
    return dict(rows.all())


async def set_mentions(unit: Unit, comment_id: int, wanted: Mentions) -> None:
    """Exactly these."""
    await _forget(unit, models.CommentMention, comment_id)
    unit.session.add_all(
        models.CommentMention(
            org_id=unit.org_id, comment_id=comment_id, user_id=user, is_explicit=is_explicit
        )
        for user, is_explicit in sorted(wanted.items())
    )


def keep_words(unit: Unit, comment: models.Comment, editor_id: int) -> None:
    """Remembers what the comment says, which is about to be replaced."""
    unit.session.add(
        models.CommentEdit(
            org_id=unit.org_id,
            **naming(host_of(comment)),
            comment_id=comment.id,
            body=comment.body,
            editor_id=editor_id,
            at=unit.now,
        )
    )


async def forget_words(unit: Unit, comment: models.Comment) -> None:
    """What a deleted comment said, then and before, and to whom."""
    comment.body, comment.edited_at = "", None
    await _forget(unit, models.CommentMention, comment.id)
    await _forget(unit, models.CommentEdit, comment.id)


async def facts(unit: Unit, comment: models.Comment) -> Facts:
    """The comment as an audit keeps it."""
    await unit.session.flush()
    return {**snapshot(comment), "mentioned_ids": sorted(await mentions(unit, comment.id))}


async def _forget(unit: Unit, table: Any, comment_id: int) -> None:
    await unit.session.execute(
        delete(table).where(table.org_id == unit.org_id, table.comment_id == comment_id)
    )
