"""A question that came over HTTP, put to the executor."""

from typing import Final

from starlette.types import Scope

from pipeline_gql.api.http.problems import Problem
from pipeline_gql.api.questions import Answer, Answering, Question
from pipeline_gql.domain.errors import TryAgain
from pipeline_gql.observe import Facts

LATER: Final = {"Retry-After": "1"}


async def answered(
    executor: Answering, question: Question, scope: Scope, deadline: float, *, query_only: bool
) -> Answer:
    """Asked by the request's viewer, until the deadline (monotonic), which whoever calls attends
    to. Raises Problem 503 where the database has no time; the log hears of what was done."""
    facts: Facts = scope["facts"]
    try:
        answer = await executor.answer(
            question,
            scope["viewer"],
            deadline=deadline,
            request_id=facts.request_id,
            query_only=query_only,
        )
    except TryAgain as busy:
        raise Problem(503, busy.message, code=busy.code, headers=LATER) from busy
    facts.answered(answer.operation_name, answer.operation_type, answer.statements)
    return answer
