"""What the endpoint asks of the executor, and what it gets."""

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from pipeline_gql.domain.viewer import Viewer


@dataclass(slots=True)
class Question:
    """A well-formed request. `want_cost`: the client sent `extensions: {"cost": true}`.

    `idempotency_key` is of every verb whose input brings none.
    """

    query: str
    operation_name: str | None = None
    variables: dict[str, Any] = field(default_factory=dict[str, Any])
    want_cost: bool = False
    idempotency_key: str | None = None


@dataclass(slots=True)
class Answer:
    """`body` is the whole response as JSON. `request_error`: nothing was executed."""

    body: bytes
    request_error: bool = False
    operation_name: str | None = None
    operation_type: Literal["query", "mutation"] | None = None
    statements: int = 0


class Answering(Protocol):
    """The executor, as the endpoint sees it. `deadline` is in `time.monotonic()`; whoever asks
    cancels then what has not ended by itself.

    With `query_only` a mutation is not executed, but answered as a request error.
    """

    async def answer(
        self,
        question: Question,
        viewer: Viewer,
        *,
        deadline: float,
        request_id: str,
        query_only: bool,
    ) -> Answer: ...
