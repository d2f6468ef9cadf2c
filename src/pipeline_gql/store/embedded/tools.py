"""PostgreSQL's own tools, run against a server by its address."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from pipeline_gql.store.embedded.account import clean_environment
from pipeline_gql.store.embedded.binaries import installed
from pipeline_gql.store.embedded.errors import EmbeddedError


def backup(url: str, file: Path) -> None:
    """Writes the whole database to `file`, which never holds half of it.

    `url` must be that of the role backup: row-level security hides the rows from every other.
    """
    try:
        # Made by us, for us alone, under a name nobody else has: it holds everything.
        handle, name = tempfile.mkstemp(".part", f"{file.name}.", file.parent)
    except OSError as error:
        raise _unwritable(file, error) from None
    os.close(handle)
    half_done = Path(name)
    try:
        _run("pg_dump", url, ["--format=custom", f"--file={half_done}"])
        half_done.replace(file)
    except OSError as error:
        raise _unwritable(file, error) from None
    finally:
        half_done.unlink(missing_ok=True)


def restore(url: str, file: Path) -> None:
    """Fills the empty database at `url` from a backup, all of it or nothing."""
    if not file.is_file():
        raise EmbeddedError(f"There is no file {file}.")
    _run("pg_restore", url, ["--single-transaction", "--exit-on-error", str(file)])


def shell(url: str, arguments: Sequence[str] = ()) -> int:
    """psql on our terminal; returns its exit code. Ctrl-C is psql's."""
    former = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        address, environment = _apart(url, os.environ)
        command = [installed().path("psql"), f"--dbname={address}", *arguments]
        return subprocess.run(command, check=False, env=environment).returncode
    finally:
        signal.signal(signal.SIGINT, former)


def _run(program: str, url: str, arguments: Sequence[str]) -> None:
    address, environment = _apart(url, clean_environment())
    command = [installed().path(program), "--no-password", f"--dbname={address}", *arguments]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if answer.returncode != 0:
        said = answer.stderr.strip().splitlines() or [f"exit code {answer.returncode}"]
        raise EmbeddedError(f"{program} failed: {said[0].removeprefix(f'{program}: ')}")


def _apart(url: str, environment: Mapping[str, str]) -> tuple[str, Mapping[str, str]]:
    """The address without its password, which everybody could read among our arguments."""
    parts = urlsplit(url)
    login, _, place = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    address = urlunsplit(parts._replace(netloc=f"{user}@{place}"))
    return address, {**environment, "PGPASSWORD": unquote(password)}


def _unwritable(file: Path, error: OSError) -> EmbeddedError:
    return EmbeddedError(f"Cannot write {file}: {error.strerror}.")
