"""Backup, restore and shell of the embedded server."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from pipeline_gql.store.connections import Connection
from pipeline_gql.store.embedded import DATABASE, Embedded, EmbeddedError, restoring, tools


class Killed(BaseException):
    """So that nobody takes it for an error of the database's."""


class Dying:
    """A connection that is cut off in place of its next statement after so many."""

    def __init__(self, connection: Connection, statements: int) -> None:
        self._connection = connection
        self._statements = statements

    async def execute(self, statement: str) -> str:
        if not self._statements:
            raise Killed
        self._statements -= 1
        return await self._connection.execute(statement)

    async def close(self) -> None:
        self._connection.terminate()


async def test_a_restore_killed_at_any_point_leaves_a_database(
    embedded: Embedded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, connect = tmp_path / "backup", restoring.connect_plainly
    killed, statements = True, 0

    async def dying(url: str) -> Any:
        return Dying(await connect(url), statements)

    monkeypatch.setattr(restoring, "connect_plainly", dying)
    with embedded:
        tools.backup(embedded.urls().admin, file)
        while killed:
            killed = False
            try:
                await restoring.replace(embedded, file)
            except Killed:
                killed = True
            known = await asyncpg.connect(embedded.urls().admin)
            names = await known.fetchval("SELECT array_agg(datname) FROM pg_database")
            await known.close()
            statements += 1
    assert statements > 6
    assert [name for name in names if name.startswith(DATABASE)] == [DATABASE]


async def test_a_restore_puts_aside_visitors_and_what_another_left_behind(
    embedded: Embedded, tmp_path: Path
) -> None:
    file = tmp_path / "backup"
    with embedded:
        tools.backup(embedded.urls().admin, file)
        administrator = await asyncpg.connect(embedded.urls("postgres").admin)
        visitor = await asyncpg.connect(embedded.urls().admin)
        for left_behind in (restoring.FRESH, restoring.FORMER):
            await administrator.execute(f"CREATE DATABASE {left_behind}")
        await restoring.replace(embedded, file)
        names = await administrator.fetchval("SELECT array_agg(datname) FROM pg_database")
        assert sorted(n for n in names if n.startswith(DATABASE)) == [DATABASE]
        visitor.terminate()
        await administrator.close()


def test_a_backup_is_for_us_alone_and_half_of_one_is_never_seen(
    embedded: Embedded, tmp_path: Path
) -> None:
    secret, file = tmp_path / "secret", tmp_path / "backup"
    (tmp_path / "backup.part").symlink_to(secret)
    with embedded:
        tools.backup(embedded.urls().admin, file)
        with pytest.raises(EmbeddedError, match="pg_dump failed"):
            tools.backup(embedded.urls("nowhere").admin, file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_bytes().startswith(b"PGDMP")
    assert not secret.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "backup.part"]


def test_no_password_stands_among_the_arguments(embedded: Embedded) -> None:
    with embedded:
        parent = "\\! cat /proc/$PPID/cmdline /proc/$(cut -d' ' -f4 /proc/$PPID/stat)/cmdline"
        code = (
            "import sys; from pipeline_gql.store.embedded import tools;"
            "sys.exit(tools.shell(sys.stdin.readline().strip(), ['-c', sys.argv[1]]))"
        )
        url = embedded.urls().admin
        said = subprocess.run(
            [sys.executable, "-c", code, parent],
            input=url,
            capture_output=True,
            text=True,
            check=True,
        )
    assert "--dbname=postgresql://postgres@" in said.stdout
    assert embedded.cluster.passwords()["admin"] not in said.stdout
