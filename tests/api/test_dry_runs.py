"""Dry runs: all of a verb is done and undone, so that its answer is right and nothing is left."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline_gql.config import Settings
from pipeline_gql.store import models
from tests.api.asking import Ask, gid
from tests.api.exchanges import Client
from tests.api.test_permissions import inputs
from tests.api.uploading import attach
from tests.api.walking import checksums, whole
from tests.server import DatabaseUrls

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
NEW = {"id", "legacyId", "url", "secret", "hint"}
"""What only the run itself gives: keys that a sequence gives, addresses made of them, a secret."""


def differing(one: Any, other: Any, name: str = "") -> Iterator[str]:
    """The names of the members in which two answers differ, moments apart."""
    if isinstance(one, dict) and isinstance(other, dict):
        assert one.keys() == other.keys()
        for key in one:
            yield from differing(one[key], other[key], key)
    elif isinstance(one, list) and isinstance(other, list):
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            yield from differing(a, b, name)
    elif one != other and not all(MOMENT.fullmatch(str(each)) for each in (one, other)):
        yield name


async def test_a_dry_run_of_any_verb_answers_as_the_run_does_and_leaves_nothing(
    ask: Ask, urls: DatabaseUrls
) -> None:
    for verb, input in (await inputs(ask)).items():
        before = await checksums(urls)
        keyed = {**input, "idempotencyKey": verb}
        dry = await ask.done(verb, {**keyed, "dryRun": True}, whole(verb))
        assert await checksums(urls) == before, verb
        done = await ask.done(verb, keyed, whole(verb))
        is_new = verb.split(".")[1].startswith(("create", "add", "convert"))
        assert set(differing(dry, done)) <= (NEW if is_new else set()), verb
        if "secret" in dry:
            assert dry["secret"] is None


async def test_a_refused_dry_run_answers_as_the_run_does_and_remembers_no_attempt(
    ask: Ask, urls: DatabaseUrls
) -> None:
    wanted = {"opportunityId": await ask.opportunity(), "stepId": gid("OpportunityStep", 5)}
    before = await checksums(urls)
    dry = await ask.verb("opportunities.progress", {**wanted, "dryRun": True})
    assert [error["code"] for error in dry["errors"]] == ["TRANSITION_NOT_FOUND"]
    assert await checksums(urls) == before
    assert await ask.verb("opportunities.progress", wanted) == dry
    assert len(await ask.stored.rows(models.TransitionAttempt)) == 1


async def test_a_dry_run_notices_what_only_a_commit_would(ask: Ask, urls: DatabaseUrls) -> None:
    """Constraints that are looked at last are looked at."""
    await _deferred_refusal(urls)
    before = await checksums(urls)
    payload = await ask.verb("account.create", {"name": "N", "dryRun": True}, "account { id }")
    assert (payload["errors"][0]["code"], payload["account"]) == ("VALUE_INVALID", None)
    assert await checksums(urls) == before


async def _deferred_refusal(urls: DatabaseUrls) -> None:
    import asyncpg

    administrator = await asyncpg.connect(urls.admin)
    await administrator.execute("""
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE 'no' USING ERRCODE = '23514', CONSTRAINT = 'ck_test'; END $$;
        CREATE CONSTRAINT TRIGGER last AFTER INSERT ON account DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION refuse();
        """)
    await administrator.close()


async def test_a_dry_run_under_a_used_key_answers_what_the_run_would(ask: Ask) -> None:
    input = {"name": "Once", "idempotencyKey": "k"}
    first = await ask.done("opportunities.create", input, "opportunity { id }")
    dry = await ask.verb("opportunities.create", {**input, "dryRun": True}, "opportunity { id }")
    assert dry == {**first, "replayed": True}
    why = await ask.why("opportunities.create", {**input, "name": "Other", "dryRun": True})
    assert why == [("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(files_url=tmp_path.as_uri(), files_quota_bytes=100, worker=False)


async def test_a_dry_run_of_an_upload_stores_no_file(
    ask: Ask, client: Client, tmp_path: Path, urls: DatabaseUrls
) -> None:
    opportunity = await ask.opportunity()
    before = await checksums(urls)
    dry = await attach(client, opportunity, b"contents", dryRun=True)
    assert dry["attachment"]["sha256"]
    refused = await attach(client, opportunity, b"x" * 101, dryRun=True)
    assert [error["code"] for error in refused["errors"]] == ["QUOTA_EXCEEDED"]
    assert await checksums(urls) == before
    assert not any(tmp_path.iterdir())  # noqa: ASYNC240
    done = await attach(client, opportunity, b"contents")
    assert set(differing(dry, done)) <= NEW
