"""`mutationResult(key)`: whether a write whose reply was lost did commit."""

from datetime import datetime
from time import monotonic
from typing import Annotated

import strawberry
from graphql import GraphQLError
from strawberry import Info

from pipeline_gql.api.context import Context
from pipeline_gql.api.verbs import legible
from pipeline_gql.domain.errors import Refusal, TryAgain
from pipeline_gql.domain.text import is_storable
from pipeline_gql.store import idempotency
from pipeline_gql.store.database import Serialization


@strawberry.type(description="A mutation that was carried out under the key.")
class MutationAnswer:
    path: list[str] = strawberry.field(
        description="Where it stood in its document: the response keys down to it."
    )
    committed_at: datetime = strawberry.field(description="When it was carried out.")


@strawberry.type(description="What was carried out under an idempotency key of the viewer.")
class MutationResult:
    key: str = strawberry.field(description="The key.")
    committed: bool = strawberry.field(description="Whether anything was carried out.")
    answers: list[MutationAnswer] = strawberry.field(
        description="Each mutation, oldest first; send it again with the key to get its payload."
    )


async def mutation_result(
    info: Info[Context, None],
    key: Annotated[str, strawberry.argument(description="An idempotency key of the viewer's.")],
) -> MutationResult:
    """What stands under the key now; a call that is still under way is not among it."""
    found = await _stored(info.context, key) if is_storable(key) else []
    answers = [MutationAnswer(path=each.path.split("."), committed_at=each.at) for each in found]
    return MutationResult(key=legible(key), committed=bool(answers), answers=answers)


async def _stored(context: Context, key: str) -> list[idempotency.Stored]:
    """Asked where it was written: a replica that lags would deny what has committed."""
    viewer, seconds = context.viewer, context.deadline - monotonic()
    try:
        async with context.database.writing(viewer.org_id, deadline=seconds, tells=False) as unit:
            return await idempotency.answers(unit, viewer.user_id, key)
    except (Refusal, Serialization) as refusal:
        raise GraphQLError(TryAgain.message, extensions={"code": TryAgain.code}) from refusal
