"""A retried upload is answered and not done again; a key holds it to the file's contents."""

from pathlib import Path

import pytest

from pipeline_gql.config import Settings
from tests.api.asking import Ask
from tests.api.exchanges import Client
from tests.api.uploading import attach, attached, post


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(files_url=tmp_path.as_uri(), files_quota_bytes=100)


@pytest.fixture
async def opportunity(ask: Ask) -> str:
    return await ask.opportunity()


async def test_a_retry_is_answered_as_the_first_call_was(client: Client, opportunity: str) -> None:
    first = await attach(client, opportunity, b"one", idempotencyKey="k")
    again = await attach(client, opportunity, b"one", idempotencyKey="k")
    assert again == {**first, "replayed": True}
    for content, name in ((b"two", "a.txt"), (b"one", "b.txt")):
        other = await attach(client, opportunity, content, name, idempotencyKey="k")
        assert [error["code"] for error in other["errors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    assert await attached(client, opportunity) == [first["attachment"]]


async def test_a_retry_of_the_plain_way_says_so_by_its_status(
    client: Client, opportunity: str
) -> None:
    replies = [
        await post(client, opportunity, content, headers={"x-idempotency-key": "k"})
        for content in (b"one", b"one", b"two")
    ]
    assert [reply.status for reply in replies] == [201, 200, 409]
    assert replies[0].json["attachment"] == replies[1].json["attachment"]


async def test_a_quota_counts_the_same_contents_once_and_is_a_refusal(
    client: Client, opportunity: str
) -> None:
    for _ in range(2):
        assert (await attach(client, opportunity, b"x" * 60))["errors"] == []
    payload = await attach(client, opportunity, b"y" * 41)
    assert payload["attachment"] is None
    (error,) = payload["errors"]
    assert (error["code"], error["path"]) == ("QUOTA_EXCEEDED", ["input", "file"])
    assert error["message"] == "40 bytes are left for files, the file has 41"
    assert (await post(client, opportunity, b"y" * 41)).status == 507
    assert (await attach(client, opportunity, b"y" * 40))["errors"] == []
