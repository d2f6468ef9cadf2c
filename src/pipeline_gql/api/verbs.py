"""Verbs: the fields of a mutation namespace. Each turns its input into a call of an operation."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from pipeline_gql.domain.errors import NotFound, Path, Refusal, Refused
from pipeline_gql.domain.ids import decode
from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.operations.done import Done
from pipeline_gql.store.database import Database, Unit
from pipeline_gql.store.files import Files

T = TypeVar("T")
Work = Callable[[Unit], Awaitable[Done]]
"""What a verb does in the transaction that it is given."""

Interpreter = Callable[[Any, "Call"], Work]
"""How a verb reads its input; raises refusals for ids that name nothing."""

VERB = "verb"
ATOMIC = "atomic"


class Place(Protocol):
    """Where a verb is carried out. `deadline` is in `time.monotonic()`."""

    database: Database
    files: Files
    deadline: float


Preparation = Callable[[Place], Awaitable[None]]
LONGEST_ECHO = 255


class Call:
    """One verb being called: who calls, whether all of it will be undone (`is_dry`), and what was
    wrong with the input so far."""

    def __init__(self, viewer: Viewer, *, is_dry: bool = False) -> None:
        self.viewer = viewer
        self.is_dry = is_dry
        self.preparations: list[Preparation] = []
        self._problems: list[Refusal] = []
        self._spelled: dict[str, str] = {}
        self._written: dict[Path, str] = {}

    def key(self, id: str | None, type: str, *path: str | int) -> Any:
        """The key of an id that must name a `type`; None stays None, as UNSET counts."""
        if id is None or id is strawberry.UNSET:
            return None
        ref = decode(id)
        if ref is None or ref.type != type:
            text = legible(id)
            self.refuse(NotFound(type=type, id=text, value=text, path=path))
            return None
        return ref.key

    def keys(self, ids: Sequence[str] | None, type: str, *path: str | int) -> Any:
        if ids is None or ids is strawberry.UNSET:
            return None
        return [self.key(id, type, *path, i) for i, id in enumerate(ids)]

    def prepare(self, preparation: Preparation) -> None:
        """Something to be done before the transaction begins, once the input is in order."""
        self.preparations.append(preparation)

    def refuse(self, refusal: Refusal) -> None:
        self._problems.append(refusal)

    def check(self) -> None:
        """Raises all that was refused while reading the input."""
        if self._problems:
            raise Refused(self._problems)

    def spell(self, field: str, alias: str) -> None:
        """The client named `field` by its other spelling: refusals must point at that one."""
        self._spelled[field] = alias

    def wrote(self, path: Path, text: str) -> None:
        """The client wrote a value in other words than a command has it."""
        self._written[path] = text

    def sent(self, refusal: Refusal) -> object:
        """The offending input as the client wrote it."""
        value = refusal.value
        return value if value is None else self._written.get(refusal.path, value)

    def placed(self, path: Path) -> Path:
        """Where in the input a command's field stands."""
        return (self._spelled.get(str(path[0]), path[0]), *path[1:]) if path else path


def given(value: T) -> T | None:
    """An absent member counts as null."""
    return None if value is strawberry.UNSET else value


def legible(text: str) -> str:
    """As much of a client's text as an answer repeats; halves of surrogate pairs cannot be."""
    return text[:LONGEST_ECHO].encode(errors="replace").decode()


@dataclass(frozen=True, slots=True)
class Verb:
    """`foresees` if that is the first that its work does with the transaction."""

    interpret: Interpreter
    foresees: bool = False


def verb(
    input: Any,
    payload: Any,
    interpret: Interpreter,
    description: str,
    *,
    foresees: bool = False,
) -> Any:
    """A verb that takes `input` and answers `payload`; null only where an internal error hit."""
    field = StrawberryField(
        type_annotation=StrawberryAnnotation(payload | None),
        description=description,
        metadata={VERB: Verb(interpret, foresees)},
    )
    field.arguments = [
        StrawberryArgument(
            python_name="input",
            graphql_name=None,
            type_annotation=StrawberryAnnotation(input),
            description="What is wanted.",
        )
    ]
    return field


def namespace(type: Any, description: str) -> Any:
    """A namespace of verbs, as a field of the mutation root."""
    field = StrawberryField(type_annotation=StrawberryAnnotation(type), description=description)
    field.arguments = [
        StrawberryArgument(
            python_name=ATOMIC,
            graphql_name=None,
            type_annotation=StrawberryAnnotation(bool),
            default=False,
            description="Whether the verbs are one transaction, all done or none. They are carried "
            "out in the document's order; where one is refused, the others answer ROLLED_BACK.",
        )
    ]
    return field


__all__ = ["Call", "Verb", "Work", "given", "legible", "namespace", "verb"]
