"""The essentials of the GraphQL-over-HTTP audits, and what is our own beside them."""

from typing import Any

import asyncpg
import orjson
import pytest

from pipeline_gql.app import create_app
from pipeline_gql.config import Settings
from pipeline_gql.store.database import Database
from tests.api.exchanges import GRAPHQL, JSON, Client
from tests.server import DatabaseUrls, Server

TYPENAME = b'{"query": "{ __typename }"}'
ECHO = "query Type($name: String!) { __type(name: $name) { name } }"


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (None, JSON),
        ("*/*", JSON),
        (JSON, JSON),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}, {JSON}", GRAPHQL),
    ],
)
async def test_an_answer_comes_in_the_accepted_type(
    client: Client, accept: str | None, media: str
) -> None:
    reply = await client.send(TYPENAME, {"accept": accept})
    assert (reply.status, reply.json) == (200, {"data": {"__typename": "Query"}})
    assert reply.headers["content-type"] == f"{media}; charset=utf-8"
    assert reply.headers["vary"] == "Accept"
    assert reply.headers["cache-control"] == "no-store"
    assert int(reply.headers["content-length"]) == len(reply.body)


async def test_a_client_that_takes_neither_type_is_told_so(client: Client) -> None:
    reply = await client.send(TYPENAME, {"accept": "text/html"})
    assert (reply.status, reply.code) == (406, "NOT_ACCEPTABLE")
    assert reply.headers["content-type"].startswith(JSON)


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/json; charset=latin-1"])
async def test_another_content_type_is_refused(client: Client, content_type: str | None) -> None:
    reply = await client.send(TYPENAME, {"content-type": content_type})
    assert (reply.status, reply.code) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_a_compressed_body_is_refused(client: Client) -> None:
    reply = await client.send(TYPENAME, {"content-encoding": "gzip"})
    assert reply.status == 415


async def test_utf_8_is_read_as_utf_8(client: Client) -> None:
    reply = await client.post(ECHO, {"name": "Run🏃Swim🏊"})
    assert reply.json == {"data": {"__type": None}}


@pytest.mark.parametrize("member", ["variables", "operationName", "extensions"])
@pytest.mark.parametrize("accept", [JSON, GRAPHQL])
async def test_null_is_as_good_as_absent(client: Client, member: str, accept: str) -> None:
    body = orjson.dumps({"query": "{ __typename }", member: None})
    reply = await client.send(body, {"accept": accept})
    assert (reply.status, reply.json) == (200, {"data": {"__typename": "Query"}})


async def test_unknown_members_are_ignored(client: Client) -> None:
    reply = await client.post("{ __typename }", id="1", doc_id=7, extensions={"some": "value"})
    assert reply.json == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize("accept", [JSON, GRAPHQL])
@pytest.mark.parametrize(
    ("member", "values"),
    [
        ("query", [None, {"obj": "ect"}, 0, False, ["array"]]),
        ("operationName", [{"obj": "ect"}, 0, False, ["array"]]),
        ("variables", ["string", 0, False, ["array"]]),
        ("extensions", ["string", 0, False, ["array"]]),
    ],
)
async def test_a_member_of_the_wrong_type_is_a_bad_request(
    client: Client, accept: str, member: str, values: list[Any]
) -> None:
    for value in values:
        body = orjson.dumps({"query": "{ __typename }", member: value})
        reply = await client.send(body, {"accept": accept})
        assert (reply.status, reply.code) == (400, "BAD_REQUEST")
        assert member in reply.json["errors"][0]["message"]


@pytest.mark.parametrize(("accept", "status"), [(JSON, 200), (GRAPHQL, 400)])
@pytest.mark.parametrize(
    ("document", "variables"),
    [
        ("{", None),
        ("", None),
        ("{ thereIsNoSuchField }", None),
        ("query ($id: ID!) { __typename }", {"id": None}),
        ("query ($n: Int) { __typename @skip(if: $n) }", {"n": 1}),
        ("query A { __typename } query B { __typename }", None),
        ("{ a: __typename @skip }", None),
        ("subscription { __typename }", None),
        ('{ tags(filters: {field: id, operation: eq, value: "?"}) { totalCount } }', None),
        ("{ __typename ...F } fragment F on Query { ...F }", None),
    ],
)
async def test_a_request_error_has_no_data(
    client: Client, accept: str, status: int, document: str, variables: object
) -> None:
    reply = await client.post(document, variables, accept=accept)
    assert reply.status == status
    assert "data" not in reply.json
    assert all(error["extensions"]["code"] for error in reply.json["errors"])


@pytest.mark.parametrize("accept", [JSON, GRAPHQL])
async def test_the_operation_named_is_the_one_that_runs(client: Client, accept: str) -> None:
    document = "query A { a: __typename } query B { b: __typename }"
    reply = await client.post(document, operationName="B", accept=accept)
    assert (reply.status, reply.json) == (200, {"data": {"b": "Query"}})
    missing = await client.post(document, operationName="C", accept=accept)
    assert missing.status == (400 if accept == GRAPHQL else 200)


async def test_batches_are_refused(client: Client) -> None:
    reply = await client.send(b"[" + TYPENAME + b"]")
    assert (reply.status, reply.code) == (400, "BAD_REQUEST")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"])
async def test_only_post_is_allowed(client: Client, method: str) -> None:
    reply = await client.request(method, "/graphql?query={__typename}")
    assert (reply.status, reply.headers["allow"]) == (405, "POST")


@pytest.fixture
async def getting(database: Database, client: Client) -> Any:
    app = create_app(Settings(allow_get=True), database)
    async with app.router.lifespan_context(app):
        yield Client(app, client.headers)


@pytest.mark.parametrize("accept", [JSON, GRAPHQL])
async def test_queries_by_get_are_answered_where_configured(getting: Client, accept: str) -> None:
    url = '/graphql?query=query($name:String!){__type(name:$name){name}}&variables={"name":"Query"}'
    reply = await getting.get(url, accept=accept)
    assert (reply.status, reply.json) == (200, {"data": {"__type": {"name": "Query"}}})


async def test_a_mutation_by_get_is_refused(getting: Client) -> None:
    reply = await getting.get("/graphql?query=mutation{__typename}")
    assert (reply.status, reply.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "query=%ff",
        "query={__typename}&query={__typename}",
        "query={__typename}&variables=7",
        "query={__typename}&variables={",
        "query={__typename}&variables=",
        "query={__typename}&extensions=[]",
        "&".join(f"a{i}=1" for i in range(40)),
    ],
)
async def test_a_malformed_query_string_is_a_bad_request(getting: Client, query: str) -> None:
    reply = await getting.get(f"/graphql?{query}")
    assert (reply.status, reply.code) == (400, "BAD_REQUEST")


async def test_cost_is_told_on_request(client: Client) -> None:
    reply = await client.post("{ __typename }", extensions={"cost": True})
    assert reply.json["extensions"]["cost"]["cost"] >= 1
    silent = await client.post("{ __typename }", extensions={"cost": "yes"})
    assert "extensions" not in silent.json


async def test_a_request_id_comes_back(client: Client) -> None:
    reply = await client.send(TYPENAME, {"x-request-id": "trace-42:a/b"})
    assert reply.headers["x-request-id"] == "trace-42:a/b"


@pytest.mark.parametrize("sent", [None, "", "x" * 129, 'a"b', "a b", "é"])
async def test_a_request_id_that_is_not_one_is_replaced(client: Client, sent: str | None) -> None:
    reply = await client.send(TYPENAME, {"x-request-id": sent})
    assert reply.headers["x-request-id"] != sent
    assert len(reply.headers["x-request-id"]) == 32


async def test_a_refusal_names_its_request(client: Client) -> None:
    reply = await client.send(b"{", {"x-request-id": "mine"})
    assert reply.json["errors"][0]["extensions"]["requestId"] == "mine"


async def test_a_path_that_does_not_exist_is_an_answer_in_the_same_shape(client: Client) -> None:
    reply = await client.get("/nowhere")
    assert (reply.status, reply.code) == (404, "NOT_FOUND")


BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


@pytest.mark.parametrize("path", ["/", "/graphql", "/graphiql/"])
async def test_a_browser_lands_in_the_explorer(stranger: Client, path: str) -> None:
    reply = await stranger.get(path, accept=BROWSER)
    assert (reply.status, reply.headers["location"]) == (303, "/graphiql")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/graphiql"])
async def test_open_paths_need_no_token(stranger: Client, path: str) -> None:
    assert (await stranger.get(path)).status == 200


async def test_metrics_count_operations_by_type(client: Client, stranger: Client) -> None:
    await client.post("{ __typename }")
    await client.post("{ __typename }")
    text = (await stranger.get("/metrics")).body.decode()
    assert 'pipeline_gql_requests_total{status="200",type="query"} 2.0' in text
    assert 'pipeline_gql_request_seconds_count{type="query"} 2.0' in text
    assert "pipeline_gql_slots_busy 0.0" in text


async def test_a_schema_of_another_revision_is_not_ready(
    stranger: Client, server: Server, urls: DatabaseUrls
) -> None:
    connection = await asyncpg.connect(urls.admin)
    await connection.execute("UPDATE alembic_version SET version_num = '0000'")
    await connection.close()
    reply = await stranger.get("/readyz")
    assert reply.status == 503
    assert "0000" in reply.json["reason"]
