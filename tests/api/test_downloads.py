"""Files on their way out: ranges, tags, names, and files that are gone."""

import shutil
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_gql.api.http.disposition import attachment
from pipeline_gql.config import Settings
from tests.api.asking import Ask
from tests.api.exchanges import Client
from tests.api.uploading import attach, digest

CONTENT = bytes(range(100))
TAG = f'"{digest(CONTENT)}"'


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(files_url=tmp_path.as_uri())


@pytest.fixture
async def url(client: Client, ask: Ask) -> str:
    return (await attach(client, await ask.opportunity(), CONTENT))["attachment"]["url"]


async def test_parts_of_a_file_are_sent(client: Client, url: str) -> None:
    for asked, start, end in (
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=90-", 90, 100),
        ("bytes=90-500", 90, 100),
        ("bytes=-5", 95, 100),
        ("bytes=-500", 0, 100),
        ("BYTES=0-99", 0, 100),
    ):
        reply = await client.get(url, range=asked)
        assert (reply.status, reply.body) == (206, CONTENT[start:end]), asked
        assert reply.headers["content-range"] == f"bytes {start}-{end - 1}/100"
        assert reply.headers["content-length"] == str(end - start)


async def test_ranges_outside_of_a_file_are_refused(client: Client, url: str) -> None:
    for asked in ("bytes=100-", "bytes=100-200", "bytes=-0", "bytes=999999999999999999-"):
        reply = await client.get(url, range=asked)
        assert (reply.status, reply.body) == (416, b""), asked
        assert reply.headers["content-range"] == "bytes */100"


async def test_what_is_no_range_is_the_whole_file(client: Client, url: str) -> None:
    for asked in ("bytes=", "bytes=-", "bytes=a-b", "bytes=5-1", "bytes=0-1,5-6", "items=0-1", "x"):
        reply = await client.get(url, range=asked)
        assert (reply.status, reply.body) == (200, CONTENT), asked


async def test_a_part_is_sent_of_the_same_version_only(client: Client, url: str) -> None:
    for tag, status in (
        (TAG, 206),
        (f"W/{TAG}", 200),
        ('"other"', 200),
        ("Sat, 21 Nov 2026 00:00:00 GMT", 200),
    ):
        reply = await client.get(url, range="bytes=0-9", if_range=tag)
        assert reply.status == status, tag


async def test_what_a_client_has_is_not_sent_again(client: Client, url: str) -> None:
    assert (await client.get(url)).headers["etag"] == TAG
    for tags, status in ((TAG, 304), ("*", 304), (f'"a", W/{TAG}', 304), ('"a"', 200)):
        reply = await client.get(url, if_none_match=tags)
        assert reply.status == status, tags
        assert reply.body == (b"" if status == 304 else CONTENT)


async def test_head_tells_what_get_would_send(client: Client, url: str) -> None:
    got, told = await client.get(url), await client.request("HEAD", url)
    assert (told.status, told.body) == (200, b"")
    ours = ("content-length", "content-type", "content-disposition", "etag", "accept-ranges")
    assert {name: told.headers[name] for name in ours} == {name: got.headers[name] for name in ours}


async def test_a_file_that_somebody_took_away_is_an_answer(
    client: Client, url: str, tmp_path: Path
) -> None:
    shutil.rmtree(tmp_path)
    reply = await client.get(url)
    assert (reply.status, reply.code) == (503, "FILE_UNAVAILABLE")


@given(st.text(max_size=60))
def test_a_name_is_safe_in_a_header_and_on_every_disk(name: str) -> None:
    told = attachment(name)
    assert told.isascii()
    assert told.isprintable()
    plain = told.removeprefix('attachment; filename="').partition('"')[0]
    full = unquote(told.partition("UTF-8''")[2])
    for each in (plain, full):
        assert each
        assert not set(each) & set('/\\:*?"<>|\0\n')
        assert not each.startswith(".")
