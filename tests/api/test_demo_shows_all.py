"""The demo organisation shows all there is of the people's side: one of each at least, as its
clients see it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from pipeline_gql import demo
from pipeline_gql.config import Settings
from pipeline_gql.demo.documents import document
from pipeline_gql.domain.viewer import Role
from pipeline_gql.store.database import Database
from pipeline_gql.store.files import Files
from tests.api.exchanges import Client

Seen = Callable[[Any], object]


@pytest.fixture
def settings(files: Files) -> Settings:
    """Without a worker, which would tell of what has stalled."""
    return Settings(files_url=files.url, worker=False)


@dataclass(frozen=True)
class Showing:
    """What is to be seen, the document that asks for it, and whether the data shows it."""

    what: str
    document: str
    seen: Seen


def every(data: Any, name: str) -> Iterator[Any]:
    """The members of that name, wherever they are."""
    for inner in (
        data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    ):
        yield from every(inner, name)
    if isinstance(data, dict) and name in data:
        yield data[name]


def has(name: str, *wanted: object) -> Seen:
    """All of these under that name; anything but null, false, nought and nothing if none is
    named."""
    if wanted:
        return lambda data: {*wanted} <= {*every(data, name)}
    nothing = (None, False, 0, [], {}, "0", "0.00")
    return lambda data: any(each not in nothing for each in every(data, name))


def one(selected: str) -> str:
    return f'{{ opportunity(id: "T3Bwb3J0dW5pdHk6MQ==") {{ {selected} }} }}'


def some(connection: str, selected: str, condition: str) -> Showing:
    """A record that meets a condition."""
    asked = f"{connection}(filters: {{{condition}}}, first: 5) {{ nodes {{ {selected} }} }}"
    return Showing(f"{connection} with {condition}", f"{{ {asked} }}", has(selected.split()[0]))


def is_so(field: str, value: str = "true", operation: str = "eq") -> str:
    if operation in ("isnull", "notnull"):
        return f"field: {field}, operation: {operation}"
    return f'field: {field}, operation: {operation}, value: "{value}"'


TALK = "comments { nodes { body editedAt edits { nodes { body } } mentions { nodes { name } } } }"
REPLIES = "comments { nodes { replies { nodes { editedAt edits { nodes { body } } } } } }"
FILES = one("attachments { nodes { kind name size contentType sha256 url } }")
TIES = one(
    "contactRoles { role isPrimary } owner { name } assignedTo { nodes { email } }"
    " teams { nodes { members { membership: nodes { role } } } } tags { nodes { colour } }"
)
INTERESTS = """{ opportunities(first: 100, filters: {
  field: hasInterests, operation: eq, value: "true"}) { nodes { interests(first: 5) { nodes {
    __typename position taxAmount discount { percentage amount }
    item { ... on Product { sku } } } } } } }"""
PRODUCTS = """{ products { nodes { sku isActive prices {
  financialUnit { ... on Currency { code } } } } } }"""
LEADS = """{ leads(first: 50) { nodes { status source comments { nodes { body } }
  attachments { nodes { url } } assignedTo { nodes { assignee: email } }
  teams { nodes { description } }
  tags { nodes { colour } } opportunity { createdAt account { name } contact { email } } } } }"""
TIMELINE = """{ opportunities(first: 100, orderBy: [{field: updatedAt, direction: desc}]) { nodes {
  timeline(first: 10) { nodes { __typename ... on TimelineChange {
    changes { field before after } } } } } } }"""
BOARD = """{ board(pipelineId: "UGlwZWxpbmU6MQ==") { columns { count
  totals { currency value weighted } opportunities(first: 100) {
    nodes { stepEnteredAt } } } } }"""
FORECAST = """{ forecast(groupBy: %s) { rows { key label openCount wonCount weighted p10 p50 p90 }
  converted { weighted rates { rate } missing { currency } } } }"""
CALIBRATION = '{ calibration(pipelineId: "UGlwZWxpbmU6MQ==") { steps { measured closedCount } } }'
GOALS = """{ goals { nodes { name metric reachedAt user { sellers: email } team { description }
  progress { percent } pace { expected } } } }"""
AGING = """{ opportunities(filters: {field: isStalled, operation: eq, value: "true"}, first: 5) {
  nodes { isStalled daysInStep step { stalledAfterDays expectedDays } } } }"""
MERGED = """mutation { tag { merge(input: {tagId: "VGFnOjk=", intoTagId: "VGFnOjI="}) {
  tag { name } } } }"""
INBOX = "{ viewer { unreadCount notifications { nodes { kind readAt } } } }"

GROUPS = ("MONTH", "QUARTER", "OWNER", "TEAM", "STEP", "STAGE", "SOURCE", "CATEGORY")


def dragged(data: Any) -> bool:
    """A column whose cards do not lie as they came."""
    for cards in every(data, "opportunities"):
        came = [*every(cards, "stepEnteredAt")]
        if came != sorted(came, reverse=True):
            return True
    return False


SHOWINGS = (
    # 1 comments
    Showing("a comment", one(TALK), has("body")),
    Showing("a mention", one(TALK), has("name")),
    Showing("a reply, edited", one(REPLIES), has("editedAt")),
    Showing("what it said before", one(REPLIES), has("body")),
    # 2 attachments
    Showing("a file and a link", FILES, has("kind", "FILE", "LINK")),
    Showing("a sniffed type", FILES, has("contentType", "application/pdf")),
    # 3 people
    Showing("roles of contacts", TIES, has("role", "Decision maker")),
    Showing("the primary contact", TIES, has("isPrimary")),
    Showing("an assignee", TIES, has("email")),
    Showing("a team with members", TIES, has("membership")),
    Showing("tags with colours", TIES, has("colour")),
    some("users", "name", is_so("isActive", "false")),
    some("tags", "name", is_so("isArchived")),
    Showing("a tag merged into another", MERGED, has("name", "new business")),
    # 4 products
    Showing("products, one out of sale", PRODUCTS, has("isActive", True, False)),
    Showing("prices in several currencies", PRODUCTS, has("code", "USD", "GBP", "EUR")),
    Showing("products wanted", INTERESTS, has("sku")),
    Showing(
        "every kind of interest",
        INTERESTS,
        has(
            "__typename",
            "CourseTemplateInterest",
            "EventInterest",
            "LearningPathInterest",
            "TrainingTokenInterest",
            "ProductInterest",
        ),
    ),
    Showing("a percentage off", INTERESTS, has("percentage", "10")),
    Showing("an amount off", INTERESTS, has("amount")),
    Showing("an order", INTERESTS, has("position", 1, 2, 3)),
    Showing("tax", INTERESTS, lambda data: any(float(tax) for tax in every(data, "taxAmount"))),
    # 5 leads
    Showing(
        "leads of every status",
        LEADS,
        has("status", "NEW", "WORKING", "QUALIFIED", "CONVERTED", "DISQUALIFIED"),
    ),
    Showing("what a lead became", LEADS, has("createdAt")),
    Showing("a comment on a lead", LEADS, has("body")),
    Showing("an attachment of a lead", LEADS, has("url")),
    Showing("an assignee of a lead", LEADS, has("assignee")),
    Showing("a team of a lead", LEADS, has("description")),
    Showing("a tag of a lead", LEADS, has("colour")),
    # 6 tasks and meetings
    some("tasks", "title", is_so("isDone")),
    some("tasks", "title", is_so("isOverdue")),
    some("tasks", "title", is_so("assignedToId", operation="notnull")),
    some("opportunities", "nextTask { title }", is_so("hasOpenTask")),
    some("opportunities", "name", is_so("hasOpenTask", "false")),
    Showing("a meeting", one("meetings { nodes { subject } }"), has("subject")),
    Showing(
        "all kinds of the timeline",
        TIMELINE,
        has(
            "__typename",
            "TimelineMove",
            "TimelineChange",
            "TimelineComment",
            "TimelineFile",
            "TimelineTask",
            "TimelineMeeting",
        ),
    ),
    Showing("before and after", TIMELINE, has("before")),
    # 7 boards
    Showing("a card that was dragged", BOARD, dragged),
    Showing("columns with totals", BOARD, has("weighted")),
    # 8 totals and forecast
    *(Showing(f"a forecast by {each}", FORECAST % each, has("key")) for each in GROUPS),
    Showing(
        "won apart from open",
        FORECAST % "OWNER",
        lambda data: has("wonCount")(data) and has("openCount")(data),
    ),
    Showing("exchange rates", FORECAST % "OWNER", has("rate")),
    Showing("a currency without a rate", FORECAST % "OWNER", has("currency", "KWD")),
    Showing("a calibration", CALIBRATION, has("measured")),
    # 9 goals and aging
    Showing("goals of both metrics", GOALS, has("metric", "REVENUE", "COUNT")),
    Showing("a user's goal", GOALS, has("sellers")),
    Showing("a team's goal", GOALS, has("description")),
    Showing("a goal that was reached", GOALS, has("reachedAt")),
    Showing("progress", GOALS, has("percent")),
    Showing("what has stalled", AGING, has("isStalled")),
    Showing("days that are expected", AGING, has("expectedDays")),
)


async def test_the_demo_organisation_shows_all_of_it(
    client: Client, database: Database, files: Files
) -> None:
    made = await demo.create(database, files)
    admin = Client(client.app, {"authorization": f"Bearer {made.tokens[Role.ADMIN]}"})
    missing: list[str] = []
    for showing in SHOWINGS:
        reply = await admin.post(showing.document)
        assert "errors" not in reply.json, (showing.what, reply.json)
        if not showing.seen(reply.json["data"]):
            missing.append(showing.what)
    assert missing == []


async def test_a_record_that_is_nowhere_is_missed(client: Client) -> None:
    """The organisation of the tests has sold nothing: what the table looks for is the demo's."""
    seen: list[str] = []
    for showing in SHOWINGS:
        reply = await client.post(showing.document)
        if showing.seen(reply.json.get("data")):
            seen.append(showing.what)
    assert seen == []


async def test_each_user_was_told_something(
    client: Client, database: Database, files: Files
) -> None:
    made = await demo.create(database, files)
    kinds: set[str] = set()
    for role in (Role.ADMIN, Role.MEMBER):
        mine = Client(client.app, {"authorization": f"Bearer {made.tokens[role]}"})
        told = (await mine.post(INBOX)).json["data"]["viewer"]
        kinds |= {*every(told, "kind")}
        assert told["unreadCount"] > 0
    assert kinds == {"MENTIONED", "GOAL_REACHED"}


async def test_the_document_that_is_kept_can_be_fetched_and_outlives_a_second_run(
    client: Client, database: Database, files: Files
) -> None:
    for _ in range(2):
        made = await demo.create(database, files)
        admin = Client(client.app, {"authorization": f"Bearer {made.tokens[Role.ADMIN]}"})
        found = (await admin.post(FILES)).json["data"]["opportunity"]["attachments"]["nodes"]
        (kept,) = (each for each in found if each["kind"] == "FILE")
        assert (await admin.get(kept["url"])).body == document()
