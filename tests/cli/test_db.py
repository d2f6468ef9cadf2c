"""`db`: the embedded database's life, and migrations of a server that is not ours."""

import asyncio
import io
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import asyncpg
import pytest

from pipeline_gql.store.embedded import Embedded
from tests.cli.commands import postgres_of
from tests.cli.conftest import Command
from tests.folders import data_folder


@pytest.fixture(scope="module")
def place() -> Generator[Path]:
    with data_folder("my data") as folder:
        yield folder
        Embedded(folder).halt(force=True)


def test_start_leaves_it_running_until_stop(pipeline_gql: Command, place: Path) -> None:
    started = pipeline_gql("db", "start", "--data-dir", place)
    assert (started.code, started.err) == (0, "")
    assert postgres_of(place)
    assert pipeline_gql("db", "start", "--data-dir", place).out == started.out
    status = pipeline_gql("db", "status", "--data-dir", place)
    assert status.code == 0
    assert "with `db stop`" in status.out
    assert pipeline_gql("db", "stop", "--data-dir", place).out == "PostgreSQL has stopped.\n"
    assert not postgres_of(place)
    assert pipeline_gql("db", "status", "--data-dir", place).code == 3


def test_the_place_may_come_from_the_environment(pipeline_gql: Command, place: Path) -> None:
    upgraded = pipeline_gql("db", "upgrade", PIPELINE_GQL_DATA_DIR=str(place))
    assert upgraded.out == "The database is up to date.\n"


def test_restore_brings_back_what_backup_wrote(
    pipeline_gql: Command, place: Path, tmp_path: Path
) -> None:
    file = tmp_path / "backup of today"
    at = ("--data-dir", place)
    assert pipeline_gql("db", "upgrade", *at).code == 0
    _insert(place, "Before")
    backup = pipeline_gql("db", "backup", file, *at)
    assert (backup.code, backup.err) == (0, "")
    assert file.stat().st_mode & 0o777 == 0o600
    _insert(place, "After")
    assert _names(place) == ["After", "Before"]
    restored = pipeline_gql("db", "restore", file, "--yes", *at)
    assert (restored.code, restored.err) == (0, "")
    assert _names(place) == ["Before"]


def test_files_are_brought_along_by_the_commands_that_are_told(
    pipeline_gql: Command, place: Path, tmp_path: Path
) -> None:
    """As they are printed; a name with a space is one argument."""
    file, stored = tmp_path / "backup with files", place / "files" / "ab" / "abc"
    none = pipeline_gql("db", "backup", file, "--data-dir", place)
    assert none.out.splitlines()[1] == "No files were attached."
    stored.parent.mkdir(parents=True)
    stored.write_bytes(b"contents")
    told = pipeline_gql("db", "backup", file, "--data-dir", place).out.splitlines()[1]
    assert told.startswith("Files that were attached are not in it; copy them now: cp ")
    subprocess.run(told.partition("now: ")[2], shell=True, check=True)
    stored.unlink()
    told = pipeline_gql("db", "restore", file, "--yes", "--data-dir", place).out.splitlines()[1]
    subprocess.run(told.partition("asks: ")[2], shell=True, check=True)
    assert stored.read_bytes() == b"contents"
    away = pipeline_gql(
        "db", "backup", file, "--data-dir", place, PIPELINE_GQL_FILES_URL="s3://b/x"
    )
    assert "are kept at s3://b/x" in away.out


def test_a_backup_is_restored_into_a_new_place(
    pipeline_gql: Command, place: Path, tmp_path: Path
) -> None:
    file = tmp_path / "backup"
    pipeline_gql("db", "backup", file, "--data-dir", place)
    with data_folder() as elsewhere:
        assert pipeline_gql("db", "restore", file, "--data-dir", elsewhere).code == 0
        assert _names(elsewhere) == _names(place)


def test_a_broken_backup_changes_nothing(
    pipeline_gql: Command, place: Path, tmp_path: Path
) -> None:
    file = tmp_path / "broken"
    file.write_bytes(b"PGDMP but not really")
    assert pipeline_gql("db", "upgrade", "--data-dir", place).code == 0
    before = _names(place)
    ended = pipeline_gql("db", "restore", file, "--yes", "--data-dir", place)
    assert ended.code == 1
    assert ended.err.startswith("pg_restore failed: ")
    assert _names(place) == before


def test_restore_asks_before_it_replaces(
    pipeline_gql: Command, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert pipeline_gql("db", "restore", tmp_path / "file", "--data-dir", place).code == 130


def test_the_shell_runs_what_is_piped_into_it(place: Path) -> None:
    command = [sys.executable, "-m", "pipeline_gql", "db", "shell", "--data-dir", str(place)]
    for role in ("app", "admin"):
        ran = subprocess.run(
            [*command, "--role", role],
            input="SELECT 'as ' || current_user;",
            capture_output=True,
            text=True,
            check=True,
        )
        assert ("as pipeline_app" if role == "app" else "as postgres") in ran.stdout
    assert not postgres_of(place)


def test_an_administrator_makes_the_roles_once_and_is_told_their_addresses(
    pipeline_gql: Command,
) -> None:
    with data_folder() as server, Embedded(server) as other:
        admin = {"MIGRATE_DATABASE_URL": other.urls().admin}
        made = pipeline_gql("db", "upgrade", **admin)
        assert made.code == 0
        app = next(line for line in made.out.splitlines() if line.startswith("DATABASE_URL="))
        again = pipeline_gql("db", "upgrade", **admin)
        assert again.out == "The database is up to date.\n"
        tokens = pipeline_gql("token", "list", DATABASE_URL=app.removeprefix("DATABASE_URL="))
        assert tokens.err == "There is no organisation yet.\n"


def _insert(place: Path, name: str) -> None:
    _query(
        place,
        "INSERT INTO organisation (org_id, name, created_at, updated_at)"
        " VALUES (gen_random_uuid(), $1, now(), now())",
        name,
    )


def _names(place: Path) -> list[str]:
    rows = _query(place, "SELECT name FROM organisation ORDER BY name")
    return [row["name"] for row in rows]


def _query(place: Path, sql: str, *arguments: object) -> list[asyncpg.Record]:
    async def run() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(embedded.urls().admin)
        try:
            return await connection.fetch(sql, *arguments)
        finally:
            await connection.close()

    with Embedded(place) as embedded:
        return asyncio.run(run())
