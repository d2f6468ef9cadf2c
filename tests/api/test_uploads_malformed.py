"""Whatever is wrong with an upload, the answer says so, and nothing is left behind."""

import asyncio
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import func, select

from pipeline_gql.config import Settings
from pipeline_gql.store import models
from pipeline_gql.store.database import Database
from tests.api.asking import Ask
from tests.api.exchanges import Client
from tests.api.uploading import (
    ADD,
    END,
    FORM,
    PREFLIGHT,
    attach,
    form,
    part,
    post,
    send_form,
)
from tests.organisations import Organisation

LIMIT = 100_000
AT = "variables.input.file"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(files_url=tmp_path.as_uri(), upload_bytes=LIMIT, request_seconds=4)


@pytest.fixture
async def opportunity(ask: Ask) -> str:
    return await ask.opportunity()


async def left(database: Database, o: Organisation, folder: Path) -> tuple[int, int, list[Path]]:
    """Rows of attachments and of contents, and what lies in the folder."""
    async with database.writing(o.org_id) as unit:
        rows = [
            await unit.session.scalar(select(func.count()).select_from(table))
            for table in (models.Attachment, models.StoredFile)
        ]
    return rows[0] or 0, rows[1] or 0, files_in(folder)


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def operations(opportunity: str, file: Any = None) -> dict[str, Any]:
    return {"query": ADD, "variables": {"input": {"opportunityId": opportunity, "file": file}}}


FILE = [("0", b"contents", "a.txt")]
LISTED = "query($files: [Upload!]!) { __typename }"
FORMS: dict[str, Any] = {
    "nothing": b"",
    "no parts": END,
    "no end": lambda o: form(operations(o), {"0": [AT]}, FILE)[: -len(END)],
    "half a part": lambda o: form(operations(o), {"0": [AT]}, FILE)[:-60],
    "operations alone": lambda o: part("operations", orjson.dumps(operations(o))) + END,
    "map first": lambda o: part("map", b"{}") + part("operations", b"{}") + END,
    "a file first": lambda o: part("0", b"x", "a") + form(operations(o), {"0": [AT]}, FILE),
    "operations that are no JSON": lambda o: (
        part("operations", b"{") + part("map", b"{}") + END
    ),
    "operations that are a list": lambda o: form([operations(o)], {"0": [AT]}, FILE),
    "operations without a query": lambda o: form({"variables": {"a": None}}, {}, []),
    "variables that are a list": lambda o: form(
        {"query": ADD, "variables": [None]}, {"0": ["variables.0"]}, FILE
    ),
    "a map that is a list": lambda o: form(operations(o), [AT], FILE),
    "a map that is null": lambda o: form(operations(o), None, FILE),
    "a map of texts": lambda o: form(operations(o), {"0": AT}, FILE),
    "a map of nothing": lambda o: form(operations(o), {"0": []}, FILE),
    "a map of numbers": lambda o: form(operations(o), {"0": [7]}, FILE),
    "a path to nowhere": lambda o: form(operations(o), {"0": ["variables.input.nope"]}, FILE),
    "a path through a text": lambda o: form(operations(o), {"0": [AT + ".x"]}, FILE),
    "a path into the query": lambda o: form(operations(o), {"0": ["query"]}, FILE),
    "a path to the variables": lambda o: form(operations(o), {"0": ["variables"]}, FILE),
    "a path that is empty": lambda o: form(operations(o), {"0": [""]}, FILE),
    "a path with an odd number": lambda o: form(
        {"query": LISTED, "variables": {"files": [None]}}, {"0": ["variables.files.-1"]}, FILE
    ),
    "a path past a list's end": lambda o: form(
        {"query": LISTED, "variables": {"files": [None]}}, {"0": ["variables.files.1"]}, FILE
    ),
    "a place that is taken": lambda o: form(operations(o, "text"), {"0": [AT]}, FILE),
    "a place named twice": lambda o: form(operations(o), {"0": [AT, AT]}, FILE),
    "a file that is missing": lambda o: form(operations(o), {"0": [AT]}),
    "a file that nobody named": lambda o: form(
        operations(o), {"0": [AT]}, [*FILE, ("1", b"x", "b")]
    ),
    "a file twice": lambda o: form(operations(o), {"0": [AT]}, [*FILE, *FILE]),
    "a file that is a text": lambda o: form(operations(o), {"0": [AT]}, [("0", b"x", None)]),
    "too many files": lambda o: form(
        operations(o), {str(i): [f"variables.a{i}"] for i in range(11)}, []
    ),
    "a header of 10,000 bytes": lambda o: form(
        operations(o), {"0": [AT]}, [("0", b"x", "n" * 9999)]
    ),
    "no name": lambda o: form(operations(o), {"0": [AT]}, FILE).replace(b' name="0";', b""),
    "no disposition": lambda o: form(operations(o), {"0": [AT]}, FILE).replace(b"form-data", b"x"),
    "a NUL in a header": lambda o: form(operations(o), {"0": [AT]}, FILE).replace(b"a.txt", b"\0"),
    "a header that is no text": lambda o: form(operations(o), {"0": [AT]}, FILE).replace(
        b"a.txt", b"\xff\xfe"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
async def test_a_malformed_form_is_refused_and_leaves_nothing(
    client: Client, database: Database, organisation: Organisation, tmp_path: Path,
    opportunity: str, name: str,
) -> None:  # fmt: skip
    made = FORMS[name]
    reply = await send_form(client, made if isinstance(made, bytes) else made(opportunity))
    if reply.status == 200:
        # The library lets an odd name of the file through, and the verb judges it.
        told = reply.json["data"]["opportunities"]["addAttachment"]["errors"]
        assert [each["code"] for each in told] == ["VALUE_INVALID"], reply.body
    else:
        assert reply.status in (400, 413), reply.body
        assert reply.code in ("BAD_REQUEST", "PAYLOAD_TOO_LARGE", "BAD_USER_INPUT")
    assert await left(database, organisation, tmp_path) == (0, 0, [])


@pytest.mark.parametrize(
    "type",
    ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=é",
     f"multipart/form-data; boundary={'b' * 500}", "multipart/mixed; boundary=b"],
)  # fmt: skip
async def test_a_form_without_a_boundary_is_refused(client: Client, type: str) -> None:
    reply = await client.request("POST", "/graphql", {**PREFLIGHT, "content-type": type}, [b"x"])
    assert reply.status in (400, 415)


async def test_an_upload_that_a_form_of_another_site_could_send_is_refused(
    client: Client, opportunity: str, tmp_path: Path, database: Database, organisation: Organisation
) -> None:
    body = form(operations(opportunity), {"0": [AT]}, FILE)
    bare = dict.fromkeys(PREFLIGHT)
    reply = await send_form(client, body, **bare)
    assert (reply.status, reply.code) == (400, "PREFLIGHT_REQUIRED")
    reply = await post(client, opportunity, b"x", headers=bare)
    assert (reply.status, reply.code) == (400, "PREFLIGHT_REQUIRED")
    assert await left(database, organisation, tmp_path) == (0, 0, [])


async def test_a_file_that_is_no_upload_is_refused(client: Client, opportunity: str) -> None:
    for value in ("text", 7, True, {"name": "x"}, ["x"]):
        reply = await client.post(ADD, operations(opportunity, value)["variables"])
        assert reply.json["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT", value


async def test_a_list_of_files_can_be_a_variable_that_no_verb_takes(client: Client) -> None:
    body = form(
        {"query": LISTED, "variables": {"files": [None, None]}},
        {"0": ["variables.files.0", "variables.files.1"]},
        FILE,
    )
    reply = await send_form(client, body)
    assert reply.status == 200
    assert "errors" in reply.json  # Unused: the document says nothing of it.


@pytest.mark.parametrize("size", [0, 1, LIMIT])
async def test_every_size_up_to_the_limit_is_taken(
    client: Client, opportunity: str, size: int
) -> None:
    content = bytes(i % 251 for i in range(size))
    for attachment in (
        (await attach(client, opportunity, content))["attachment"],
        (await post(client, opportunity, content)).json["attachment"],
    ):
        assert attachment["size"] == size
        assert (await client.get(attachment["url"])).body == content


async def test_one_byte_more_is_refused_and_leaves_nothing(
    client: Client, database: Database, organisation: Organisation, tmp_path: Path, opportunity: str
) -> None:
    content = b"x" * (LIMIT + 1)
    assert (await post(client, opportunity, content)).status == 413
    length = {"content-length": str(LIMIT + 1)}
    assert (await post(client, opportunity, content, headers=length)).status == 413
    body = form(operations(opportunity), {"0": [AT]}, [("0", content, "a")])
    assert (await send_form(client, body)).status == 413
    assert await left(database, organisation, tmp_path) == (0, 0, [])


async def test_files_of_one_request_share_the_limit(client: Client) -> None:
    half = b"x" * (LIMIT // 2 + 1)
    body = form(
        {"query": LISTED, "variables": {"files": [None, None]}},
        {"0": ["variables.files.0"], "1": ["variables.files.1"]},
        [("0", half, "a"), ("1", half, "b")],
    )
    assert (await send_form(client, body)).status == 413


@pytest.mark.parametrize("declared", ["7", "9", "0", "-1", "x", "9" * 30])
async def test_a_wrong_length_is_refused(
    client: Client, database: Database, organisation: Organisation, tmp_path: Path,
    opportunity: str, declared: str,
) -> None:  # fmt: skip
    reply = await post(client, opportunity, b"12345678", headers={"content-length": declared})
    assert reply.status in (400, 413)
    assert await left(database, organisation, tmp_path) == (0, 0, [])


async def test_who_hangs_up_or_stops_sending_leaves_nothing(
    client: Client, database: Database, organisation: Organisation, tmp_path: Path, opportunity: str
) -> None:
    gone = asyncio.Event()
    gone.set()
    reply = await post(client, opportunity, [b"half"], unfinished=True, gone=gone)
    assert reply.status == 0
    reply = await post(client, opportunity, [b"half"], unfinished=True)
    assert (reply.status, reply.code) == (408, "REQUEST_TIMEOUT")
    body = form(operations(opportunity), {"0": [AT]}, FILE)[:-20]
    reply = await client.request("POST", "/graphql", FORM, [body], unfinished=True)
    assert (reply.status, reply.code) == (408, "REQUEST_TIMEOUT")
    assert await left(database, organisation, tmp_path) == (0, 0, [])


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\fakepath\\résumé.pdf", "résumé.pdf"),
        ("..", ".."),
        ("%2e%2e%2fa", "%2e%2e%2fa"),
        ("a/", None),
        ("", None),
        ("   ", None),
        ("x" * 256, None),
        ("x" * 255, "x" * 255),
    ],
)
async def test_a_file_s_name_is_never_a_path(
    client: Client, opportunity: str, tmp_path: Path, name: str, called: str | None
) -> None:
    payload = await attach(client, opportunity, b"x", name)
    if called is None:
        assert payload["attachment"] is None
        assert [error["path"] for error in payload["errors"]] == [["input", "name"]]
        return
    assert payload["attachment"]["name"] == called
    disposition = (await client.get(payload["attachment"]["url"])).headers["content-disposition"]
    assert "/" not in disposition
    assert '".' not in disposition
    (stored,) = files_in(tmp_path)
    assert len(stored.name) == 64


@pytest.mark.parametrize("name", ["a%00b", "a%0d%0ab", "%ed%a0%80", "a%e2%80%a8b"])
async def test_a_name_of_the_plain_way_has_no_control_characters(
    client: Client, opportunity: str, name: str
) -> None:
    reply = await post(client, opportunity, b"x", name)
    assert reply.status in (400, 422), reply.body


@pytest.mark.parametrize(
    "path",
    ["/attachments?name=a", "/attachments?opportunityId=x&opportunityId=x",
     "/attachments?opportunityId=x&other=y", "/attachments?opportunityId=%ff"],
)  # fmt: skip
async def test_unknown_parameters_are_refused(client: Client, path: str) -> None:
    reply = await client.request("POST", path, PREFLIGHT, [b"x"])
    assert (reply.status, reply.code) == (400, "BAD_REQUEST")


async def test_other_methods_and_ids_are_answered(client: Client, stranger: Client) -> None:
    assert (await client.get("/attachments")).status == 405
    assert (await client.get("/attachments/x")).status == 404
    assert (await client.request("PUT", "/attachments/x")).status == 405
    assert (await stranger.request("POST", "/attachments", PREFLIGHT, [b"x"])).status == 401
