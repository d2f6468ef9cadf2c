"""What the verbs of one request share, and one verb as a client asked for it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import strawberry

from pipeline_gql.api.arguments import Given
from pipeline_gql.api.received import Reader
from pipeline_gql.api.verbs import Verb
from pipeline_gql.domain.selection import Pick
from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.store.database import Database
from pipeline_gql.store.files import Files
from pipeline_gql.store.reads.statements import Statement


@dataclass(slots=True)
class Turn:
    """What the verbs of one request share. `key` is the request's idempotency key, for those
    verbs whose input brings none."""

    database: Database
    files: Files
    viewer: Viewer
    deadline: float
    request_id: str
    variables: Mapping[str, Any]
    key: str | None = None
    statements: int = 0


@dataclass(frozen=True, slots=True)
class WritePlan:
    """A verb of a plan: what it is, and how its payload is written."""

    key: str
    type: str
    verb: Verb
    given: Given
    """The verb's input, as graphql-core coerces it."""
    read: Reader
    """Of that, as an object."""
    picks: tuple[Pick, ...]
    objects: Mapping[str, Statement]
    """The statement of each selected object, by response key."""
    created: Mapping[tuple[str, ...], Statement]
    """The statements of what may be selected in `effects`."""
    tells_effects: bool
    """Whether `effects` are selected."""
    shown: str
    """The picks in words, by which a stored answer is known to show the same."""

    @property
    def statements(self) -> Iterator[tuple[str, Statement]]:
        """All of them, each with the response key that an error names."""
        yield from self.objects.items()
        yield from ((path[-2], statement) for path, statement in self.created.items())


@dataclass(frozen=True, slots=True)
class Asking:
    """One verb as it was asked for. `path` is its place in the answer; `name` is the verb's own,
    and `raw` its input as sent, without the members that do not say what is to be done."""

    plan: WritePlan
    input: Any
    path: str
    name: str
    raw: Mapping[str, Any]

    @property
    def is_dry(self) -> bool:
        return self.input.dry_run not in (None, strawberry.UNSET, False)
