"""Where files are kept: a folder, or S3, GCS, Azure. Contents by organisation and SHA-256.

The only module that speaks to `obstore`. What `put` has returned from can be read, whatever
happens to this process or its machine afterwards.
"""

import asyncio
import os
import time
from collections.abc import AsyncGenerator, AsyncIterator, Generator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit
from uuid import UUID, uuid4

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import from_url

from pipeline_gql.domain.errors import FilesUnavailable
from pipeline_gql.store.spooling import Received

PART: Final = 5 * 1024 * 1024
"""Bytes in a part of a large file, the least that S3 takes; a folder takes less."""
PIECE: Final = 256 * 1024
CHUNK: Final = 256 * 1024
"""About how many bytes are read at once."""
INCOMING: Final = "incoming"
CLIENT: Final[Any] = {"timeout": "30s", "connect_timeout": "3s", "allow_http": True}
"""An endpoint without TLS is the operator's to choose; the clouds' own have it."""
RETRIES: Final[Any] = {"max_retries": 2, "retry_timeout": timedelta(seconds=10)}

_log: Any = structlog.get_logger("pipeline_gql.files")


class MisplacedFiles(Exception):
    """Files cannot be kept at such an address; the message says why, in part of a sentence."""


class Files:
    """One for the process. `quota` is how many bytes an organisation may keep.

    Raises FilesUnavailable where the place does not answer, and from `read` FileNotFoundError.
    """

    def __init__(self, url: str, quota: int) -> None:
        self.url, self.quota = url, quota
        self._folder = folder_of(url)
        self._known: Any = None

    @property
    def _store(self) -> Any:
        """Made when it is first needed: whoever keeps no files needs no folder."""
        if self._known is None:
            if self._folder:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._known = from_url(self.url)
            else:
                self._known = from_url(self.url, client_options=CLIENT, retry_config=RETRIES)
        return self._known

    def check(self) -> None:
        """Raises MisplacedFiles for an address, or variables beside it, that no bucket can have.
        Asks nobody: whether there is such a bucket shows when it is used."""
        if self._folder is None:
            try:
                _ = self._store
            except (BaseError, ValueError) as error:
                told = str(error).splitlines()[0].rpartition("error: ")[2]
                raise MisplacedFiles(told.rstrip(".")) from None

    async def put(self, org_id: UUID, file: Received) -> None:
        """Stores contents under their hash. To do it twice does no harm."""
        with _reached():
            if self._folder:
                await self._put_in_folder(self._folder, org_id, file)
            else:
                await self._send(_path(org_id, file.sha256), file)

    async def _put_in_folder(self, folder: Path, org_id: UUID, file: Received) -> None:
        """Under another name first, so that no crash leaves half a file where a whole one is
        looked for, or takes the place of one."""
        incoming, path = f"{org_id}/{INCOMING}/{uuid4().hex}", _path(org_id, file.sha256)
        try:
            await self._send(incoming, file)
            await asyncio.to_thread(_sync, folder / incoming)
            await obstore.rename_async(self._store, incoming, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(folder / incoming)
            raise
        for step in Path(path).parents:
            await asyncio.to_thread(_sync, folder / step)

    async def _send(self, path: str, file: Received) -> None:
        await asyncio.to_thread(file.content.seek, 0)
        size = PIECE if self._folder else PART
        await obstore.put_async(self._store, path, file.content, chunk_size=size, max_concurrency=1)

    async def read(self, org_id: UUID, sha256: str, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from `start` up to `end`, a little at a time."""
        if start == end:
            return _nothing()
        with _reached():
            found = await obstore.get_async(
                self._store, _path(org_id, sha256), options={"range": (start, end)}
            )
        return _streamed(found)

    async def delete(self, org_id: UUID, sha256: str) -> None:
        """What is not there counts as deleted."""
        with _reached(), suppress(FileNotFoundError):
            await obstore.delete_async(self._store, _path(org_id, sha256))

    async def listed(self, org_id: UUID) -> AsyncGenerator[list[tuple[str, int, datetime]]]:
        """Hash, size and age of all that lies there, in batches."""
        if self._folder and not await asyncio.to_thread((self._folder / str(org_id)).is_dir):
            return
        with _reached():
            stream: Any = obstore.list(  # pyright: ignore[reportUnknownMemberType]
                self._store, f"{org_id}/", chunk_size=1_000
            )
            async for batch in stream:
                yield [
                    (name, each["size"], each["last_modified"])
                    for each in batch
                    if len(name := each["path"].rpartition("/")[2]) == 64
                ]

    async def sweep(self, org_id: UUID, grace: timedelta) -> int:
        """Removes what uploads left in the folder when they were killed; how many there were."""
        if self._folder is None:
            return 0
        return await asyncio.to_thread(_sweep, self._folder / str(org_id) / INCOMING, grace)


def folder_of(url: str) -> Path | None:
    """None for what is kept elsewhere than on this machine."""
    return Path(unquote(urlsplit(url).path)) if url.startswith("file:") else None


def _path(org_id: UUID, sha256: str) -> str:
    """Two letters of the hash are a folder, since some file systems slow down in a full one."""
    return f"{org_id}/{sha256[:2]}/{sha256}"


@contextmanager
def _reached() -> Generator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except (BaseError, OSError) as error:
        _log.exception("the files cannot be reached")
        raise FilesUnavailable from error


async def _nothing() -> AsyncGenerator[bytes]:
    return
    yield


async def _streamed(found: Any) -> AsyncGenerator[bytes]:
    with _reached():
        async for chunk in found.stream(min_chunk_size=CHUNK):
            yield chunk


def _sync(path: Path) -> None:
    """To the disk itself; of a folder, that its names are there."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep(folder: Path, grace: timedelta) -> int:
    swept = 0
    for left in folder.iterdir() if folder.is_dir() else ():
        with suppress(FileNotFoundError):
            if left.stat().st_mtime < time.time() - grace.total_seconds():
                left.unlink()
                swept += 1
    return swept
