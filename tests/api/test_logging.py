"""The line that an operator reads for each request, and what its numbers say."""

import asyncio

import orjson
import pytest
import structlog

from pipeline_gql.domain.viewer import Role
from pipeline_gql.observe import configure_logging
from tests.api.exchanges import Client
from tests.organisations import Organisation

TWO = "query Board { tags { totalCount } teams { totalCount } }"


async def test_a_line_says_who_asked_what_and_what_it_took(
    client: Client, organisation: Organisation
) -> None:
    with structlog.testing.capture_logs() as logs:
        await client.request(
            "POST",
            "/graphql",
            {"content-type": "application/json", "x-request-id": "mine-1"},
            [b'{"query": "' + TWO.encode() + b'"}'],
        )
    (line,) = (log for log in logs if log["event"] == "request")
    assert line["request_id"] == "mine-1"
    assert str(line["organisation"]) == str(organisation.org_id)
    assert (line["operation"], line["type"], line["status"]) == ("Board", "query", 200)
    assert line["statements"] == 2
    assert line["ms"] >= 0


async def test_a_machine_reads_the_same_of_a_request_as_a_person(
    client: Client, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    with structlog.testing.capture_logs() as logs:
        await client.post(TWO)
    (line,) = (log for log in logs if log["event"] == "request")
    told = {name for name in line if name != "log_level"}
    before = structlog.get_config()
    configure_logging(as_json=True)
    try:
        await asyncio.gather(client.post(TWO), client.post(TWO))
        await asyncio.sleep(0)
    finally:
        configure_logging(as_json=False)
        structlog.configure(**before)
    lines = capfdbinary.readouterr().err.splitlines()
    assert len(lines) == 2
    for written in map(orjson.loads, lines):
        assert written.keys() == {*told, "level", "timestamp"}
        assert written["event"] == "request"
        assert written["operation"] == "Board"


async def test_no_line_tells_a_token_or_what_was_sent(client: Client) -> None:
    secret = client.headers["authorization"].removeprefix("Bearer ")
    with structlog.testing.capture_logs() as logs:
        await client.post('{ accounts(search: "whisper") { totalCount } }')
        await client.send(b'{"query": "{ whisper }"}')
        await client.send(b"{whisper")
    assert [log["event"] for log in logs] == ["request"] * 3
    assert secret not in str(logs)
    assert "whisper" not in str(logs)


async def test_statements_are_counted_for_prometheus(client: Client, stranger: Client) -> None:
    await client.post(TWO)
    text = (await stranger.get("/metrics")).body.decode()
    assert 'pipeline_gql_statements_total{type="query"} 2.0' in text
    assert Role.ADMIN.value not in text
