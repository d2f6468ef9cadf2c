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

ENDS = "Unexpected end of multipart stream"
NO_PATHS = "`map` must give a list of paths for `0`"
SAID = {
    "nothing": ENDS,
    "no parts": "it has no `operations` and `map`",
    "no end": ENDS,
    "half a part": ENDS,
    "operations alone": "it has no `operations` and `map`",
    "map first": "`operations` is expected before `map`",
    "a file first": "`operations` is expected before `0`",
    "operations that are no JSON": "`operations` is not valid JSON in UTF-8: line 1 column 2",
    "operations that are a list": "Batches are not supported",
    "operations without a query": "`query` must be a string",
    "variables that are a list": "`variables` must be an object or null",
    "a map that is a list": "`map` must be an object",
    "a map that is null": "`map` must be an object",
    "a map of texts": NO_PATHS,
    "a map of nothing": NO_PATHS,
    "a map of numbers": NO_PATHS,
    "a path to nowhere": "`operations` has nothing at `variables.input.nope`",
    "a path through a text": "`operations` has nothing at `variables.input.file.x`",
    "a path into the query": "`query` does not begin with `variables.`",
    "a path to the variables": "`variables` does not begin with `variables.`",
    "a path that is empty": "`` does not begin with `variables.`",
    "a path with an odd number": "`operations` has nothing at `variables.files.-1`",
    "a path past a list's end": "`operations` has nothing at `variables.files.1`",
    "a place that is taken": "there must be a null at `variables.input.file`",
    "a place named twice": "`map` names a place twice",
    "a file that is missing": "the file `0` is missing",
    "a file that nobody named": "`map` does not speak of `1`",
    "a file twice": "`0` is there twice",
    "a file that is a text": "`0` is no file",
    "too many files": "it may have at most 10 files in 50 places",
    "a header of 10,000 bytes": "Maximum segment header length exceeded",
    "no name": "Missing name option",
    "no disposition": "Wrong type",
    "a header that is no text": "Segment header failed to decode",
}


@pytest.mark.parametrize("name", FORMS)
async def test_a_malformed_form_is_refused_and_leaves_nothing(
    client: Client, database: Database, organisation: Organisation, tmp_path: Path,
    opportunity: str, name: str,
) -> None:  # fmt: skip
    made = FORMS[name]
    reply = await send_form(client, made if isinstance(made, bytes) else made(opportunity))
    if name == "a NUL in a header":
        # The library lets an odd name of the file through, and the verb judges it.
        told = reply.json["data"]["opportunities"]["addAttachment"]["errors"]
        assert [each["code"] for each in told] == ["VALUE_INVALID"], reply.body
    else:
        large = name == "a header of 10,000 bytes"
        code = (413, "PAYLOAD_TOO_LARGE") if large else (400, "BAD_REQUEST")
        assert (reply.status, reply.code) == code, reply.body
        message = reply.json["errors"][0]["message"]
        assert SAID[name] in message
        assert "Error(" not in message
    assert await left(database, organisation, tmp_path) == (0, 0, [])


@pytest.mark.parametrize("boundary", ["", "; boundary=", "; boundary=é", f"; boundary={'b' * 500}"])
async def test_a_form_without_a_boundary_is_refused(client: Client, boundary: str) -> None:
    headers = {**PREFLIGHT, "content-type": f"multipart/form-data{boundary}"}
    reply = await client.request("POST", "/graphql", headers, [b"x"])
    assert (reply.status, reply.code) == (400, "BAD_REQUEST")
    assert "no boundary" in reply.json["errors"][0]["message"]


async def test_a_form_of_another_type_is_refused(client: Client) -> None:
    headers = {**PREFLIGHT, "content-type": "multipart/mixed; boundary=b"}
    reply = await client.request("POST", "/graphql", headers, [b"x"])
    assert (reply.status, reply.code) == (415, "UNSUPPORTED_MEDIA_TYPE")


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
    # The files have arrived; that the document says nothing of them is another matter.
    (error,) = reply.json["errors"]
    assert error["message"] == "Variable '$files' is never used."


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


@pytest.mark.parametrize(
    ("declared", "status", "said"),
    [
        *((wrong, 400, "not what Content-Length says") for wrong in ("7", "9", "0")),
        *((wrong, 400, "Content-Length is not a number") for wrong in ("-1", "x")),
        ("9" * 30, 413, "at most 100000 bytes"),
    ],
)
async def test_a_wrong_length_is_refused(
    client: Client, database: Database, organisation: Organisation, tmp_path: Path,
    opportunity: str, declared: str, status: int, said: str,
) -> None:  # fmt: skip
    reply = await post(client, opportunity, b"12345678", headers={"content-length": declared})
    assert reply.status == status
    assert said in reply.json["errors"][0]["message"]
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


@pytest.mark.parametrize(
    ("name", "status"),
    [("a%00b", 422), ("a%0d%0ab", 422), ("a%e2%80%a8b", 422), ("%ed%a0%80", 400)],
)
async def test_a_name_of_the_plain_way_has_no_control_characters(
    client: Client, opportunity: str, name: str, status: int
) -> None:
    reply = await post(client, opportunity, b"x", name)
    assert reply.status == status, reply.body
    code = reply.code if status == 400 else reply.json["errors"][0]["code"]
    assert code == {400: "BAD_REQUEST", 422: "VALUE_INVALID"}[status]


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
