"""To ask for what is so already is a success that changes nothing, whichever verb says it."""

from tests.api.asking import Ask, shown
from tests.api.test_permissions import VERBS, inputs

SAYING = frozenset(
    {
        *("archive", "restore", "deactivate", "reactivate", "complete", "reopen", "cancel"),
        *("finalise", "void", "revoke", "revokeToken", "merge", "update", "assign", "editComment"),
        *("addMember", "addTag", "addContact", "updateInterest", "reorderInterests", "place"),
        *("extendReservations", "chooseMail", "updateDraft"),
    }
)
"""Names of verbs that say how something is to be, wherever they stand."""

DOING = frozenset(
    {
        *("create", "createDraft", "createToken", "addInterest", "addComment", "addAttachment"),
        *("progress", "convert", "publish", "revert", "migrate", "undoMigration"),
        *("reservePlacesForInterests", "releaseReservations", "validate", "simulate", "link"),
        *("delete", "deleteComment", "deleteAttachment", "discardDraft"),
        *("removeMember", "removeTag", "removeContact", "removeInterest", "markRead"),
    }
)
"""Names of verbs that make, move or take away: done twice it is done twice, or there is nothing
left to do it to, which is refused."""


def test_every_verb_is_of_one_kind_or_the_other() -> None:
    assert {verb.split(".")[1] for verb in VERBS} == SAYING | DOING
    assert not SAYING & DOING


async def test_what_is_so_already_is_a_success_without_version_audit_or_event(ask: Ask) -> None:
    for verb, input in (await inputs(ask)).items():
        await ask.done(verb, input, shown(verb))
        if verb.split(".")[1] not in SAYING:
            continue
        before = await ask.everything()
        again = await ask.verb(verb, input, shown(verb))
        assert again["errors"] == [], (verb, again)
        assert again[list(again)[-1]] is not None, verb
        assert await ask.everything() == before, verb


async def test_a_meeting_that_was_held_is_not_cancelled_until_it_is_reopened(ask: Ask) -> None:
    id = await ask.hanging("meeting", await ask.opportunity())
    await ask.done("meeting.complete", {"meetingId": id}, "meeting { id }")
    assert await ask.why("meeting.cancel", {"meetingId": id}) == [("VALUE_INVALID", "meetingId")]


async def test_who_named_a_version_that_has_passed_is_told_so_all_the_same(ask: Ask) -> None:
    id = await ask.hanging("task", await ask.opportunity())
    await ask.done("task.complete", {"taskId": id}, "task { id }")
    stale = {"taskId": id, "expectedVersion": 1}
    assert await ask.why("task.complete", stale) == [("VERSION_CONFLICT", "expectedVersion")]
