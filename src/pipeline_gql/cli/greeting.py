"""What `demo` shows: how far it is, and then how to use it."""

import json
import os
import shlex
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from pipeline_gql.config import Settings
from pipeline_gql.domain.viewer import Role

if TYPE_CHECKING:
    from pipeline_gql.demo import Demo

Report = Callable[[str, float], None]
DOCUMENT = (
    '{ opportunities(first: 3, filters: [{field: regionName, operation: eq, value: "UK"}])'
    " { pageInfo { totalRecords } edges { node { id name step { name } value { grandTotal } } } } }"
)


@contextmanager
def progress() -> Generator[Report]:
    """A bar on standard error if that is a terminal; called with what is done and how much."""
    columns = (
        TextColumn("{task.description:24}"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
    )
    console = Console(stderr=True)
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task("", total=1.0)

        def report(what: str, done: float) -> None:
            bar.update(task, description=what, completed=done)

        yield report


def of_demo(demo: "Demo", address: str, settings: Settings) -> str:
    """Plain text: a curl line must not be broken to fit a terminal."""
    token_file = settings.data_dir / "demo-token"
    lines = [
        "The demo organisation is served.",
        "",
        *([f"  Explorer      {address}/graphiql"] if settings.graphiql else []),
        f"  Endpoint      {address}/graphql",
        f"  Organisation  {demo.org_id}",
        f"  Admin's token {token_file}",
        "",
        "A bearer token per role:",
        "",
        *(f"  {_word(role):<12}  {token}" for role, token in demo.tokens.items()),
        "",
        "Try it:",
        "",
        curl(address, demo),
        "",
        "Ctrl-C ends it.",
    ]
    return "\n".join(lines)


def curl(address: str, demo: "Demo") -> str:
    """One line for a shell."""
    body = json.dumps({"query": DOCUMENT})
    words = [
        *("curl", "-s", f"{address}/graphql"),
        *("-H", f"Authorization: Bearer {demo.tokens[Role.ADMIN]}"),
        *("-H", f"organization-id: {demo.org_id}"),
        *("-H", "Content-Type: application/json"),
        *("-d", body),
    ]
    return shlex.join(words)


def write_secret(path: Path, secret: str) -> None:
    """For the owner alone from the first byte; a link in its place is replaced, not followed."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secret + "\n")
    fresh.replace(path)


def _word(role: Role) -> str:
    return role.value.lower().replace("_", "-")
