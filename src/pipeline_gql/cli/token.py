"""`token`: who may come in."""

import asyncio
import re
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, TypeVar
from uuid import UUID

import typer

from pipeline_gql.cli.place import DataDir, database_of, opened
from pipeline_gql.cli.problems import Problem
from pipeline_gql.config import load
from pipeline_gql.domain.viewer import ALLOWED, Role
from pipeline_gql.store import directory, models, tokens, users
from pipeline_gql.store.database import Database, Unit

commands = typer.Typer(help="Bearer tokens.", no_args_is_help=True, rich_markup_mode=None)

Organization = Annotated[
    UUID | None,
    typer.Option("--organization", help="Its id; needed if there are several.", show_default=False),
]
Email = Annotated[str, typer.Option("--user", help="The email address of who will bear it.")]
Name = Annotated[str, typer.Option(help="What it is for.")]
ReadOnly = Annotated[bool, typer.Option("--read-only", help="It may change nothing.")]
Days = Annotated[
    int | None, typer.Option("--days", min=1, max=36500, help="Days until it expires (never).")
]
T = TypeVar("T")
PRESENT = "%Y-%m-%d %H:%M"


@commands.command()
def create(
    user: Email,
    name: Name = "command line",
    read_only: ReadOnly = False,
    days: Days = None,
    organization: Organization = None,
    data_dir: DataDir = None,
) -> None:
    """Make a token and print it, this once."""
    scopes = (tokens.READ,) if read_only else (tokens.READ, tokens.WRITE)

    async def work(unit: Unit) -> tokens.Issued:
        bearer = await users.by_email(unit, user)
        if bearer is None or not bearer.is_active:
            raise Problem(f"There is no active user {user} in organisation {unit.org_id}.")
        ends = unit.now + timedelta(days=days) if days else None
        return await tokens.create(unit, bearer.id, name, scopes=scopes, expires_at=ends)

    print(_run(work, organization, data_dir).secret)


@commands.command("list")
def show(organization: Organization = None, data_dir: DataDir = None) -> None:
    """List the tokens: id, first characters, user, what for, what they allow, state."""

    async def work(unit: Unit) -> list[str]:
        bearers = await users.by_id(unit)
        return [_line(row, bearers[row.user_id]) for row in await tokens.all_tokens(unit)]

    for line in _run(work, organization, data_dir):
        print(line)


@commands.command()
def revoke(token: str, organization: Organization = None, data_dir: DataDir = None) -> None:
    """Revoke a token, named by its id; servers may honour it for five more seconds."""
    if not re.fullmatch(r"[0-9]{1,18}", token):
        raise typer.BadParameter("name the token by its number, which `token list` shows")

    async def work(unit: Unit) -> bool:
        return await tokens.revoke(unit, int(token))

    if not _run(work, organization, data_dir):
        raise Problem(f"There is no token {token}.")
    print(f"Token {token} is revoked.")


def _run(
    work: Callable[[Unit], Coroutine[Any, Any, T]],
    organization: UUID | None,
    data_dir: Path | None,
) -> T:
    """The result of `work` in one transaction of the organisation."""

    async def run() -> T:
        async with opened(settings) as database:
            org_id = await _organization(database, organization)
            async with database.writing(org_id) as unit:
                return await work(unit)

    with database_of(load(data_dir=data_dir)) as (settings, _):
        return asyncio.run(run())


async def _organization(database: Database, wanted: UUID | None) -> UUID:
    known = await directory.organisation_ids(database)
    if wanted:
        if wanted not in known:
            raise Problem(f"There is no organisation {wanted}.")
        return wanted
    if len(known) == 1:
        return known[0]
    if not known:
        raise Problem("There is no organisation yet.")
    raise Problem("There are several organisations; name one with --organization.")


def _line(row: models.ApiToken, bearer: models.User) -> str:
    now = datetime.now(UTC)
    if row.revoked_at:
        state = f"revoked {row.revoked_at:{PRESENT}}"
    elif not bearer.is_active:
        state = "user is inactive"
    elif row.expires_at:
        verb = "expired" if row.expires_at <= now else "expires"
        state = f"{verb} {row.expires_at:{PRESENT}}"
    else:
        state = "in force"
    return f"{row.id:>4}  {row.hint}…  {bearer.email}  {row.name}  {_scope(row, bearer)}  {state}"


def _scope(row: models.ApiToken, bearer: models.User) -> str:
    """What the token allows to whom it was given: never more than the role."""
    writes = not row.scopes or tokens.WRITE in row.scopes
    return "reads and writes" if writes and ALLOWED[Role(bearer.role)] else "reads"
