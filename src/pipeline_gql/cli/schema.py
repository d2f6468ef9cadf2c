"""`schema print`."""

import typer

commands = typer.Typer(help="The GraphQL schema.", no_args_is_help=True, rich_markup_mode=None)


@commands.command("print")
def show() -> None:
    """Print the schema in GraphQL's own language."""
    from pipeline_gql.api.schema import SCHEMA

    print(SCHEMA.as_str())


@commands.callback()
def _group() -> None:
    """Without it typer would make the one command the group itself."""
