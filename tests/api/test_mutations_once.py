"""Idempotency keys: a retry is answered, not done again."""

import asyncio
from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from pipeline_gql.domain.viewer import Role
from pipeline_gql.store import models, one_wait
from tests.api.asking import Ask, gid
from tests.server import DatabaseUrls

CREATE = "opportunities.create"
MADE = "opportunity { id name }"


async def test_the_same_key_answers_again_and_does_nothing_twice(ask: Ask) -> None:
    input = {"name": "Once", "idempotencyKey": "k-1"}
    first = await ask.done(CREATE, input, MADE)
    before = await ask.everything()
    for _ in range(2):
        again = await ask.verb(CREATE, input, MADE)
        assert again == {**first, "replayed": True}
    assert await ask.everything() == before


async def test_keys_hold_where_each_statement_is_waited_for(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(one_wait, "fits", lambda _: False)
    input = {"name": "Once", "idempotencyKey": "k-1"}
    asked = [ask.verb(CREATE, input, MADE) for _ in range(4)]
    answers = await asyncio.gather(*asked)
    assert len({answer["opportunity"]["id"] for answer in answers}) == 1
    assert sorted(answer["replayed"] for answer in answers) == [False, True, True, True]
    other = await ask.verb(CREATE, {**input, "name": "Twice"}, MADE)
    assert [error["code"] for error in other["errors"]] == ["IDEMPOTENCY_KEY_REUSED"]


async def test_a_retry_gets_the_stored_answer_whatever_became_of_the_record(ask: Ask) -> None:
    input = {"name": "Once", "idempotencyKey": "k-1"}
    first = await ask.done(CREATE, input, MADE)
    await ask.done("opportunities.update", {"id": first["opportunity"]["id"], "name": "New"}, MADE)
    assert await ask.verb(CREATE, input, MADE) == {**first, "replayed": True}
    anew = await ask.verb(CREATE, input, "opportunity { name version }")
    assert anew["opportunity"] == {"name": "New", "version": 2}


async def test_a_retry_shows_no_more_than_the_viewer_may_see_now(ask: Ask) -> None:
    input = {"name": "Mine", "idempotencyKey": "k-1"}
    first = await ask.done(CREATE, input, MADE, role=Role.MEMBER)
    gone = {"opportunityId": first["opportunity"]["id"]}
    await ask.done("opportunities.delete", gone, MADE)
    assert (await ask.verb(CREATE, input, MADE, role=Role.MEMBER))["opportunity"] == first[
        "opportunity"
    ]
    anew = await ask.verb(CREATE, input, "opportunity { version }", role=Role.MEMBER)
    assert (anew["opportunity"], anew["replayed"]) == (None, True)


async def test_a_retry_shows_no_paper_of_an_opportunity_that_is_seen_no_more(ask: Ask) -> None:
    input = {"invoiceId": (await ask.papers())["invoice"], "idempotencyKey": "k-1"}
    shown = "invoice { id sourceOpportunity { id } }"
    first = await ask.done("invoice.finalise", input, shown)
    gone = {"opportunityId": first["invoice"]["sourceOpportunity"]["id"]}
    await ask.done("opportunities.delete", gone, MADE)
    anew = await ask.verb("invoice.finalise", input, "invoice { number }")
    assert (anew["invoice"], anew["replayed"]) == (None, True)


async def test_the_same_input_is_recognised_however_it_is_written(ask: Ask) -> None:
    await ask.done(CREATE, {"name": "Once", "amount": "10", "idempotencyKey": "k"}, MADE)
    document = (
        "mutation { opportunities { create(input: "
        '{idempotencyKey: "k", amount: 10, name: "Once"}) { replayed errors { code } } } }'
    )
    answered = await ask(document)
    assert answered["data"]["opportunities"]["create"] == {"replayed": True, "errors": []}


async def test_other_input_under_a_used_key_is_refused_with_the_time_of_its_use(ask: Ask) -> None:
    await ask.done(CREATE, {"name": "Once", "idempotencyKey": "k"}, MADE)
    for other in ({"name": "Twice"}, {"name": "Once", "amount": None}):
        (error,) = await ask.refused(CREATE, {**other, "idempotencyKey": "k"})
        assert error["code"] == "IDEMPOTENCY_KEY_REUSED"
        assert error["label"] == "Key Already Used"
        assert error["message"].startswith("This key was used with other input at 20")
        assert (error["value"], error["path"]) == ("k", ["input", "idempotencyKey"])


async def test_a_refusal_stores_nothing_so_the_key_is_still_free(ask: Ask) -> None:
    id = await ask.opportunity()
    key = {"idempotencyKey": "k"}
    refused = {"opportunityId": id, "stepId": gid("OpportunityStep", 5), **key}
    assert await ask.why("opportunities.progress", refused) == [("TRANSITION_NOT_FOUND", "stepId")]
    assert await ask.stored.rows(models.IdempotencyKey) == []
    await ask.done("opportunities.progress", {**refused, "stepId": gid("OpportunityStep", 4)}, MADE)
    found = await ask.read('{ mutationResult(key: "k") { key committed answers { path } } }')
    assert found["mutationResult"] == {
        "key": "k",
        "committed": True,
        "answers": [{"path": ["opportunities", "progress"]}],
    }


async def test_a_retry_is_answered_though_it_would_be_refused_by_now(ask: Ask) -> None:
    """Whoever may create no more, or names an account that is no more, has created it all the
    same."""
    member = ask.organisation.viewers[Role.MEMBER]
    input = {"name": "Once", "ownerId": gid("User", member.user_id), "idempotencyKey": "k-1"}
    first = await ask.done(CREATE, input, MADE, role=member)
    reading = replace(member, role=Role.READ_ONLY)
    assert await ask.verb(CREATE, input, MADE, role=reading) == {**first, "replayed": True}
    await ask.done("user.deactivate", {"userId": input["ownerId"]}, "user { id }")
    assert await ask.verb(CREATE, input, MADE, role=member) == {**first, "replayed": True}
    other = await ask.verb(CREATE, {**input, "name": "Twice"}, MADE, role=reading)
    assert [error["code"] for error in other["errors"]] == ["IDEMPOTENCY_KEY_REUSED"]


async def test_concurrent_duplicates_do_the_work_once(ask: Ask) -> None:
    input = {"name": "Once", "idempotencyKey": "k"}
    payloads = await asyncio.gather(*(ask.verb(CREATE, input, MADE) for _ in range(6)))
    assert [payload["errors"] for payload in payloads] == [[]] * 6
    assert len({payload["opportunity"]["id"] for payload in payloads}) == 1
    assert sorted(payload["replayed"] for payload in payloads) == [False, *[True] * 5]
    assert len(await ask.stored.rows(models.Opportunity)) == 1


async def test_one_key_serves_all_verbs_of_a_document(ask: Ask) -> None:
    document = """
        mutation($key: String!) {
          opportunities {
            a: create(input: {name: "A", idempotencyKey: $key}) { replayed opportunity { id } }
            b: create(input: {name: "B", idempotencyKey: $key}) { replayed opportunity { id } }
          }
          account { create(input: {name: "C", idempotencyKey: $key}) { replayed account { id } } }
        }
    """
    first = (await ask(document, {"key": "k"}))["data"]
    again = (await ask(document, {"key": "k"}))["data"]
    for one, other in (
        (first["opportunities"]["a"], again["opportunities"]["a"]),
        (first["opportunities"]["b"], again["opportunities"]["b"]),
        (first["account"]["create"], again["account"]["create"]),
    ):
        assert one["replayed"] is False
        assert other == {**one, "replayed": True}
    found = await ask.read(
        '{ mutationResult(key: "k") { committed answers { path committedAt } } }'
    )
    assert sorted(each["path"] for each in found["mutationResult"]["answers"]) == [
        ["account", "create"],
        ["opportunities", "a"],
        ["opportunities", "b"],
    ]
    assert len(await ask.stored.rows(models.Opportunity)) == 2


async def test_each_verb_can_be_asked_again(ask: Ask) -> None:
    id = await ask.opportunity()
    event = gid("Event", 1)
    selected = "opportunity { id version } interests { id }"
    interest = await ask.interest(id, event)
    steps: list[tuple[str, dict[str, Any]]] = [
        ("addInterest", {"interestDetails": {"id": event}}),
        ("updateInterest", {"interestId": interest, "quantity": 2}),
        ("reservePlacesForInterests", {"interestIds": [interest]}),
        ("extendReservations", {"reservationsValidUntil": "2031-01-01T00:00:00"}),
        ("releaseReservations", {}),
        ("removeInterest", {"interestId": interest}),
        ("progress", {"stepId": gid("OpportunityStep", 4)}),
        ("delete", {}),
        ("restore", {}),
    ]
    for place, (verb, input) in enumerate(steps):
        keyed = {"opportunityId": id, **input, "idempotencyKey": f"k{place}"}
        first = await ask.done(f"opportunities.{verb}", keyed, selected)
        before = await ask.everything()
        again = await ask.verb(f"opportunities.{verb}", keyed, selected)
        assert again == {**first, "replayed": True}, verb
        assert await ask.everything() == before


async def test_a_key_belongs_to_the_user_who_chose_it(ask: Ask) -> None:
    input = {"name": "Once", "idempotencyKey": "k"}
    first = await ask.done(CREATE, input, MADE)
    other = await ask.done(CREATE, {**input, "name": "Mine"}, MADE, Role.MANAGER)
    assert first["opportunity"]["id"] != other["opportunity"]["id"]
    document = '{ mutationResult(key: "k") { committed } }'
    answered = await ask(document, role=Role.MEMBER)
    assert answered["data"] == {"mutationResult": {"committed": False}}


@pytest.mark.parametrize("key", ["", "k" * 256, "a\nb", "a\0b", "a\ud800"])
async def test_a_key_is_a_short_printable_text(ask: Ask, key: str) -> None:
    refusals = await ask.why(CREATE, {"name": "x", "idempotencyKey": key})
    assert refusals == [("VALUE_INVALID", "idempotencyKey")]
    found = await ask("query($k: String!) { mutationResult(key: $k) { committed } }", {"k": key})
    assert found["data"] == {"mutationResult": {"committed": False}}


async def test_a_null_key_is_none(ask: Ask) -> None:
    for _ in range(2):
        await ask.done(CREATE, {"name": "x", "idempotencyKey": None}, MADE)
    assert len(await ask.stored.rows(models.Opportunity)) == 2


async def test_a_reply_lost_at_the_commit_is_no_refusal_and_the_key_tells(
    ask: Ask, urls: DatabaseUrls
) -> None:
    administrator = await asyncpg.connect(urls.admin)
    await administrator.execute("""
        CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER last AFTER INSERT ON account DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION die();
        """)
    document = """
        mutation { account { create(input: {name: "C", idempotencyKey: "k"}) { errors { code } } } }
    """
    answered = await ask(document)
    assert answered["data"] == {"account": {"create": None}}
    (error,) = answered["errors"]
    assert error["extensions"]["code"] == "OUTCOME_UNKNOWN"
    await administrator.execute("DROP TRIGGER last ON account")
    await administrator.close()
    again = await ask(document)
    assert again["data"] == {"account": {"create": {"errors": []}}}
    assert len([a for a in await ask.stored.rows(models.Account) if a.name == "C"]) == 1


async def test_a_key_used_for_another_verb_is_refused(ask: Ask) -> None:
    input = {"opportunityId": await ask.opportunity(), "idempotencyKey": "k"}
    document = """
        mutation($input: Opportunity%sInput!) {
          it: opportunities { same: %s(input: $input) { replayed errors { code } } }
        }
    """
    deleted = await ask(document % ("Delete", "delete"), {"input": input})
    assert deleted["data"]["it"]["same"] == {"replayed": False, "errors": []}
    restored = await ask(document % ("Restore", "restore"), {"input": input})
    refusal = {"replayed": False, "errors": [{"code": "IDEMPOTENCY_KEY_REUSED"}]}
    assert restored["data"]["it"]["same"] == refusal
