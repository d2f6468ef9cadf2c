"""What inputs share: their fields, and how a member becomes a value of a command."""

from collections.abc import Callable, Mapping
from typing import Any, cast

import strawberry
from strawberry import UNSET

from pipeline_gql.api.verbs import Call, given, legible
from pipeline_gql.domain.currencies import EXPONENTS
from pipeline_gql.domain.errors import NotFound, Path
from pipeline_gql.domain.ids import decode
from pipeline_gql.domain.problems import field_name, invalid, missing

Convert = Callable[[Call, Any, Path], object]
"""A member that is not null, as a command takes it; refuses ids that name nothing."""

Fields = Mapping[str, Convert]
"""The members of an input that are fields of the record, by their names in the command."""


def needed(description: str) -> Any:
    """A member that every client must send."""
    return strawberry.field(description=description)


def optional(description: str) -> Any:
    """A member that may be absent, which is not the same as null."""
    return strawberry.field(description=description, default=strawberry.UNSET)


def chosen(type: Any, description: str, name: str | None = None) -> Any:
    """As `optional`, of an enum that is made of the domain's own, or a list of its members."""
    return strawberry.field(
        name=name, description=description, default=strawberry.UNSET, graphql_type=type | None
    )


def demanded(type: Any, description: str) -> Any:
    """As `needed`, of such an enum."""
    return strawberry.field(description=description, graphql_type=type)


@strawberry.input(description="What every mutation takes.")
class WriteInput:
    idempotency_key: str | None = optional(
        "A key of your own: a retry with it is answered as the first call was, not done again. "
        "It goes before the header Idempotency-Key, which is the key of all verbs without one. "
        "A retry is the same user's same mutation with the same input at the same response path: "
        "under other aliases it is another call, which is done. Other input at that path is "
        "refused, and a null is other input than a field left out."
    )
    dry_run: bool | None = optional(
        "Whether to do all of it and then undo it: the answer is what the call itself would "
        "answer, but for what only the call gives (ids of new records, moments, secrets), and "
        "nothing of it is kept, its idempotencyKey neither."
    )


@strawberry.input(description="What every change of a record takes.")
class ChangeInput(WriteInput):
    expected_version: int | None = optional(
        "The version that was read: the change is refused if there is a newer one."
    )


@strawberry.input(description="What every change of one opportunity takes.")
class OpportunityChangeInput(ChangeInput):
    opportunity_id: strawberry.ID | None = optional("The opportunity.")
    id: strawberry.ID | None = optional("The same as opportunityId.")


def plain(call: Call, value: Any, path: Path) -> object:
    return value


def member(call: Call, value: Any, path: Path) -> object:
    """A member of an enum, as the word that is stored."""
    return value.value


def key(type: str) -> Convert:
    """An id of a record of this type."""
    return lambda call, value, path: call.key(value, type, *path)


def keys(type: str) -> Convert:
    """A list of ids of records of this type."""
    return lambda call, value, path: call.keys(value, type, *path)


def currency(call: Call, value: Any, path: Path) -> object:
    """A code such as USD, or the global id of a currency; the code is judged by the operation."""
    ref = decode(value)
    if ref is None:
        return value
    if ref.type != "Currency" or ref.key not in EXPONENTS:
        text = legible(value)
        call.refuse(NotFound(type="FinancialUnit", id=text, value=text, path=path))
        return None
    call.wrote(path, value)
    return ref.key


def sent(input: Any, call: Call, fields: Fields, path: Path = ()) -> dict[str, Any]:
    """The members that the client sent, converted; null is sent, absent is not."""
    found: dict[str, Any] = {}
    held = cast(dict[str, Any], vars(input))
    for name, convert in fields.items():
        value = held[name]
        if value is not UNSET:
            found[name] = None if value is None else convert(call, value, (*path, name))
    return found


def filled(input: Any, call: Call, fields: Fields) -> dict[str, Any]:
    """The members that have a value: where nothing is there yet, null clears nothing."""
    return {name: value for name, value in sent(input, call, fields).items() if value is not None}


def named(input: Any, call: Call, type: str, field: str) -> Any:
    """The key of the record to change, which `field` and `id` both may name."""
    if given(input.id) is None and given(getattr(input, field)) is None:
        call.refuse(missing((field,)))
        return None
    return maybe_named(input, call, type, field)


def maybe_named(input: Any, call: Call, type: str, field: str) -> Any:
    """As `named`, where the record may also be found by other members."""
    id, other = given(input.id), given(getattr(input, field))
    if id is not None and other is not None and id != other:
        problem = f"must be absent, or equal to {field_name((field,))}"
        call.refuse(invalid(("id",), problem, legible(id)))
        return None
    if other is None:
        call.spell(field, "id")
    return call.key(id if other is None else other, type, "id" if other is None else field)
