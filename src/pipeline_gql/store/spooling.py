"""A file on its way in: hashed and put aside on this machine's disk while it arrives."""

import asyncio
import hashlib
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

from pipeline_gql.domain.errors import Refusal, Refused
from pipeline_gql.domain.sniffing import HEAD, sniffed

BATCH: Final = 256 * 1024
"""Bytes that are written at once; a thread does it, since a disk may stop for breath."""


@dataclass(slots=True, eq=False)
class Received:
    """A file that has arrived whole.

    It stands among a document's variables, where its text is what an idempotency key holds it to.
    `kept` says that it lies where files are stored; `refused` why it was not put there.
    """

    name: str
    size: int
    sha256: str
    content_type: str
    content: IO[bytes] = field(repr=False)
    kept: bool = field(default=False, repr=False)
    refused: Refusal | Refused | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"{self.sha256} {self.name}"


class Spool:
    """Takes chunks in turn. Its file has no name, so that nothing is left however this ends."""

    def __init__(self, folder: Path | None = None) -> None:
        self.size = 0
        self._hash = hashlib.sha256()
        self._head = b""
        self._waiting: list[bytes] = []
        self._waiting_size = 0
        made = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 - __exit__ closes it
        self._file: Any = made

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    async def add(self, chunk: bytes) -> None:
        self.size += len(chunk)
        self._head += chunk[: HEAD - len(self._head)]
        self._waiting.append(bytes(chunk))
        self._waiting_size += len(chunk)
        if self._waiting_size >= BATCH:
            await self._write()

    async def finish(self, name: str) -> Received:
        await self._write()
        return Received(name, self.size, self._hash.hexdigest(), sniffed(self._head), self._file)

    async def _write(self) -> None:
        batch = b"".join(self._waiting)
        self._waiting, self._waiting_size = [], 0
        await asyncio.to_thread(self._put_aside, batch)

    def _put_aside(self, batch: bytes) -> None:
        self._hash.update(batch)
        view = memoryview(batch)
        while view:
            view = view[self._file.write(view) :]
