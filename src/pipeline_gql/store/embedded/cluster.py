"""The data directory: made once, configured before each start."""

import json
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline_gql.store.embedded.account import Account
from pipeline_gql.store.embedded.binaries import Binaries
from pipeline_gql.store.embedded.errors import EmbeddedError

DATABASE = "pipeline_gql"
ADMIN = "postgres"
# PostgreSQL refuses a socket's path of more than 107 bytes, macOS of more than 103.
LONGEST_SOCKET_FOLDER = 85

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": "100",
    "shared_preload_libraries": "pg_stat_statements",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "cluster_name": "pipeline-gql",
    "restart_after_crash": "on",
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",
    "log_truncate_on_rotation": "on",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """PostgreSQL's own directory inside the data directory, and who owns it."""

    data_dir: Path
    account: Account

    @property
    def path(self) -> Path:
        return self.data_dir / "postgres"

    @property
    def passwords_file(self) -> Path:
        return self.data_dir / "passwords.json"

    @property
    def exists(self) -> bool:
        return self.path.exists()

    def passwords(self) -> Mapping[str, str]:
        """By role, "admin" among them."""
        try:
            return json.loads(self.passwords_file.read_text())
        except FileNotFoundError:
            raise EmbeddedError(
                f"{self.passwords_file} is missing, without it nobody can open this database;"
                " put it back, or choose another --data-dir."
            ) from None

    def check_version(self, binaries: Binaries) -> None:
        """Raises EmbeddedError if these programs cannot open this data."""
        data, programs = (self.path / "PG_VERSION").read_text().strip(), binaries.major()
        if data != programs:
            raise EmbeddedError(
                f"The data in {self.data_dir} was written by PostgreSQL {data} and the installed"
                f" programs are PostgreSQL {programs}: make a backup with the former version"
                " (`pipeline-gql db backup`) and restore it into a new --data-dir."
            )

    def create(self, binaries: Binaries, roles: Iterable[str]) -> None:
        """Makes the cluster and its empty database; a half-made one never gets the real name."""
        half_done = self.data_dir / "postgres.new"
        shutil.rmtree(half_done, ignore_errors=True)
        passwords = {role: secrets.token_urlsafe(24) for role in roles}
        _write_secret(self.passwords_file, json.dumps(passwords))
        half_done.mkdir(mode=0o700)
        self.account.give(half_done)
        self._initdb(binaries, half_done, passwords["admin"])
        self._create_database(binaries, half_done)
        half_done.rename(self.path)

    def delete(self) -> None:
        """Renamed first, so that an interrupted deletion leaves no half of a cluster."""
        doomed = self.data_dir / "postgres.old"
        shutil.rmtree(doomed, ignore_errors=True)
        self.path.rename(doomed)
        self.passwords_file.unlink(missing_ok=True)
        shutil.rmtree(doomed)

    def configure(self, settings: Mapping[str, str]) -> None:
        """Writes the settings of the next start; the former ones are replaced."""
        wanted = {**SETTINGS, "unix_socket_directories": self._socket_folder(), **settings}
        text = "".join(f"{name} = {_quoted(value)}\n" for name, value in wanted.items())
        # Written outside and moved in: as root we must not follow a link that the account laid.
        fresh = self.data_dir / "postgresql.auto.conf.new"
        _write_secret(fresh, "# Written by pipeline-gql at every start.\n" + text)
        self.account.give(fresh)
        fresh.replace(self.path / "postgresql.auto.conf")

    def _initdb(self, binaries: Binaries, folder: Path, password: str) -> None:
        with tempfile.NamedTemporaryFile("w", dir=self.data_dir) as password_file:
            self.account.give(Path(password_file.name))
            password_file.write(password)
            password_file.flush()
            command = [
                *(binaries.path("initdb"), "--pgdata", folder, "--username", ADMIN),
                *("--pwfile", password_file.name, "--auth", "scram-sha-256"),
                *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin"),
                *("--builtin-locale=C.UTF-8", "--data-checksums", "--no-instructions"),
            ]
            self._run(command, "")

    def _create_database(self, binaries: Binaries, folder: Path) -> None:
        command = [binaries.path("postgres"), "--single", "-D", folder, "postgres"]
        self._run(command, f"CREATE DATABASE {DATABASE}\n")

    def _run(self, command: list[str | Path], text: str) -> None:
        answer = subprocess.run(
            command, input=text, capture_output=True, text=True, check=False, **self.account.child()
        )
        if answer.returncode != 0:
            said = (answer.stderr.strip() or answer.stdout.strip()).splitlines()
            why = said[-1] if said else f"exit code {answer.returncode}"
            raise EmbeddedError(f"A database could not be made in {self.data_dir}: {why}")

    def _socket_folder(self) -> str:
        """Beside the data; elsewhere only if that path is too long for a socket."""
        folder = self.data_dir / "socket"
        if len(os.fsencode(folder)) > LONGEST_SOCKET_FOLDER or "," in str(folder):
            folder = Path(tempfile.mkdtemp(prefix="pipeline-gql-", dir="/tmp"))
        folder.mkdir(mode=0o700, exist_ok=True)
        self.account.give(folder)
        return str(folder)


def _quoted(value: str) -> str:
    """As PostgreSQL's configuration files want it."""
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _write_secret(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
