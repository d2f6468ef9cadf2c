"""The command line: demo · serve · worker · db · organization · token · pipeline · schema.

Whatever somebody got wrong is told in one sentence on standard error: exit code 2 for the command
line and the settings, 1 for the world outside. A traceback means a bug. A variable that looks like
a setting and is none is told as well, and ignored.
"""

import os
import sys
from collections.abc import Sequence

import typer
from typer.exceptions import Abort, TyperException

from pipeline_gql.cli import db, organization, pipeline, schema, serve, token, worker
from pipeline_gql.cli.problems import Problem
from pipeline_gql.config import SettingsError, strangers
from pipeline_gql.store.database import UnsafeRole
from pipeline_gql.store.embedded import EmbeddedError
from pipeline_gql.store.upgrade import UpgradeRefused

__all__ = ["main"]

USAGE, FAILURE, INTERRUPTED = 2, 1, 130

_app = typer.Typer(
    name="pipeline-gql",
    help="A GraphQL server for sales opportunities that travel a configurable graph of steps.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
_app.command("demo")(serve.demo)
_app.command("serve")(serve.serve)
_app.command("worker")(worker.worker)
_app.add_typer(db.commands, name="db")
_app.add_typer(organization.commands, name="organization")
_app.add_typer(token.commands, name="token")
_app.add_typer(pipeline.commands, name="pipeline")
_app.add_typer(schema.commands, name="schema")


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one command and exits with its code."""
    for sentence in strangers(os.environ):
        print(sentence, file=sys.stderr)
    sys.exit(_run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    try:
        return int(_app(arguments, prog_name="pipeline-gql", standalone_mode=False) or 0)
    except TyperException as error:
        return _tell(error.format_message(), USAGE)
    except SettingsError as error:
        return _tell(str(error), USAGE)
    except (Problem, EmbeddedError, UnsafeRole, UpgradeRefused) as error:
        return _tell(str(error), FAILURE)
    except (Abort, KeyboardInterrupt):
        return INTERRUPTED


def _tell(sentence: str, code: int) -> int:
    print(sentence, file=sys.stderr)
    return code
