"""The documents that GraphiQL opens with; they work in the demo organisation as they stand."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson

_FOLDER = Path(__file__).parent / "documents"
_NAMES = (
    *("search", "create", "progress", "add_interest", "refusal"),
    *("board", "forecast", "timeline", "history"),
)


@dataclass(frozen=True, slots=True)
class Example:
    """A document with its variables, which name objects of the demo organisation."""

    name: str
    query: str
    variables: dict[str, Any]


@cache
def examples() -> tuple[Example, ...]:
    """In the order of GraphiQL's tabs."""
    return tuple(_example(name) for name in _NAMES)


def _example(name: str) -> Example:
    return Example(
        name=name,
        query=(_FOLDER / f"{name}.graphql").read_text("utf-8"),
        variables=orjson.loads((_FOLDER / f"{name}.json").read_bytes()),
    )
