"""Nothing a client sends is the server's error: no 5xx, and every error has a code."""

from typing import Any

import orjson
import pytest

from tests.api.exchanges import GRAPHQL, JSON, Client

Q = "{ __typename }"
NAMED = "query ($name: String!) { __type(name: $name) { name } }"


def sent(**members: object) -> bytes:
    return orjson.dumps({"query": Q, **members})


def deep(levels: int, opening: bytes = b"[", closing: bytes = b"]") -> bytes:
    return opening * levels + b"1" + closing * levels


BODIES: dict[str, bytes] = {
    "nothing": b"",
    "white space": b" \n\t ",
    "a NUL": b"\0",
    "a null": b"null",
    "a number": b"7",
    "a string": b'"{ __typename }"',
    "true": b"true",
    "a list": b"[]",
    "a list of numbers": b"[1, 2]",
    "a batch": b'[{"query": "{ __typename }"}]',
    "an empty object": b"{}",
    "an open object": b'{"query": "{ __typename }"',
    "a trailing comma": b'{"query": "{ __typename }",}',
    "a second document": b'{"query": "{ __typename }"} {}',
    "single quotes": b"{'query': '{ __typename }'}",
    "a comment": b'{"query": "{ __typename }" /* no */}',
    "a byte order mark": b"\xef\xbb\xbf" + sent(),
    "utf-16": sent().decode().encode("utf-16"),
    "latin-1": '{"query": "{ __typename }", "x": "é"}'.encode("latin-1"),
    "a lone continuation byte": b'{"query": "\x80"}',
    "an overlong slash": b'{"query": "\xc0\xaf"}',
    "a surrogate in utf-8": b'{"query": "\xed\xa0\x80"}',
    "a lone surrogate": b'{"query": "{ __typename }", "variables": {"a": "\\ud800"}}',
    "surrogates turned round": b'{"query": "\\udc00\\ud800"}',
    "a lone surrogate as a key": b'{"query": "{ __typename }", "variables": {"\\ud800": 1}}',
    "a bad escape": b'{"query": "\\x41"}',
    "a raw line feed in a string": b'{"query": "{\n__typename }"}',
    "NaN": b'{"query": "{ __typename }", "variables": {"a": NaN}}',
    "Infinity": b'{"query": "{ __typename }", "variables": {"a": -Infinity}}',
    "1e999": b'{"query": "{ __typename }", "variables": {"a": 1e999}}',
    "a leading zero": b'{"query": "{ __typename }", "variables": {"a": 01}}',
    "a hexadecimal": b'{"query": "{ __typename }", "variables": {"a": 0x1}}',
    "deep lists": b'{"query": "{ __typename }", "variables": {"a": ' + deep(40) + b"}}",
    "very deep lists": b'{"query": "{ __typename }", "variables": {"a": ' + deep(900) + b"}}",
    "absurdly deep lists": deep(200_000),
    "absurdly deep objects": deep(100_000, b'{"a":', b"}"),
    "unclosed lists": b"[" * 500_000,
    "no query": orjson.dumps({"variables": {}}),
    "a null query": sent(query=None),
    "an object as query": sent(query={"a": 1}),
    "a list as query": sent(query=[Q]),
    "a string as variables": sent(variables="{}"),
    "a list as variables": sent(variables=[]),
    "a number as operationName": sent(operationName=7),
    "a list as extensions": sent(extensions=[]),
}

DOCUMENTS: dict[str, tuple[str, Any]] = {
    "an empty document": ("", None),
    "only a comment": ("# nothing", None),
    "a NUL": ("{ __typename \0 }", None),
    "a control character": ("{ __typename \x07 }", None),
    "an open brace": ("{", None),
    "an empty selection": ("{ }", None),
    "nested open braces": ("{a" * 5000, None),
    "a schema definition": ("type Query { a: Int }", None),
    "a subscription": ("subscription { a }", None),
    "a lone surrogate in a string": ('{ __type(name: "\\ud800") { name } }', None),
    "a huge code point": ('{ __type(name: "\\u{110000}") { name } }', None),
    "an open block string": ('{ __type(name: """', None),
    "an unknown field": ("{ noSuchField }", None),
    "an unknown argument": ("{ __type(nom: 1) { name } }", None),
    "an unknown directive": ("{ __typename @nope }", None),
    "an unknown fragment": ("{ ...Nope }", None),
    "a fragment within itself": ("{ ...A } fragment A on Query { ...A }", None),
    "two anonymous operations": (f"{Q} {Q}", None),
    "two operations, none named": (f"query A {Q} query B {Q}", None),
    "two operations of one name": (f"query A {Q} query A {Q}", None),
    "a missing variable": (NAMED, {}),
    "a null variable": (NAMED, {"name": None}),
    "a list for a string": (NAMED, {"name": ["a"]}),
    "an object for a string": (NAMED, {"name": {"a": 1}}),
    "a number for a string": (NAMED, {"name": 1}),
    "an undeclared variable": ("{ __type(name: $name) { name } }", None),
    "a variable of an output type": ("query ($a: Query) { __typename }", {"a": 1}),
    "a variable of no type": ("query ($a: Nope) { __typename }", {"a": 1}),
    "a deep variable type": ("query ($a: " + "[" * 500 + "Int" + "]" * 500 + ") { a }", None),
    "a deep literal": ("{ __type(name: " + "[" * 600 + "]" * 600 + ") { name } }", None),
    "a huge integer": ("query ($a: Int) { __typename @skip(if: false) }", {"a": 10**30 * 1.0}),
    "an integer above 32 bits": ("query ($a: Int) { __type(name: $a) { name } }", {"a": 2**40}),
    "a huge integer literal": ("query ($a: Int = 99999999999999999999) { __typename }", None),
    "a string for a condition": ("{ __typename @skip(if: \"yes\") }", None),
    "a mutation of nothing": ("mutation { }", None),
    "fifty thousand fields": ("{" + "a " * 50_000 + "}", None),
    "fragments that double": (
        "{ ...F0 }"
        + "".join(f"fragment F{i} on Query {{ ...F{i + 1} ...F{i + 1} }}" for i in range(40))
        + "fragment F40 on Query { __typename }",
        None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("accept", [JSON, GRAPHQL])
async def test_a_malformed_body_is_a_bad_request(client: Client, accept: str) -> None:
    for name, body in BODIES.items():
        reply = await client.send(body, {"accept": accept})
        assert (name, reply.status, reply.code) == (name, 400, "BAD_REQUEST")
        assert reply.headers["content-type"].startswith(accept)


@pytest.mark.parametrize(("accept", "status"), [(JSON, 200), (GRAPHQL, 400)])
async def test_a_malformed_document_is_a_request_error(
    client: Client, accept: str, status: int
) -> None:
    for name, (document, variables) in DOCUMENTS.items():
        reply = await client.post(document, variables, accept=accept)
        codes = [error["extensions"].get("code") for error in reply.json["errors"]]
        assert (name, reply.status, "data" in reply.json) == (name, status, False)
        assert "INTERNAL" not in codes, name
        assert all(codes), name


async def test_a_header_out_of_bounds_is_a_bad_request(client: Client) -> None:
    for headers in (
        {"content-length": "-1"},
        {"content-length": "1e3"},
        {"content-length": "7"},
        {"organization-id": "7"},
        {"organization-id": "{11111111-1111-4111-8111-111111111111}"},
    ):
        reply = await client.send(sent(), headers)
        assert (headers, reply.status, reply.code) == (headers, 400, "BAD_REQUEST")


async def test_a_wrong_length_is_noticed_in_both_directions(client: Client) -> None:
    for declared in (len(sent()) - 1, len(sent()) + 1):
        reply = await client.send(sent(), {"content-length": str(declared)})
        assert (reply.status, reply.headers["connection"]) == (400, "close")


async def test_a_body_over_the_limit_is_refused_before_it_is_read(client: Client) -> None:
    for length in ("1048577", "9" * 40):
        reply = await client.request(
            "POST",
            "/graphql",
            {"content-type": JSON, "content-length": length},
            [b"{"],
            unfinished=True,
        )
        assert (reply.status, reply.code) == (413, "PAYLOAD_TOO_LARGE")


async def test_a_body_without_a_length_is_counted_as_it_comes(client: Client) -> None:
    chunks = [sent(x="x" * 65_536)] * 20
    reply = await client.request("POST", "/graphql", {"content-type": JSON}, chunks)
    assert (reply.status, reply.code) == (413, "PAYLOAD_TOO_LARGE")


async def test_a_body_in_pieces_is_put_together(client: Client) -> None:
    chunks = [bytes([byte]) for byte in sent()]
    reply = await client.request("POST", "/graphql", {"content-type": JSON}, chunks)
    assert reply.status == 200


async def test_a_whole_megabyte_is_fine(client: Client) -> None:
    padding = "x" * (1_048_576 - len(sent(x="")))
    reply = await client.send(sent(x=padding))
    assert reply.status == 200


async def test_duplicate_members_are_decided_by_the_last(client: Client) -> None:
    reply = await client.send(b'{"query": "{ nope }", "query": "{ __typename }"}')
    assert reply.json == {"data": {"__typename": "Query"}}
