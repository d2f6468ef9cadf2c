"""`serve` and `demo`."""

import asyncio
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, closing, nullcontext
from socket import socket as Socket  # noqa: N812 - a class in spite of its name
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline_gql.cli import greeting
from pipeline_gql.cli.listening import address_of, bound, listen
from pipeline_gql.cli.place import DataDir, database_of, opened, owned
from pipeline_gql.cli.problems import Problem
from pipeline_gql.cli.signals import Stopped
from pipeline_gql.cli.workers import serve_on
from pipeline_gql.config import PREFIX, Settings, environment_name, load
from pipeline_gql.domain.errors import FilesUnavailable
from pipeline_gql.domain.viewer import Role
from pipeline_gql.store.embedded import Embedded, Keeper, make_folder
from pipeline_gql.store.files import Files, MisplacedFiles

if TYPE_CHECKING:
    from pipeline_gql.demo import Demo

Host = Annotated[
    str | None, typer.Option(help="Address to listen on (127.0.0.1).", show_default=False)
]
Port = Annotated[int | None, typer.Option(help="Port to listen on (8000).", show_default=False)]
Workers = Annotated[int | None, typer.Option(help="Server processes (1).", show_default=False)]
Working = Annotated[
    bool | None,
    typer.Option(
        "--worker/--no-worker",
        help="Do the worker's jobs too; otherwise run `pipeline-gql worker` beside it.",
        show_default=False,
    ),
]
Reset = Annotated[
    bool, typer.Option("--reset", help="Delete the embedded database and its files first.")
]


def serve(
    host: Host = None,
    port: Port = None,
    workers: Workers = None,
    worker: Working = None,
    data_dir: DataDir = None,
) -> None:
    """Serve DATABASE_URL, or the embedded database if that is not set."""
    given = {"host": host, "port": port, "workers": workers, "worker": worker}
    settings = load(**given, data_dir=data_dir)
    files_of(settings)
    with closing(bound(settings.host, settings.port)) as socket, database_of(settings) as found:
        known, embedded = found
        asyncio.run(check(known))
        _serve(socket, known, embedded, lambda address: f"Serving at {address}/graphql")


def demo(
    host: Host = None,
    port: Port = None,
    workers: Workers = None,
    worker: Working = None,
    data_dir: DataDir = None,
    reset: Reset = False,
) -> None:
    """Create the demo organisation if it is not there, and serve it."""
    given = {"host": host, "port": port, "workers": workers, "worker": worker}
    settings = _demo_settings(load(**given, data_dir=data_dir))
    files = files_of(settings)
    with closing(bound(settings.host, settings.port)) as socket, ExitStack() as stack:
        if reset:
            owned(settings, "demo --reset").destroy()
            _forget_files(settings)
        make_folder(settings.data_dir)
        with greeting.progress() as report:
            report("Starting PostgreSQL", 0.0)
            known, embedded = stack.enter_context(database_of(settings))
            made = asyncio.run(_create(known, files, report))
        known = _shown_to_explorer(known, made)
        _serve(socket, known, embedded, lambda address: greeting.of_demo(made, address, known))


def _forget_files(settings: Settings) -> None:
    """Those beside the embedded database go with it; a place that somebody chose is left alone."""
    if settings.files_url is None:
        shutil.rmtree(settings.data_dir / "files", ignore_errors=True)


async def check(settings: Settings) -> None:
    """Raises Problem unless the database can be served."""
    async with opened(settings):
        pass


def files_of(settings: Settings) -> Files:
    """Raises Problem unless the settings lead to where files may be kept."""
    files = Files(settings.files, settings.files_quota_bytes)
    try:
        files.check()
    except MisplacedFiles as error:
        name = environment_name("files_url", Settings.model_fields["files_url"])
        raise Problem(f"{name} cannot be used: {error}.") from None
    return files


async def _create(settings: Settings, files: Files, report: greeting.Report) -> "Demo":
    from pipeline_gql import demo as demos

    async with opened(settings) as database:
        file = settings.data_dir / "demo-tokens.json"
        try:
            return await demos.create(database, files, report=report, tokens_file=file)
        except FilesUnavailable:
            raise Problem(f"Files cannot be kept at {settings.files}.") from None


def _demo_settings(settings: Settings) -> Settings:
    """For a person who watches, unless the environment asks for JSON."""
    plain = f"{PREFIX}LOG_JSON" not in os.environ and sys.stderr.isatty()
    return settings.model_copy(update={"demo": True, "log_json": settings.log_json and not plain})


def _shown_to_explorer(settings: Settings, made: "Demo") -> Settings:
    token = made.tokens[Role.ADMIN]
    greeting.write_secret(settings.data_dir / "demo-token", token)
    shown = {"demo_token": token, "demo_organization": str(made.org_id)}
    return settings.model_copy(update=shown)


def _serve(
    socket: Socket, settings: Settings, embedded: Embedded | None, greet: Callable[[str], str]
) -> None:
    """Until a signal ends it, which from here on is the proper end."""
    try:
        listen(socket, settings.host, settings.port)
        print(greet(address_of(socket, settings.host)), flush=True)
        with kept_up(embedded):
            serve_on(socket, settings)
    except Stopped:
        pass


def kept_up(embedded: Embedded | None) -> AbstractContextManager[object]:
    """Starts the embedded server anew whenever it has ended; another one is not ours to start."""
    return Keeper(embedded) if embedded else nullcontext()
