"""What is the viewer's own: which notifications were read, which kinds come by mail.

It is no record of the organisation's: every role may change it, with a token that may write.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline_gql.domain.errors import NotPermitted, Ref
from pipeline_gql.domain.facts import is_key, optional_moment
from pipeline_gql.domain.notices import Kind
from pipeline_gql.domain.problems import Problems, invalid, missing, not_found
from pipeline_gql.domain.remedies import ANOTHER_TOKEN
from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.operations.done import Done
from pipeline_gql.store import mails, notifications
from pipeline_gql.store.database import Unit

MOST_IDS = 500
IDS = "notification_ids"


@dataclass(frozen=True, slots=True)
class MarkRead:
    """Either those of the ids, or all that came before a moment."""

    notification_ids: Sequence[int] | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChooseMail:
    """Whether a kind comes by mail; kinds that are not named stay as they are."""

    wanted: Mapping[Kind, bool]


async def mark_read(unit: Unit, viewer: Viewer, command: MarkRead) -> Done:
    """What was read before stays read since then, so that a repetition changes nothing."""
    _require_own(viewer)
    ids, before = command.notification_ids, command.before
    if ids is not None and before is not None:
        raise invalid(("before",), "must be absent where notificationIds is given", before)
    if ids is not None:
        await _require_seen(unit, viewer, ids)
        await notifications.mark_read(unit, viewer, ids)
    else:
        moment = optional_moment(before, ("before",), viewer.time_zone)
        if moment is None:
            raise missing((IDS,))
        await notifications.mark_read_before(unit, viewer, moment)
    return Done({"viewer": viewer.user_id, "notifications": list(ids or ())})


async def choose_mail(unit: Unit, viewer: Viewer, command: ChooseMail) -> Done:
    _require_own(viewer)
    await mails.choose(unit, viewer, dict(command.wanted))
    return Done({"viewer": viewer.user_id})


def _require_own(viewer: Viewer) -> None:
    if not viewer.can_write:
        who = f"This token of {viewer.name}"
        raise NotPermitted(who=who, verb="change", type="Viewer", remedies=(ANOTHER_TOKEN,))


async def _require_seen(unit: Unit, viewer: Viewer, ids: Sequence[int]) -> None:
    if len(ids) > MOST_IDS:
        raise invalid((IDS,), f"must name at most {MOST_IDS} notifications")
    seen = await notifications.seen(unit, viewer, [key for key in ids if is_key(key)])
    problems = Problems()
    problems.add(
        *(
            not_found(Ref("Notification", key), (IDS, place))
            for place, key in enumerate(ids)
            if key not in seen
        )
    )
    problems.raise_if_any()
