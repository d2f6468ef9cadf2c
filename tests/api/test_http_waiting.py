"""Waiting has an end: for a body, a slot, an answer; and none without a client."""

import asyncio
from collections.abc import Callable
from uuid import UUID

import pytest
import structlog
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from pipeline_gql.api.http.admission import Admission
from pipeline_gql.api.http.attention import LISTEN_AFTER
from pipeline_gql.api.http.endpoint import GraphQLEndpoint
from pipeline_gql.api.http.problems import Enveloped
from pipeline_gql.api.http.uploads import UploadEndpoint, Uploads
from pipeline_gql.api.questions import Answer, Question
from pipeline_gql.config import Settings
from pipeline_gql.domain.errors import TryAgain
from pipeline_gql.domain.viewer import Role, Viewer
from pipeline_gql.metrics import Metrics
from pipeline_gql.observe import Observed
from tests.api.exchanges import JSON, Client, Reply
from tests.conformance.overhearing import Overheard


@pytest.fixture(autouse=True)
def overheard() -> Overheard:
    """Nothing is read a second time here, where requests have no time to spare."""
    return Overheard()


VIEWER = Viewer(UUID(int=1), 1, "Ada", Role.ADMIN)


class Patient:
    """Answers when it is let; what it was asked and whether it was stopped can be seen."""

    def __init__(self, error: Exception | None = None) -> None:
        self.let = asyncio.Event()
        self.begun = 0
        self.stopped = 0
        self._error = error

    async def answer(self, question: Question, viewer: Viewer, **_: object) -> Answer:
        self.begun += 1
        if self._error:
            raise self._error
        try:
            await self.let.wait()
        except asyncio.CancelledError:
            self.stopped += 1
            raise
        return Answer(b'{"data":{}}', operation_type="query")


def serving(executor: Patient, admission: Admission | None = None, **settings: float) -> Client:
    """The endpoint in its envelope, without a door."""
    quick = Settings.model_validate(settings)
    uploads = Uploads(Admission(8, 16, 0.25), quick)
    return admitting(GraphQLEndpoint(executor, admission or Admission(8, 16, 0.25), uploads, quick))


def admitting(endpoint: ASGIApp) -> Client:
    async def admitted(scope: Scope, receive: Receive, send: Send) -> None:
        scope["viewer"] = VIEWER
        await endpoint(scope, receive, send)

    return Client(Observed(Enveloped(admitted), Metrics(), frozenset()))


async def ask(client: Client, document: str = "{ a }") -> Reply:
    return await client.post(document)


async def until(condition: Callable[[], object]) -> None:
    for _ in range(2_000):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never came to pass")


async def test_a_body_that_does_not_arrive_is_given_up() -> None:
    client = serving(Patient(), request_seconds=0.05)
    reply = await client.request(
        "POST", "/graphql", {"content-type": JSON}, [b"{"], unfinished=True
    )
    assert (reply.status, reply.code) == (408, "REQUEST_TIMEOUT")
    assert reply.headers["connection"] == "close"


async def test_a_query_that_takes_too_long_is_stopped() -> None:
    executor = Patient()
    reply = await ask(serving(executor, request_seconds=0.05))
    assert (reply.status, reply.code, executor.stopped) == (503, "TIMEOUT", 1)


async def test_the_time_of_an_answer_begins_when_its_body_has_arrived() -> None:
    executor = Patient()
    client = serving(executor, request_seconds=3 * LISTEN_AFTER, mutation_seconds=60)
    body = [b'{"query":"mutation { a }"}']
    reply = asyncio.create_task(
        client.request("POST", "/graphql", {"content-type": JSON}, body, pause=2 * LISTEN_AFTER)
    )
    await asyncio.sleep(4 * LISTEN_AFTER)
    executor.let.set()
    assert (await reply).status == 200


async def test_a_mutation_has_more_time_than_a_query() -> None:
    executor = Patient()
    client = serving(executor, request_seconds=0.05, mutation_seconds=60)
    reply = asyncio.create_task(ask(client, "mutation { a }"))
    await asyncio.sleep(0.15)
    executor.let.set()
    assert (await reply).status == 200


@pytest.mark.parametrize("pause", [0, 2 * LISTEN_AFTER])
async def test_the_work_stops_when_the_client_leaves(pause: float) -> None:
    executor, gone = Patient(), asyncio.Event()
    client, body = serving(executor), [b'{"query":"{a}"}']
    request = client.request(
        "POST", "/graphql", {"content-type": JSON}, body, gone=gone, pause=pause
    )
    reply = asyncio.create_task(request)
    await until(lambda: executor.begun)
    gone.set()
    assert (await reply).status == 0
    assert executor.stopped == 1


async def test_a_client_that_leaves_before_its_body_is_complete_is_no_error() -> None:
    gone = asyncio.Event()
    gone.set()
    reply = await serving(Patient()).request(
        "POST", "/graphql", {"content-type": JSON}, [b"{"], gone=gone, unfinished=True
    )
    assert reply.status == 0


async def test_overload_is_refused_early_and_the_rest_is_served() -> None:
    executor, admission = Patient(), Admission(2, 3, 60.0)
    client = serving(executor, admission)
    replies = [asyncio.create_task(ask(client)) for _ in range(10)]
    await until(lambda: sum(reply.done() for reply in replies) == 5)
    done = [reply.result() for reply in replies if reply.done()]
    waiting = [reply for reply in replies if not reply.done()]
    assert [reply.status for reply in done] == [503] * 5
    assert {reply.headers["retry-after"] for reply in done} == {"1"}
    assert (admission.busy, admission.waiting, admission.refused) == (2, 3, 5)
    executor.let.set()
    assert [(await reply).status for reply in waiting] == [200] * 5
    assert (admission.busy, admission.waiting) == (0, 0)


async def test_a_place_in_the_queue_is_kept_only_so_long() -> None:
    executor, admission = Patient(), Admission(1, 5, 0.05)
    client = serving(executor, admission)
    first = asyncio.create_task(ask(client))
    await until(lambda: executor.begun)
    second = await ask(client)
    assert (second.status, second.code, admission.waiting) == (503, "OVERLOADED", 0)
    executor.let.set()
    assert (await first).status == 200
    assert admission.busy == 0


async def test_whoever_leaves_the_queue_frees_the_place() -> None:
    executor, admission, gone = Patient(), Admission(1, 1, 60.0), asyncio.Event()
    client = serving(executor, admission)
    first = asyncio.create_task(ask(client))
    await until(lambda: executor.begun)
    leaver = asyncio.create_task(
        client.request("POST", "/graphql", {"content-type": JSON}, [b'{"query":"{a}"}'], gone=gone)
    )
    await until(lambda: admission.waiting)
    gone.set()
    assert (await leaver).status == 0
    assert admission.waiting == 0
    executor.let.set()
    assert (await first).status == 200
    assert admission.busy == 0


async def test_a_slot_handed_to_somebody_who_just_left_is_not_lost() -> None:
    admission = Admission(1, 2, 60.0)

    async def work() -> None:
        async with admission:
            await asyncio.sleep(0.01)

    holder, leaver = asyncio.create_task(work()), asyncio.create_task(work())
    await until(lambda: admission.waiting)
    await holder
    leaver.cancel()
    await asyncio.gather(leaver, return_exceptions=True)
    assert admission.busy == 0


async def test_an_unexpected_error_says_nothing_but_its_request() -> None:
    client = serving(Patient(RuntimeError("password=hunter2")))
    with structlog.testing.capture_logs() as logs:
        reply = await ask(client)
    assert (reply.status, reply.code) == (500, "INTERNAL")
    assert reply.json["errors"][0]["message"] == "Internal error"
    assert b"hunter2" not in reply.body
    assert any(log["log_level"] == "error" and log["exc_info"] for log in logs)


async def test_a_timeout_inside_that_is_not_ours_is_a_bug() -> None:
    reply = await ask(serving(Patient(TimeoutError())))
    assert (reply.status, reply.code) == (500, "INTERNAL")


async def test_a_database_that_has_no_time_is_worth_another_try() -> None:
    reply = await ask(serving(Patient(TryAgain())))
    assert (reply.status, reply.code) == (503, "TRY_AGAIN")
    assert reply.headers["retry-after"] == "1"


async def test_nor_is_it_a_bug_where_a_file_is_sent() -> None:
    uploads = Uploads(Admission(8, 16, 0.25), Settings())
    client = admitting(UploadEndpoint(Patient(TryAgain()), uploads))
    sent = {"content-type": "text/plain", "x-requested-with": "x"}
    reply = await client.request("POST", "/attachments?opportunityId=o&name=n", sent, [b"file"])
    assert (reply.status, reply.code) == (503, "TRY_AGAIN")
    assert reply.headers["retry-after"] == "1"


async def test_a_refusal_inside_keeps_its_status() -> None:
    reply = await ask(serving(Patient(HTTPException(403, "no"))))
    assert (reply.status, reply.code) == (403, "FORBIDDEN")


@pytest.mark.parametrize(("document", "status"), [("{ a }", 200), ("{", 200)])
async def test_each_request_is_one_line_of_log(document: str, status: int) -> None:
    executor = Patient()
    executor.let.set()
    with structlog.testing.capture_logs() as logs:
        await ask(serving(executor), document)
    assert len(logs) == 1
    line = logs[0]
    assert (line["event"], line["status"], line["type"]) == ("request", status, "query")
    assert line["ms"] >= 0
    assert {"request_id", "organisation", "operation", "statements", "path"} <= set(line)
