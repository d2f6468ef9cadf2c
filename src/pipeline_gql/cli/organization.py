"""`organization`: the first thing that a new server needs."""

import asyncio
from typing import Annotated
from uuid import uuid4

import typer

from pipeline_gql import templates
from pipeline_gql.cli.place import DataDir, database_of, opened
from pipeline_gql.cli.problems import Problem
from pipeline_gql.config import Settings, load
from pipeline_gql.domain import documents, undefined
from pipeline_gql.domain.documents import Document
from pipeline_gql.domain.errors import Refusal
from pipeline_gql.operations.attributes import CreateAttribute
from pipeline_gql.operations.organisations import Found, found
from pipeline_gql.store import tokens

commands = typer.Typer(help="Organisations.", no_args_is_help=True, rich_markup_mode=None)
OPTIONS = {"name": "The name", "admin_email": "--admin", "admin_name": "--admin-name"}


@commands.command()
def create(
    name: str,
    admin: Annotated[str, typer.Option("--admin", help="The email address of its first user.")],
    admin_name: Annotated[str, typer.Option(help="The first user's name.")] = "Administrator",
    pipeline: Annotated[
        list[str] | None,
        typer.Option(help="training, sales or simple; the first one named is the default."),
    ] = None,
    currency: Annotated[str, typer.Option(help="ISO 4217 code.")] = "USD",
    time_zone: Annotated[str, typer.Option(help="Such as Europe/London.")] = "UTC",
    data_dir: DataDir = None,
) -> None:
    """Make an organisation with an administrator; print its id and a token, this once."""
    wanted = list(dict.fromkeys(pipeline or ["simple"]))
    if unknown := set(wanted).difference(templates.NAMES):
        raise typer.BadParameter(f"there is no built-in pipeline {min(unknown)}")
    graphs = [documents.parse(templates.source(each)) for each in wanted]
    required = _required(graphs)
    command = Found(name, admin, admin_name, currency, time_zone, graphs, required)
    with database_of(load(data_dir=data_dir)) as (settings, _):
        organisation, token = asyncio.run(_founded(settings, command))
    print(f"Organisation  {organisation}\nAdmin's token {token}")


def _required(pipelines: list[Document]) -> list[CreateAttribute]:
    """The attributes that they ask for."""
    keys = {key for each in pipelines for _, key in undefined.named(each.graph)}
    return [CreateAttribute(key, **it) for key, it in templates.attributes(keys).items()]


async def _founded(settings: Settings, command: Found) -> tuple[str, str]:
    org_id = uuid4()
    async with opened(settings) as database:
        try:
            async with database.writing(org_id) as unit:
                admin_id = await found(unit, command)
                issued = await tokens.create(unit, admin_id, "command line")
        except Refusal as refusal:
            raise Problem(_sentence(refusal)) from None
    return str(org_id), issued.secret


def _sentence(refusal: Refusal) -> str:
    field = str(refusal.path[-1])
    option = OPTIONS.get(field, "--" + field.replace("_", "-"))
    return refusal.message.format(**{**refusal.facts, "field": option}) + "."


@commands.callback()
def _group() -> None:
    """Without it typer would make the one command the group itself."""
