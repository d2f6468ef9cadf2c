"""Files are kept alike in a folder and in an S3, and collected once nobody needs them."""

import asyncio
import hashlib
import os
import random
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from obstore.store import AzureStore, GCSStore, S3Store
from sqlalchemy import func, select

from pipeline_gql.addresses import SCHEMES
from pipeline_gql.config import load
from pipeline_gql.domain.errors import FilesUnavailable, QuotaExceeded, Ref
from pipeline_gql.store import attachments, models
from pipeline_gql.store.attachments import Contents
from pipeline_gql.store.collecting import collect, sweep
from pipeline_gql.store.database import Database
from pipeline_gql.store.files import Files
from pipeline_gql.store.spooling import Received, Spool
from tests.objects import BUCKET, s3
from tests.organisations import Organisation

QUOTA = 10**9
NOW = timedelta(0)
ORG, OTHER = UUID(int=1), UUID(int=2)


@pytest.fixture(scope="session")
def s3_variables() -> Generator[dict[str, str]]:
    with s3() as variables:
        yield variables


@pytest.fixture(params=["folder", "s3"])
def files(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    if request.param == "folder":
        return Files((tmp_path / "with space").as_uri(), QUOTA)
    for name, value in request.getfixturevalue("s3_variables").items():
        monkeypatch.setenv(name, value)
    return Files(f"s3://{BUCKET}/{random.getrandbits(60)}", QUOTA)


async def put(files: Files, org_id: UUID, content: bytes) -> str:
    with Spool() as spool:
        await spool.add(content)
        file = await spool.finish("name")
        await files.put(org_id, file)
        return file.sha256


async def read(files: Files, org_id: UUID, sha256: str, start: int, end: int) -> bytes:
    return b"".join([chunk async for chunk in await files.read(org_id, sha256, start, end)])


async def stored(files: Files, org_id: UUID) -> set[str]:
    return {name async for batch in files.listed(org_id) for name, _, _ in batch}


@pytest.mark.parametrize("size", [0, 1, 100_000, 12_000_000])
async def test_what_was_put_is_read_in_any_part(files: Files, size: int) -> None:
    content = random.Random(size).randbytes(size)
    sha256 = await put(files, ORG, content)
    assert sha256 == hashlib.sha256(content).hexdigest()
    await put(files, ORG, content)
    for start, end in ((0, size), (size // 3, size // 2), (max(size - 1, 0), size)):
        assert await read(files, ORG, sha256, start, end) == content[start:end]


async def test_organisations_are_kept_apart(files: Files) -> None:
    sha256 = await put(files, ORG, b"ours")
    with pytest.raises(FileNotFoundError):
        await files.read(OTHER, sha256, 0, 4)
    await files.delete(OTHER, sha256)
    assert await stored(files, ORG) == {sha256}
    assert await stored(files, OTHER) == set()
    await files.delete(ORG, sha256)
    await files.delete(ORG, sha256)
    assert await stored(files, ORG) == set()


async def test_a_place_that_cannot_be_written_to_is_a_refusal(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(FilesUnavailable):
        await put(Files((tmp_path / "file").as_uri(), QUOTA), ORG, b"x")


CLOUDS = (
    ("s3://bucket/folder", S3Store),
    ("s3a://bucket", S3Store),
    ("gs://bucket/folder", GCSStore),
    ("az://container/folder", AzureStore),
    ("azure://container", AzureStore),
    ("adl://container", AzureStore),
    ("abfs://container/folder", AzureStore),
    ("abfss://container@account.dfs.core.windows.net/folder", AzureStore),
)


@pytest.mark.parametrize(("url", "kind"), CLOUDS)
def test_each_kind_of_address_leads_to_its_cloud(
    monkeypatch: pytest.MonkeyPatch, url: str, kind: type
) -> None:
    """Without asking it anything: there is no network in a test."""
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "account")
    assert load(files_url=url).files == url
    files = Files(url, QUOTA)
    files.check()
    assert type(vars(files)["_known"]) is kind


def test_every_scheme_that_settings_take_was_tried() -> None:
    assert {url.partition(":")[0] for url, _ in CLOUDS} == {*SCHEMES} - {"file"}


async def announced(database: Database, o: Organisation, content: bytes) -> bool:
    contents = Contents(hashlib.sha256(content).hexdigest(), len(content))
    async with database.writing(o.org_id) as unit:
        return await attachments.reserve(unit, contents, QUOTA)


async def taken_up(database: Database, o: Organisation, opportunity: int, sha256: str) -> int:
    async with database.writing(o.org_id) as unit:
        assert await attachments.take_up(unit, sha256)
        row = models.Attachment(
            org_id=o.org_id,
            opportunity_id=opportunity,
            kind="FILE",
            name="name",
            size=1,
            content_type="text/plain",
            sha256=sha256,
        )
        unit.session.add(row)
        await unit.session.flush()
        return row.id


async def removed(database: Database, o: Organisation, opportunity: int, id: int) -> None:
    async with database.writing(o.org_id) as unit:
        row = await attachments.locked(unit, Ref("Opportunity", opportunity), id)
        assert row is not None
        await attachments.remove(unit, row)


async def collected(
    database: Database, o: Organisation, files: Files, grace: timedelta = NOW
) -> None:
    more = True
    while more:
        async with database.writing(o.org_id) as unit:
            more = await collect(unit, files, grace)
    async with database.writing(o.org_id) as unit:
        await collect(unit, files, grace)


async def usage(database: Database, o: Organisation) -> tuple[int, int]:
    """As it is counted, and as it is recounted."""
    file = models.StoredFile
    async with database.writing(o.org_id) as unit:
        counted = await unit.session.scalar(select(models.FileUsage.bytes))
        recounted = await unit.session.scalar(select(func.sum(file.size)))
    return counted or 0, int(recounted or 0)


@pytest.fixture
async def opportunity(database: Database, organisation: Organisation) -> int:
    from tests.canary import plant

    return await plant(database, organisation)


async def test_contents_go_when_the_last_attachment_does_and_their_time_has_come(
    database: Database, organisation: Organisation, files: Files, opportunity: int
) -> None:
    o = organisation
    base = await usage(database, o)
    assert await announced(database, o, b"contents") is False
    sha256 = await put(files, o.org_id, b"contents")
    ids = [await taken_up(database, o, opportunity, sha256) for _ in range(2)]
    assert await announced(database, o, b"contents") is True
    await removed(database, o, opportunity, ids[0])
    await collected(database, o, files)
    assert await stored(files, o.org_id) == {sha256}
    await removed(database, o, opportunity, ids[1])
    await collected(database, o, files, timedelta(hours=1))
    assert await stored(files, o.org_id) == {sha256}
    await collected(database, o, files)
    assert await stored(files, o.org_id) == set()
    assert await usage(database, o) == (base[0], base[1])


async def test_contents_that_are_announced_again_are_stored_again(
    database: Database, organisation: Organisation, files: Files
) -> None:
    """A collector was killed between the deletion and the commit."""
    o = organisation
    await announced(database, o, b"contents")
    sha256 = await put(files, o.org_id, b"contents")
    async with database.writing(o.org_id) as unit:
        await attachments.take_up(unit, sha256)
    async with database.writing(o.org_id) as unit:
        row = await unit.session.get(models.StoredFile, (o.org_id, sha256))
        assert row is not None
        row.idle_since = unit.now - timedelta(hours=2)
    async with database.writing(o.org_id) as unit:
        assert await collect(unit, files)
    await files.delete(o.org_id, sha256)
    assert await announced(database, o, b"contents") is False
    async with database.writing(o.org_id) as unit:
        assert not await collect(unit, files)
    assert await announced(database, o, b"contents") is False


async def test_what_has_no_row_is_adopted_and_collected(
    database: Database, organisation: Organisation, files: Files
) -> None:
    o = organisation
    sha256 = await put(files, o.org_id, b"of another time")
    async with database.writing(o.org_id) as unit:
        await sweep(unit, files)
    assert await usage(database, o) == (15, 15)
    await collected(database, o, files, timedelta(hours=1))
    assert await stored(files, o.org_id) == {sha256}
    await collected(database, o, files)
    assert await stored(files, o.org_id) == set()
    assert await usage(database, o) == (0, 0)


async def test_what_a_killed_upload_left_is_swept(
    database: Database, organisation: Organisation, tmp_path: Path
) -> None:
    incoming = tmp_path / str(organisation.org_id) / "incoming"
    incoming.mkdir(parents=True)
    for name, age in (("old#1", 7200), ("new", 0)):
        (incoming / name).write_bytes(b"half")
        past = (incoming / name).stat().st_mtime - age
        os.utime(incoming / name, (past, past))
    async with database.writing(organisation.org_id) as unit:
        await sweep(unit, Files(tmp_path.as_uri(), QUOTA))
    assert [path.name for path in incoming.iterdir()] == ["new"]


async def test_a_quota_holds_however_many_ask_at_once(
    database: Database, organisation: Organisation
) -> None:
    async def ask(i: int) -> bool:
        try:
            async with database.writing(organisation.org_id) as unit:
                await attachments.reserve(unit, Contents(f"{i:064x}", 100), 350)
        except QuotaExceeded:
            return False
        return True

    assert sum(await asyncio.gather(*map(ask, range(8)))) == 3
    assert await usage(database, organisation) == (300, 300)


async def test_collectors_and_uploads_of_the_same_contents_meet_unharmed(
    database: Database, organisation: Organisation, opportunity: int, tmp_path: Path
) -> None:
    """Whatever an attachment is made of can be read, at any moment."""
    files, o = Files(tmp_path.as_uri(), QUOTA), organisation
    # Longer than any upload here, as it must be, and shorter than some of the pauses.
    grace, done = timedelta(seconds=2), asyncio.Event()

    async def upload_and_delete(i: int) -> None:
        content, dice = bytes([i % 2]), random.Random(i)
        for _ in range(3):
            if not await announced(database, o, content):
                await put(files, o.org_id, content)
            id = await taken_up(database, o, opportunity, hashlib.sha256(content).hexdigest())
            sha256 = hashlib.sha256(content).hexdigest()
            assert await read(files, o.org_id, sha256, 0, 1) == content
            await asyncio.sleep(dice.random() * 0.1)
            assert await read(files, o.org_id, sha256, 0, 1) == content
            await removed(database, o, opportunity, id)
            await asyncio.sleep(dice.random() * 3)

    async def collecting() -> None:
        while not done.is_set():
            async with database.writing(o.org_id) as unit:
                await collect(unit, files, grace)
            await asyncio.sleep(0.01)

    collectors = [asyncio.create_task(collecting()) for _ in range(2)]
    await asyncio.gather(*map(upload_and_delete, range(3)))
    done.set()
    await asyncio.gather(*collectors)


def test_what_arrives_is_known_by_its_contents_and_name_alone() -> None:
    kept: Any = object()
    one, other = (Received("a", 1, "f" * 64, "text/plain", kept) for _ in range(2))
    assert (str(one), repr(one)) == (str(other), repr(other))
    other.kept = True
    assert repr(one) == repr(other)
