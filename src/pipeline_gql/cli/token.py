"""`token`: who may come in."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from pipeline_gql.cli.place import DataDir, Organization, run_in
from pipeline_gql.cli.problems import Problem
from pipeline_gql.domain.viewer import ALLOWED, Role
from pipeline_gql.store import models, tokens, users
from pipeline_gql.store.database import Unit

commands = typer.Typer(help="Bearer tokens.", no_args_is_help=True, rich_markup_mode=None)

Email = Annotated[str, typer.Option("--user", help="The email address of who will bear it.")]
Name = Annotated[str, typer.Option(help="What it is for.")]
ReadOnly = Annotated[bool, typer.Option("--read-only", help="It may change nothing.")]
Days = Annotated[
    int | None, typer.Option("--days", min=1, max=36500, help="Days until it expires (never).")
]
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

    print(run_in(organization, data_dir, work).secret)


@commands.command("list")
def show(organization: Organization = None, data_dir: DataDir = None) -> None:
    """List the tokens: id, first characters, user, what for, what they allow, state."""

    async def work(unit: Unit) -> list[str]:
        bearers = await users.by_id(unit)
        return [_line(row, bearers[row.user_id]) for row in await tokens.all_tokens(unit)]

    for line in run_in(organization, data_dir, work):
        print(line)


@commands.command()
def revoke(token: str, organization: Organization = None, data_dir: DataDir = None) -> None:
    """Revoke a token, named by its id; servers may honour it for five more seconds."""
    if not re.fullmatch(r"[0-9]{1,18}", token):
        raise typer.BadParameter("name the token by its number, which `token list` shows")

    async def work(unit: Unit) -> bool:
        return await tokens.revoke(unit, int(token))

    if not run_in(organization, data_dir, work):
        raise Problem(f"There is no token {token}.")
    print(f"Token {token} is revoked.")


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
