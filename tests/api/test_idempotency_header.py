"""The header `Idempotency-Key`: one key for all mutations of a request."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from pipeline_gql.config import Settings
from pipeline_gql.store import models
from tests.api.asking import Ask
from tests.api.exchanges import Client
from tests.api.uploading import PREFLIGHT, post

TWO = """
mutation($key: String) {
  account { a: create(input: {name: "A"}) { errors { code } replayed account { id } } }
  tag {
    b: create(input: {name: "B", idempotencyKey: $key}) { errors { code } replayed tag { id } }
  }
}"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(files_url=tmp_path.as_uri())


async def sent(client: Client, key: str, variables: Any = None) -> Any:
    body = orjson.dumps({"query": TWO, "variables": variables})
    reply = await client.send(body, {"idempotency-key": key})
    return reply.json


async def paths(ask: Ask, key: str) -> list[list[str]]:
    found = await ask.read(f'{{ mutationResult(key: "{key}") {{ answers {{ path }} }} }}')
    return sorted(each["path"] for each in found["mutationResult"]["answers"])


async def test_the_header_is_the_key_of_every_verb_of_the_document(
    client: Client, ask: Ask
) -> None:
    first = (await sent(client, "h-1"))["data"]
    before = await ask.everything()
    # As a structured field it stands in quotes, which are no part of it.
    for key in ("h-1", '"h-1"'):
        again = (await sent(client, key))["data"]
        assert again["account"]["a"] == {**first["account"]["a"], "replayed": True}
        assert again["tag"]["b"] == {**first["tag"]["b"], "replayed": True}
    assert await ask.everything() == before
    assert await paths(ask, "h-1") == [["account", "a"], ["tag", "b"]]


async def test_the_input_s_key_goes_before_the_header(client: Client, ask: Ask) -> None:
    await sent(client, "h-1", {"key": "k-1"})
    assert await paths(ask, "h-1") == [["account", "a"]]
    assert await paths(ask, "k-1") == [["tag", "b"]]
    again = (await sent(client, "h-2", {"key": "k-1"}))["data"]
    assert (again["account"]["a"]["replayed"], again["tag"]["b"]["replayed"]) == (False, True)


async def test_a_key_is_the_same_in_the_header_and_in_the_input(client: Client, ask: Ask) -> None:
    first = (await sent(client, "k"))["data"]
    again = (await sent(client, "k", {"key": "k"}))["data"]
    assert again["tag"]["b"] == {**first["tag"]["b"], "replayed": True}
    assert [tag.name for tag in await ask.stored.rows(models.Tag)].count("B") == 1


@pytest.mark.parametrize("key", ["", " ", "k" * 256, "a\x07b", "\xe4", '"open', '"a"b"', '""'])
async def test_a_header_that_is_no_key_is_a_bad_request_and_nothing_is_done(
    client: Client, ask: Ask, key: str
) -> None:
    before = await ask.everything()
    reply = await client.send(orjson.dumps({"query": TWO}), {"idempotency-key": key})
    assert (reply.status, reply.code) == (400, "BAD_REQUEST")
    assert "Idempotency-Key" in reply.json["errors"][0]["message"]
    assert await ask.everything() == before


async def test_a_query_minds_no_key(client: Client, ask: Ask) -> None:
    body = orjson.dumps({"query": "{ accounts { totalCount } }"})
    for _ in range(2):
        assert (await client.send(body, {"idempotency-key": "k"})).status == 200
    assert await paths(ask, "k") == []


async def test_the_header_goes_with_a_plain_upload_and_is_leave_enough_for_it(
    client: Client, ask: Ask
) -> None:
    """No browser sends it for another site without asking first."""
    opportunity = await ask.opportunity()
    headers = {**dict.fromkeys(PREFLIGHT), "idempotency-key": "u"}
    replies = [await post(client, opportunity, b"one", headers=headers) for _ in range(2)]
    assert [reply.status for reply in replies] == [201, 200]
    assert replies[0].json["attachment"] == replies[1].json["attachment"]
