"""The usual verbs, told by what they do: how their inputs become commands of an operation."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeVar

from pipeline_gql.api.inputs import Fields, filled, named, sent
from pipeline_gql.api.verbs import Call, Interpreter, Work, given
from pipeline_gql.domain.spelling import snake
from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.operations.done import Done
from pipeline_gql.store.database import Unit

Command = TypeVar("Command")
Operation = Callable[[Unit, Viewer, Command], Awaitable[Done]]
Made = TypeVar("Made", covariant=True)


class Change(Protocol[Made]):
    """A command with the record's key, the fields that were sent, and the expected version."""

    def __call__(
        self, key: Any, changes: Mapping[str, Any], expected_version: int | None, /
    ) -> Made: ...


class Naming(Protocol[Made]):
    """A command with the record's key and the expected version, which say all."""

    def __call__(self, key: Any, expected_version: int | None, /) -> Made: ...


def creating(
    command: Callable[..., Command], operation: Operation[Command], fields: Fields
) -> Interpreter:
    """A verb that makes a record; null fills nothing, as absent."""

    def read(input: Any, call: Call) -> Work:
        asked = filled(input, call, fields)
        # Not before the call was checked: an id that names nothing is missing here.
        return lambda unit: operation(unit, call.viewer, command(**asked))

    return read


def updating(
    type: str, command: Change[Command], operation: Operation[Command], fields: Fields
) -> Interpreter:
    """A verb that changes the record of `type` that the input names: absent is untouched, null
    clears."""

    def read(input: Any, call: Call) -> Work:
        key = _key(input, call, type)
        asked = command(key, sent(input, call, fields), given(input.expected_version))
        return lambda unit: operation(unit, call.viewer, asked)

    return read


def acting(type: str, command: Naming[Command], operation: Operation[Command]) -> Interpreter:
    """A verb that says by itself what is to be done to the record that the input names."""

    def read(input: Any, call: Call) -> Work:
        asked = command(_key(input, call, type), given(input.expected_version))
        return lambda unit: operation(unit, call.viewer, asked)

    return read


def _key(input: Any, call: Call, type: str) -> Any:
    """Of `<type>_id` or `id`, refused at its place in the input."""
    return named(input, call, type, f"{snake(type)}_id")
