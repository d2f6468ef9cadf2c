"""What an operation hands back: the keys of what it made or changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Key = int | str


@dataclass(frozen=True, slots=True)
class Done:
    """Keys by the payload's object: `Done({"opportunity": 12, "interests": [3]})`."""

    objects: Mapping[str, Key | Sequence[Key]]
