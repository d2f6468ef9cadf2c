"""The embedded server as one thing: attached to if it runs, started if not."""

import fcntl
import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from types import TracebackType
from typing import IO, Self
from urllib.parse import quote

from pipeline_gql.store import roles
from pipeline_gql.store.embedded import binaries, postmaster
from pipeline_gql.store.embedded.account import account_for
from pipeline_gql.store.embedded.cluster import ADMIN, DATABASE, Cluster
from pipeline_gql.store.embedded.errors import EmbeddedError

ROLES = ("migrate", "app", "reader", "backup")
LOGINS = {"admin": ADMIN, **{role: f"pipeline_{role}" for role in ROLES}}


@dataclass(frozen=True, slots=True)
class RoleUrls:
    """One address per role; `admin` is the superuser's."""

    admin: str
    migrate: str
    app: str
    reader: str
    backup: str


@dataclass(frozen=True, slots=True)
class Status:
    """`users` is true while some process of ours holds the server."""

    running: bool
    pid: int | None
    version: str | None
    in_use: bool
    kept: bool


class Embedded:
    """The server of one data directory.

    Every process that uses it holds a shared lock on the file `users`; whoever lets go last stops
    the server, unless `db start` asked for it to be kept. A killed process loses its lock by
    itself, and the next one attaches to the server that it left behind.
    """

    def __init__(self, data_dir: Path, *, settings: Mapping[str, str] | None = None) -> None:
        self.data_dir = data_dir.expanduser().absolute()
        self.settings = settings or {}
        self.cluster = Cluster(self.data_dir, account_for(self.data_dir / "postgres"))
        self._child: Popen[bytes] | None = None
        self._use: IO[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self, *, keep: bool = False) -> None:
        """Makes the database if there is none, starts the server unless it runs; idempotent."""
        self._check_reach()
        make_folder(self.data_dir)
        self._check_reach()
        with self.turn():
            if postmaster.running(self.cluster.path) is None:
                self._launch()
            if self._use is None:
                self._use = self._open("users")
                fcntl.flock(self._use, fcntl.LOCK_SH)
            if keep:
                self._kept.touch()

    def stop(self) -> None:
        """Lets go of the server, and stops it if nobody else uses it and it is not kept."""
        if self._use is None:
            return
        with self.turn():
            if not self._kept.exists() and not self._in_use():
                postmaster.stop(self.cluster.path, self._child)
            self._let_go()

    def halt(self, *, force: bool = False) -> bool:
        """Stops the server even if it is kept; False if it was not running.

        Raises EmbeddedError while other processes use it, unless forced.
        """
        if not self.cluster.exists:
            return False
        with self.turn():
            return self._halt(force)

    def destroy(self) -> None:
        """Deletes the database and its passwords; refused while another process uses it."""
        if not self.cluster.exists:
            return
        with self.turn():
            self._halt(force=False)
            self.cluster.delete()

    def _halt(self, force: bool) -> bool:
        if not force and self._in_use():
            raise EmbeddedError(
                f"Another process uses the database in {self.data_dir}; stop it first, or add"
                " --force."
            )
        was_running = postmaster.running(self.cluster.path) is not None
        self._kept.unlink(missing_ok=True)
        postmaster.stop(self.cluster.path, self._child)
        self._let_go()
        return was_running

    def status(self) -> Status:
        """How it stands; starts and makes nothing."""
        if not self.cluster.exists:
            return Status(False, None, None, in_use=False, kept=False)
        with self.turn():
            in_use = self._in_use()
        found = postmaster.running(self.cluster.path)
        version = (self.cluster.path / "PG_VERSION").read_text().strip()
        return Status(
            found is not None,
            found.pid if found else None,
            version,
            in_use=in_use,
            kept=self._kept.exists(),
        )

    def urls(self, database: str = DATABASE) -> RoleUrls:
        """The addresses of one database on the running server."""
        found = postmaster.find(self.cluster.path)
        if found is None:
            raise EmbeddedError(f"The database in {self.data_dir} is not running.")
        passwords = self.cluster.passwords()
        place = f"{quote(database)}?host={quote(str(found.socket_folder), safe='')}"
        return RoleUrls(
            **{
                role: f"postgresql://{login}:{passwords[role]}@/{place}&port={found.port}"
                for role, login in LOGINS.items()
            }
        )

    @property
    def passwords(self) -> roles.RolePasswords:
        """What `upgrade` gives the logins."""
        kept = self.cluster.passwords()
        return roles.RolePasswords(kept["migrate"], kept["app"], kept["reader"], kept["backup"])

    def revive(self) -> bool:
        """Starts the server again if it was killed; whoever stopped it properly meant it."""
        if self._use is None or not postmaster.was_killed(self.cluster.path, self._child):
            return False
        with self.turn():
            if postmaster.running(self.cluster.path) is None:
                self._launch()
        return True

    @property
    def _kept(self) -> Path:
        return self.data_dir / "kept"

    def _launch(self) -> None:
        programs = binaries.within_reach(self.cluster.account, self.data_dir)
        if not self.cluster.exists:
            self.cluster.create(programs, LOGINS)
        self.cluster.check_version(programs)
        self.cluster.configure(self.settings)
        self._child = postmaster.start(programs, self.cluster.account, self.cluster.path)

    def _check_reach(self) -> None:
        account = self.cluster.account
        if blocked := account.blocked_at(self.data_dir):
            raise EmbeddedError(
                f"PostgreSQL must not run as root, so it runs as the account `{account.name}`,"
                f" which cannot enter {blocked}; choose another --data-dir, such as"
                " /var/lib/pipeline-gql."
            )

    def _open(self, name: str) -> IO[str]:
        path = self.data_dir / name
        return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+")

    @contextmanager
    def turn(self) -> Generator[None]:
        """One process at a time starts, stops or upgrades this server."""
        with self._open("lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _in_use(self) -> bool:
        """Whether anybody but this object holds the server."""
        lock = self._use or self._open("users")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            # Asking for more has cost us the shared lock, even where it was refused.
            if lock is self._use:
                fcntl.flock(lock, fcntl.LOCK_SH)
            else:
                lock.close()
        return False

    def _let_go(self) -> None:
        if self._use is not None:
            self._use.close()
            self._use = None
        if self._child is not None and self._child.poll() is None:
            # It outlives us on purpose: Python would warn of a child that was left running.
            self._child.returncode = 0
        self._child = None


def make_folder(path: Path) -> None:
    """Only the folders that are missing are made, and only those get a mode."""
    for folder in (*reversed(path.parents), path):
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        except OSError as error:
            raise EmbeddedError(f"Cannot make {folder}: {error.strerror}.") from None
        folder.chmod(0o711 if os.geteuid() == 0 or folder != path else 0o700)
    if not path.is_dir():
        raise EmbeddedError(f"{path} is not a directory.")
    if not os.access(path, os.W_OK | os.X_OK):
        raise EmbeddedError(f"Cannot write to {path}; choose another --data-dir.")
