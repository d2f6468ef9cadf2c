"""Comments: add, edit, delete. What is said about an opportunity does not change it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from pipeline_gql.domain.comments import BODY
from pipeline_gql.domain.errors import NotPermitted, Ref
from pipeline_gql.domain.problems import Problems, invalid, not_found
from pipeline_gql.domain.remedies import ask
from pipeline_gql.domain.text import required_text
from pipeline_gql.domain.viewer import Permission, Role, Viewer
from pipeline_gql.operations import hosting
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.mentioning import mentions
from pipeline_gql.operations.recording import check_version, record
from pipeline_gql.store import comments, hosts, models, rows
from pipeline_gql.store.database import Unit
from pipeline_gql.store.records import Facts

TYPE = "Comment"
COMMENT, PARENT = ("comment_id",), ("parent_id",)


@dataclass(frozen=True, slots=True)
class AddComment:
    """To an opportunity or a lead, whose `expected_version` it is."""

    opportunity_id: int | None
    body: str
    parent_id: int | None = None
    mentioned_ids: Sequence[int] | None = None
    expected_version: int | None = None
    lead_id: int | None = None


@dataclass(frozen=True, slots=True)
class EditComment:
    """`changes` holds what was sent of `body` and `mentioned_ids`; `expected_version` is the
    comment's. What it is about is the comment's unless given."""

    comment_id: int
    changes: Mapping[str, object]
    opportunity_id: int | None = None
    expected_version: int | None = None
    lead_id: int | None = None


@dataclass(frozen=True, slots=True)
class DeleteComment:
    """As `EditComment`."""

    comment_id: int
    opportunity_id: int | None = None
    expected_version: int | None = None
    lead_id: int | None = None


async def add_comment(unit: Unit, viewer: Viewer, command: AddComment) -> Done:
    """Says something, and tells those whom it mentions."""
    asked_of = hosting.named(command)
    viewer.require(Permission.SELL, "comment on", asked_of.type if asked_of else "Opportunity")
    about = await hosting.reached(unit, viewer, asked_of)
    host = rows.ref_of(type(about), about.id)
    await check_version(unit, host, about, command.expected_version)
    problems = Problems()
    body = problems.check(required_text, command.body, ("body",), BODY) or ""
    await _check_parent(unit, host, command.parent_id, problems)
    asked = command.mentioned_ids or ()
    wanted = await mentions(unit, host, body, asked, {}, problems)
    problems.raise_if_any()
    row = models.Comment(
        org_id=unit.org_id,
        **hosts.naming(host),
        parent_id=command.parent_id,
        author_id=viewer.user_id,
        body=body,
        created_at=unit.now,
        updated_at=unit.now,
    )
    unit.session.add(row)
    await unit.session.flush()
    await comments.set_mentions(unit, row.id, wanted)
    after = await comments.facts(unit, row)
    _record(unit, viewer, row, "addComment", "added", None, after, wanted)
    return _done(row)


async def edit_comment(unit: Unit, viewer: Viewer, command: EditComment) -> Done:
    """Keeps what it said before, and tells those alone whom it mentions anew."""
    row = await _opened(unit, viewer, "edit", command)
    problems = Problems()
    body = row.body
    if "body" in command.changes:
        body = problems.check(required_text, command.changes["body"], ("body",), BODY) or ""
    had = await comments.mentions(unit, row.id)
    kept = [key for key, is_explicit in had.items() if is_explicit]
    asked = cast(Sequence[int], command.changes.get("mentioned_ids", kept) or ())
    wanted = await mentions(unit, hosts.host_of(row), body, asked, had, problems)
    problems.raise_if_any()
    before = await comments.facts(unit, row)
    if body != row.body:
        comments.keep_words(unit, row, viewer.user_id)
        row.body, row.edited_at = body, unit.now
    if wanted != had:
        await comments.set_mentions(unit, row.id, wanted)
    after = await comments.facts(unit, row)
    if before != after:
        reached = set(wanted) - set(had)
        _record(unit, viewer, row, "editComment", "edited", before, after, reached)
    return _done(row)


async def delete_comment(unit: Unit, viewer: Viewer, command: DeleteComment) -> Done:
    """Takes its words back, earlier ones too; it keeps its place for as long as it has replies."""
    row = await _opened(unit, viewer, "delete", command)
    before = await comments.facts(unit, row)
    row.deleted_at, row.deleted_by_id = unit.now, viewer.user_id
    await comments.forget_words(unit, row)
    after = await comments.facts(unit, row)
    _record(unit, viewer, row, "deleteComment", "deleted", before, after)
    return _done(row)


async def _opened(
    unit: Unit, viewer: Viewer, verb: str, command: EditComment | DeleteComment
) -> models.Comment:
    """The comment, locked, if it is the viewer's own or the viewer an administrator."""
    viewer.require(Permission.SELL, verb, TYPE)
    missing = not_found(Ref(TYPE, command.comment_id), COMMENT)
    key = command.comment_id
    host = await hosting.reached_by(unit, viewer, command, models.Comment, key, missing)
    row = await comments.locked(unit, host, key)
    if row is None:
        raise missing
    if viewer.role is not Role.ADMIN and row.author_id != viewer.user_id:
        who = ask("whoever wrote it", "an administrator")
        raise NotPermitted(who=viewer.name, verb=verb, type=TYPE, path=COMMENT, remedies=who)
    await check_version(unit, Ref(TYPE, row.id), row, command.expected_version)
    return row


async def _check_parent(unit: Unit, host: Ref, parent_id: int | None, problems: Problems) -> None:
    if parent_id is None:
        return
    parent = await comments.answerable(unit, host, parent_id)
    ref = Ref(TYPE, parent_id)
    if parent is None:
        problems.add(not_found(ref, PARENT))
    elif parent.parent_id is not None:
        problems.add(invalid(PARENT, "must name a comment that is no reply itself", ref))


def _record(
    unit: Unit,
    viewer: Viewer,
    row: models.Comment,
    verb: str,
    event: str,
    before: Facts | None,
    after: Facts,
    reached: Iterable[int] = (),
) -> None:
    """`reached` are the people it mentions anew; nobody need be told what they say themselves."""
    mentioned = sorted(set(reached) - {viewer.user_id})
    record(
        unit,
        viewer,
        Ref(TYPE, row.id),
        row,
        verb=verb,
        event=f"comment.{event}",
        before=before,
        after=after,
        payload={**_told(row), "mentioned": mentioned},
    )


def _done(row: models.Comment) -> Done:
    return Done({**_told(row), "comment": row.id})


def _told(row: models.Comment) -> dict[str, int | str]:
    host = hosts.host_of(row)
    return {host.type.lower(): host.key}
