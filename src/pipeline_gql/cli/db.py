"""`db`: the embedded database's life, and migrations of any."""

import asyncio
import shlex
from pathlib import Path
from typing import Annotated

import typer

from pipeline_gql.cli import roles
from pipeline_gql.cli.place import DataDir, bring_up_to_date, owned, running
from pipeline_gql.cli.problems import Problem, reaching
from pipeline_gql.config import Settings, load
from pipeline_gql.store.embedded import restoring, tools
from pipeline_gql.store.files import folder_of
from pipeline_gql.store.upgrade import upgrade as migrate

commands = typer.Typer(help="The database.", no_args_is_help=True, rich_markup_mode=None)

Force = Annotated[bool, typer.Option("--force", help="Although another process uses it.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Role = Annotated[str, typer.Option(help="admin, migrate, app, reader or backup.")]
NOT_RUNNING = 3


@commands.command()
def start(data_dir: DataDir = None) -> None:
    """Start the embedded database and leave it running."""
    embedded = owned(load(data_dir=data_dir), "db start")
    with running(embedded, keep=True):
        bring_up_to_date(embedded)
        print(f"PostgreSQL runs (process {embedded.status().pid}), until `db stop`.")


@commands.command()
def stop(data_dir: DataDir = None, force: Force = False) -> None:
    """Stop the embedded database."""
    was_running = owned(load(data_dir=data_dir), "db stop").halt(force=force)
    print("PostgreSQL has stopped." if was_running else "PostgreSQL was not running.")


@commands.command()
def status(data_dir: DataDir = None) -> None:
    """Say whether the embedded database runs; exit code 3 if it does not."""
    embedded = owned(load(data_dir=data_dir), "db status")
    found = embedded.status()
    print(f"Data      {embedded.data_dir}")
    if found.version is None:
        print("Server    none yet; `serve`, `demo` or `db start` makes one")
    elif not found.running:
        print(f"Server    PostgreSQL {found.version}, not running")
    else:
        print(f"Server    PostgreSQL {found.version}, process {found.pid}")
        print(f"In use    {'yes' if found.in_use else 'no'}")
        print(f"Ends      {'with `db stop`' if found.kept else 'with the last process using it'}")
    if not found.running:
        raise typer.Exit(NOT_RUNNING)


@commands.command()
def upgrade(data_dir: DataDir = None) -> None:
    """Migrate the database; given an administrator's address, make the roles too."""
    settings = load(data_dir=data_dir)
    if url := settings.migrate_database_url:
        with reaching(url):
            passwords, made = asyncio.run(roles.wanted(url, settings))
            asyncio.run(migrate(url, passwords))
        for line in roles.addresses(url, made):
            print(line)
    elif settings.database_url:
        raise Problem(
            "Set MIGRATE_DATABASE_URL, to an address as the role pipeline_migrate or as an"
            " administrator: the role of DATABASE_URL must not own the tables."
        )
    else:
        with running(owned(settings, "db upgrade")) as embedded:
            bring_up_to_date(embedded)
    print("The database is up to date.")


@commands.command()
def shell(data_dir: DataDir = None, role: Role = "admin") -> None:
    """Open psql on the embedded database; what is piped in is run."""
    with running(owned(load(data_dir=data_dir), "db shell")) as embedded:
        url = getattr(embedded.urls(), role, None)
        if not isinstance(url, str):
            raise typer.BadParameter(f"`{role}` is no role: admin, migrate, app, reader, backup.")
        code = tools.shell(url)
    raise typer.Exit(code)


@commands.command()
def backup(file: Path, data_dir: DataDir = None) -> None:
    """Write everything in the embedded database to FILE; files that were attached are not in it."""
    settings = load(data_dir=data_dir)
    with running(owned(settings, "db backup")) as embedded:
        bring_up_to_date(embedded)
        tools.backup(embedded.urls().backup, file)
    print(f"The whole database is in {file} ({file.stat().st_size:,} bytes).")
    print(_of_files(settings, file))


def _of_files(settings: Settings, file: Path) -> str:
    """What is to be done about them, now that the database cannot name any that is not there."""
    if (folder := folder_of(settings.files)) is None:
        return f"Files that were attached are kept at {settings.files}: copy them by its own means."
    if not folder.is_dir():
        return "No files were attached."
    copy = shlex.join(["cp", "-a", f"{folder}/.", f"{file.absolute()}.files"])
    return f"Files that were attached are not in it; copy them now: {copy}"


@commands.command()
def restore(file: Path, data_dir: DataDir = None, yes: Yes = False) -> None:
    """Replace everything in the embedded database by what is in FILE."""
    settings = load(data_dir=data_dir)
    embedded = owned(settings, "db restore")
    if not file.is_file():
        raise Problem(f"There is no file {file}.")
    if embedded.cluster.exists and not yes:
        typer.confirm(f"Replace everything in {embedded.data_dir}?", abort=True)
    with running(embedded):
        bring_up_to_date(embedded)
        with reaching(embedded.urls().admin):
            asyncio.run(restoring.replace(embedded, file))
        bring_up_to_date(embedded)
    print(f"The database is as it was in {file}.")
    if folder := folder_of(settings.files):
        copy = shlex.join(["cp", "-a", f"{file.absolute()}.files/.", str(folder)])
        print(f"If files were copied beside it, bring them back before anybody asks: {copy}")
