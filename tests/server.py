"""A throw-away PostgreSQL for one test session, and databases cloned from its template."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from pipeline_gql.store.database import Database, Urls
from pipeline_gql.store.embedded import Embedded
from pipeline_gql.store.embedded.binaries import within_reach
from pipeline_gql.store.upgrade import RolePasswords, upgrade
from tests.organisations import FIRST, SECOND
from tests.seeds import seed

TEMPLATE = "template_seeded"
PASSWORDS = RolePasswords(migrate="m", app="a", reader="r", backup="b")
_MEMORY = Path("/dev/shm")
_SPEED = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
    "max_wal_size": "64MB",
    "min_wal_size": "32MB",
    "logging_collector": "off",
    "shared_preload_libraries": "",
}


@dataclass(frozen=True)
class DatabaseUrls:
    """Addresses of one database, per role."""

    name: str
    place: str

    def of(self, role: str) -> str:
        return f"postgresql://{role}@/{self.name}?{self.place}"

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
        # PostgreSQL's own account, where we are root, must come through.
        self.folder.chmod(0o711)
        self._embedded = Embedded(self.folder / "data", settings=_SPEED)
        self._numbers = count(1)
        self._place = ""
        # A session of its own: Ctrl-C is for the tests, which end their server themselves.
        self._mourner = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("mourner.py"), self.folder],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def start(self) -> None:
        self._embedded.start()
        address = self._embedded.urls().admin
        self._place = urlsplit(address).query
        asyncio.run(self._prepare(address))

    def stop(self) -> None:
        self._embedded.stop()
        self._mourner.communicate()

    @property
    def access_rules(self) -> Path:
        """The file that says who must bring a password; nobody does."""
        return self._embedded.cluster.path / "pg_hba.conf"

    def program(self, name: str) -> Path:
        """One of PostgreSQL's own."""
        return within_reach(self._embedded.cluster.account, self._embedded.data_dir).path(name)

    def urls(self, name: str) -> DatabaseUrls:
        return DatabaseUrls(name, self._place)

    async def clone(self, template: str = TEMPLATE) -> DatabaseUrls:
        """A fresh database; `template0` gives an empty one."""
        urls = self.urls(f"test_{next(self._numbers)}")
        await self.run(f"CREATE DATABASE {urls.name} TEMPLATE {template} STRATEGY FILE_COPY")
        return urls

    async def drop(self, urls: DatabaseUrls) -> None:
        await self.run(f"DROP DATABASE {urls.name} WITH (FORCE)")

    async def run(self, statement: str) -> None:
        await _run(self.urls("postgres").admin, statement)

    async def _prepare(self, address: str) -> None:
        self.access_rules.write_text("local all all trust\n")
        await _run(address, "SELECT pg_reload_conf()")
        await self.run(f"CREATE DATABASE {TEMPLATE} TEMPLATE template0")
        urls = self.urls(TEMPLATE)
        await upgrade(urls.admin, PASSWORDS)
        database = await Database.open(urls.served)
        for organisation in (FIRST, SECOND):
            await seed(database, organisation)
        await database.close()


async def _run(address: str, statement: str) -> None:
    connection = await asyncpg.connect(address)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _folder() -> Path | None:
    """Memory if there is room: a database is copied for every test, 17 ms there and 60 or, when
    others use the disk, 600 ms elsewhere."""
    roomy = os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > 2**30
    return _MEMORY if roomy else None
