"""`atomic: true`: the verbs of a namespace are one transaction."""

import asyncio
from typing import Any

import asyncpg
import pytest

from pipeline_gql.domain.viewer import Role
from pipeline_gql.store import models
from tests.api.asking import Ask, gid, insisting
from tests.api.walking import administrator, checksums
from tests.server import DatabaseUrls

THREE = """
mutation($id: ID!, $step: ID!, $key: String, $dry: Boolean, $atomic: Boolean! = true) {
  opportunities(atomic: $atomic) {
    made: create(input: {name: "New", idempotencyKey: $key, dryRun: $dry}) {
      errors { code value message retryable } replayed opportunity { id name }
    }
    moved: progress(input: {opportunityId: $id, stepId: $step, idempotencyKey: $key, dryRun: $dry})
    { errors { code value message retryable } replayed opportunity { step { name } version } }
    __typename
    named: update(input: {id: $id, name: "Named", idempotencyKey: $key, dryRun: $dry}) {
      errors { code value message retryable } replayed opportunity { name version }
    }
  }
}"""
GOOD, BAD = gid("OpportunityStep", 4), gid("OpportunityStep", 7)


async def test_verbs_of_an_atomic_namespace_build_on_one_another(ask: Ask) -> None:
    id = await ask.opportunity()
    answered = await ask(THREE, {"id": id, "step": GOOD})
    told = answered["data"]["opportunities"]
    assert list(told) == ["made", "moved", "__typename", "named"]
    assert told["moved"]["opportunity"] == {"step": {"name": "Opportunity"}, "version": 2}
    assert told["named"]["opportunity"] == {"name": "Named", "version": 3}
    audits = [row for row in await ask.stored.rows(models.Audit) if row.aggregate == "Opportunity"]
    assert [row.verb for row in audits] == ["create", "create", "progress", "update"]
    assert [row.at for row in audits] == sorted({row.at for row in audits})


async def test_a_refusal_rolls_all_back_and_everybody_is_told(ask: Ask, urls: DatabaseUrls) -> None:
    id = await ask.opportunity()
    before = await checksums(urls)
    answered = await ask(THREE, {"id": id, "step": BAD, "key": "k"})
    told = answered["data"]["opportunities"]
    after = await checksums(urls)
    assert {name for name in after if after[name] != before[name]} == {"public.transition_attempt"}
    undone = {
        "code": "ROLLED_BACK",
        "value": "opportunities.moved",
        "message": "Not done, since opportunities.moved was refused (TRANSITION_NOT_FOUND)"
        " and all are done or none",
        "retryable": False,
    }
    for name in ("made", "named"):
        assert told[name] == {"errors": [undone], "replayed": False, "opportunity": None}
    assert [error["code"] for error in told["moved"]["errors"]] == ["TRANSITION_NOT_FOUND"]
    assert told["moved"]["opportunity"] is None


async def test_what_is_wrong_with_the_inputs_is_told_together(ask: Ask) -> None:
    document = """mutation($id: ID!) { account(atomic: true) {
      a: create(input: {name: "A"}) { errors { code value } }
      b: update(input: {id: $id, name: "B"}) { errors { code value } }
      c: update(input: {name: "C"}) { errors { code value } }
    } }"""
    before = await ask.everything()
    told = (await ask(document, {"id": gid("Contact", 1)}))["data"]["account"]
    assert await ask.everything() == before
    assert told["a"]["errors"] == [{"code": "ROLLED_BACK", "value": "account.b"}]
    assert told["b"]["errors"] == [{"code": "NOT_FOUND", "value": gid("Contact", 1)}]
    assert told["c"]["errors"] == [{"code": "VALUE_REQUIRED", "value": None}]


async def test_without_atomic_each_verb_stands_for_itself(ask: Ask) -> None:
    id = await ask.opportunity()
    answered = await ask(THREE, {"id": id, "step": BAD, "atomic": False})
    told = answered["data"]["opportunities"]
    codes = {name: told[name]["errors"] for name in ("made", "named")}
    assert codes == {"made": [], "named": []}
    assert [error["code"] for error in told["moved"]["errors"]] == ["TRANSITION_NOT_FOUND"]


async def test_a_retry_of_an_atomic_namespace_is_answered_as_a_whole(ask: Ask) -> None:
    variables = {"id": await ask.opportunity(), "step": GOOD, "key": "k"}
    first = (await ask(THREE, variables))["data"]["opportunities"]
    before = await ask.everything()
    again = (await ask(THREE, variables))["data"]["opportunities"]
    assert await ask.everything() == before
    for name in ("made", "moved", "named"):
        assert again[name] == {**first[name], "replayed": True}
    found = await ask.read('{ mutationResult(key: "k") { answers { path } } }')
    paths = [each["path"] for each in found["mutationResult"]["answers"]]
    assert sorted(paths) == [["opportunities", each] for each in ("made", "moved", "named")]


async def test_another_company_of_verbs_is_other_input_under_a_key(ask: Ask) -> None:
    variables = {"id": await ask.opportunity(), "step": GOOD, "key": "k"}
    await ask(THREE, variables)
    before = await ask.everything()
    for document, others in (
        (THREE.replace('"Named"', '"Other"'), {}),
        (THREE.replace("named: update", "renamed: update"), {}),
        (THREE, {"atomic": False}),
    ):
        told = (await ask(document, {**variables, **others}))["data"]["opportunities"]
        codes = {e["code"] for name in ("made", "moved") for e in told[name]["errors"]}
        assert "IDEMPOTENCY_KEY_REUSED" in codes
        assert codes <= {"IDEMPOTENCY_KEY_REUSED", "ROLLED_BACK"}
    assert await ask.everything() == before


async def test_concurrent_duplicates_of_an_atomic_namespace_do_it_once(ask: Ask) -> None:
    variables = {"id": await ask.opportunity(), "step": GOOD, "key": "k"}
    answers = await asyncio.gather(
        *(insisting(lambda: ask(THREE, variables)) for _ in range(8)),
    )
    told = [answer["data"]["opportunities"] for answer in answers]
    assert len({str(each["made"]["opportunity"]) for each in told}) == 1
    assert sorted(each["named"]["replayed"] for each in told) == [False, *[True] * 7]
    assert len(await ask.stored.rows(models.Opportunity)) == 2


async def test_either_all_verbs_have_a_key_or_none_and_all_are_dry_or_none(ask: Ask) -> None:
    document = """mutation { account(atomic: true) {
      a: create(input: {name: "A", idempotencyKey: "k", dryRun: %s}) { errors { code path } }
      b: create(input: {name: "B", %s}) { errors { code path } }
    } }"""
    before = await ask.everything()
    told = (await ask(document % ("false", "dryRun: false")))["data"]["account"]
    wanted = {"code": "VALUE_REQUIRED", "path": ["input", "idempotencyKey"]}
    assert told["b"]["errors"] == [wanted]
    told = (await ask(document % ("true", 'idempotencyKey: "k"')))["data"]["account"]
    assert told["b"]["errors"] == [{"code": "VALUE_INVALID", "path": ["input", "dryRun"]}]
    assert told["a"]["errors"] == [{"code": "ROLLED_BACK", "path": []}]
    assert await ask.everything() == before


async def test_a_dry_run_of_an_atomic_namespace_answers_as_the_run_does(
    ask: Ask, urls: DatabaseUrls
) -> None:
    variables = {"id": await ask.opportunity(), "step": GOOD, "key": "k"}
    before = await checksums(urls)
    dry = (await ask(THREE, {**variables, "dry": True}))["data"]["opportunities"]
    assert await checksums(urls) == before
    done = (await ask(THREE, variables))["data"]["opportunities"]
    assert dry.pop("made")["opportunity"]["name"] == done.pop("made")["opportunity"]["name"]
    assert dry == done


async def test_a_reply_lost_at_the_commit_is_unknown_for_the_whole(
    ask: Ask, urls: DatabaseUrls
) -> None:
    administrator = await asyncpg.connect(urls.admin)
    await administrator.execute("""
        CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER last AFTER INSERT ON account DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION die();
        """)
    document = """mutation { account(atomic: true) {
      a: create(input: {name: "A", idempotencyKey: "k"}) { errors { code } }
      b: create(input: {name: "B", idempotencyKey: "k"}) { errors { code } }
    } }"""
    answered = await ask(document)
    assert answered["data"] == {"account": {"a": None, "b": None}}
    assert [(e["path"], e["extensions"]["code"]) for e in answered["errors"]] == [
        (["account", "a"], "OUTCOME_UNKNOWN"),
        (["account", "b"], "OUTCOME_UNKNOWN"),
    ]
    await administrator.execute("DROP TRIGGER last ON account")
    await administrator.close()
    again = await ask(document)
    assert again["data"] == {"account": {"a": {"errors": []}, "b": {"errors": []}}}


ODD = """
    CREATE FUNCTION break_it() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE 'unheard of' USING ERRCODE = 'XX000'; END $$;
    CREATE TRIGGER odd BEFORE INSERT ON account
        FOR EACH ROW WHEN (NEW.name = 'Odd') EXECUTE FUNCTION break_it();
"""
ODDLY = """mutation {
  account(atomic: %s) {
    a: create(input: {name: "A"}) { errors { code value message } account { name } }
    b: create(input: {name: "Odd"}) { errors { code } }
    c: create(input: {name: "C"}) { errors { code value message } account { name } }
  }
}"""


async def test_of_a_verb_that_breaks_the_others_are_told_by_name(
    ask: Ask, urls: DatabaseUrls
) -> None:
    """The error is of that verb alone; what stands for itself is done."""
    async with administrator(urls) as connection:
        await connection.execute(ODD)
    before = await checksums(urls)
    answered = await ask(ODDLY % "true")
    (error,) = answered["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["account", "b"], "INTERNAL")
    message = "Not done, since account.b broke and all are done or none"
    undone = {"code": "ROLLED_BACK", "value": "account.b", "message": message}
    told = {"errors": [undone], "account": None}
    assert answered["data"]["account"] == {"a": told, "b": None, "c": told}
    assert await checksums(urls) == before
    answered = await ask(ODDLY % "false")
    assert [error["path"] for error in answered["errors"]] == [["account", "b"]]
    told = answered["data"]["account"]
    assert (told["a"]["account"], told["c"]["account"]) == ({"name": "A"}, {"name": "C"})


@pytest.mark.parametrize("role", [Role.READ_ONLY])
async def test_whoever_may_not_is_told_so_once(ask: Ask, role: Role) -> None:
    told: Any = (await ask(THREE, {"id": await ask.opportunity(), "step": GOOD}, role))["data"]
    codes = [told["opportunities"][name]["errors"][0]["code"] for name in ("made", "moved")]
    assert codes == ["NOT_PERMITTED", "ROLLED_BACK"]
