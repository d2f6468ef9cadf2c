"""PostgreSQL's own tools, run against a server by its address."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline_gql.store.embedded.account import clean_environment
from pipeline_gql.store.embedded.binaries import installed
from pipeline_gql.store.embedded.errors import EmbeddedError


def backup(url: str, file: Path) -> None:
    """Writes the whole database to `file`, which never holds half of it.

    `url` must be that of the role backup: row-level security hides the rows from every other.
    """
    half_done = file.with_name(file.name + ".part")
    try:
        # The file is made by us, for us alone: it holds everything.
        os.close(os.open(half_done, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        _run("pg_dump", ["--format=custom", f"--file={half_done}", url])
        half_done.replace(file)
    except OSError as error:
        raise EmbeddedError(f"Cannot write {file}: {error.strerror}.") from None
    finally:
        half_done.unlink(missing_ok=True)


def restore(url: str, file: Path) -> None:
    """Fills the empty database at `url` from a backup, all of it or nothing."""
    if not file.is_file():
        raise EmbeddedError(f"There is no file {file}.")
    options = ["--single-transaction", "--exit-on-error", "--no-password"]
    _run("pg_restore", [*options, f"--dbname={url}", str(file)])


def shell(url: str, arguments: Sequence[str] = ()) -> int:
    """psql on our terminal; returns its exit code. Ctrl-C is psql's."""
    former = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        command = [installed().path("psql"), url, *arguments]
        return subprocess.run(command, check=False).returncode
    finally:
        signal.signal(signal.SIGINT, former)


def _run(program: str, arguments: Sequence[str]) -> None:
    command = [installed().path(program), *arguments]
    environment: Mapping[str, str] = clean_environment()
    answer = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if answer.returncode != 0:
        said = answer.stderr.strip().splitlines() or [f"exit code {answer.returncode}"]
        raise EmbeddedError(f"{program} failed: {said[0].removeprefix(f'{program}: ')}")
