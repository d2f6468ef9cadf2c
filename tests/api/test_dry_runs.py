"""Dry runs: all of a verb is done and undone, so that its answer is right and nothing is left."""

import asyncio
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline_gql.config import Settings
from pipeline_gql.domain.money import SCALE
from pipeline_gql.store import models
from tests.api.asking import Ask, gid
from tests.api.exchanges import Client
from tests.api.test_permissions import inputs
from tests.api.uploading import attach
from tests.api.walking import administrator, checksums, records, sums, whole, worth
from tests.server import DatabaseUrls

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
EFFECTS = """ effects {
  created { __typename id }
  events { type recordType recordId version fields }
  forecastDelta { currency value weighted }
}"""
Worth = dict[str, tuple[int, int]]
NEW = {"id", "legacyId", "recordId", "url", "secret", "hint"}
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
    """And the effects that both tell are those that the rows show."""
    org_id = ask.organisation.org_id
    async with administrator(urls) as connection:
        given = await inputs(ask)
        had, was = await records(connection), await worth(connection, org_id)
        before = await sums(connection)
        for verb, input in given.items():
            keyed, selected = {**input, "idempotencyKey": verb}, whole(verb) + EFFECTS
            dry = await ask.done(verb, {**keyed, "dryRun": True}, selected)
            assert await sums(connection) == before, verb
            done = await ask.done(verb, keyed, selected)
            is_new = bool(done["effects"]["created"])
            assert set(differing(dry, done)) <= (NEW if is_new else set()), verb
            assert dry.get("secret") is None
            has, now = await records(connection), await worth(connection, org_id)
            assert {each["id"] for each in done["effects"]["created"]} == has - had, verb
            assert delta(done) == moved(was, now), verb
            had, was, before = has, now, await sums(connection)


def delta(payload: Any) -> dict[str, tuple[Decimal, Decimal]]:
    return {
        each["currency"]: (Decimal(each["value"]), Decimal(each["weighted"]))
        for each in payload["effects"]["forecastDelta"]
    }


def moved(was: Worth, now: Worth) -> dict[str, tuple[Decimal, Decimal]]:
    none = (0, 0)
    found = {
        currency: tuple(
            Decimal(a - b) / SCALE
            for a, b in zip(now.get(currency, none), was.get(currency, none), strict=True)
        )
        for currency in {*was, *now}
    }
    return {currency: (each[0], each[1]) for currency, each in found.items() if any(each)}


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
    async with administrator(urls) as connection:
        await connection.execute("""
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE 'no' USING ERRCODE = '23514', CONSTRAINT = 'ck_test'; END $$;
        CREATE CONSTRAINT TRIGGER last AFTER INSERT ON account DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION refuse();
        """)


async def test_a_dry_run_under_a_used_key_answers_what_the_run_would(ask: Ask) -> None:
    input = {"name": "Once", "idempotencyKey": "k"}
    first = await ask.done("opportunities.create", input, "opportunity { id }")
    dry = await ask.verb("opportunities.create", {**input, "dryRun": True}, "opportunity { id }")
    assert dry == {**first, "replayed": True}
    why = await ask.why("opportunities.create", {**input, "name": "Other", "dryRun": True})
    assert why == [("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(files_url=tmp_path.as_uri(), files_quota_bytes=100)


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
    assert not await asyncio.to_thread(lambda: [*tmp_path.iterdir()])
    done = await attach(client, opportunity, b"contents")
    assert set(differing(dry, done)) <= NEW
