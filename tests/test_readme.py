"""What the README says is true: its documents are answered, its table is the settings."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID

import orjson
import pytest

from pipeline_gql import config, demo, templates
from pipeline_gql.api import limits, measuring, repeating
from pipeline_gql.api.execution import Executor
from pipeline_gql.api.graphiql import examples
from pipeline_gql.api.http import bodies, multipart
from pipeline_gql.api.questions import Question
from pipeline_gql.auth import middleware
from pipeline_gql.cli import wire
from pipeline_gql.domain import documents, filters, interests, money, opportunities, text
from pipeline_gql.domain.viewer import Role, Viewer
from pipeline_gql.operations import events
from pipeline_gql.operations import interests as wanting
from pipeline_gql.operations.organisations import Found, found
from pipeline_gql.store import transactions
from pipeline_gql.store.database import Database
from pipeline_gql.store.files import Files
from pipeline_gql.store.reads import filters as conditions
from pipeline_gql.store.reads import pages, statements

README = (Path(__file__).parents[1] / "README.md").read_text()
VARIABLES = re.search(r"^with `(\{.*\})`", README, re.MULTILINE)


def blocks(language: str) -> Sequence[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


DOCUMENTS = {
    name: document
    for document in blocks("graphql")
    for name in re.findall(r"^(?:query|mutation) (\w+)", document)
}
TOUR = ("Search", "Create", "Progress", "Refused")
CRM = tuple(name for name in DOCUMENTS if name.startswith("Crm"))
CAPABILITIES = [
    *("list with", "the side", "create with", "detail with", "update", "add", "users to"),
    *("the seven", "currencies", "weighted forecast", "links"),
]
"""How the rows of the table begin: one for each row of the contract."""
ACME = UUID("33333333-3333-4333-8333-333333333333")


class Asking:
    """Documents as an organisation's administrator sends them."""

    def __init__(self, database: Database, org_id: UUID, user_id: int = 1) -> None:
        self.viewer = Viewer(org_id, user_id, "Admin", Role.ADMIN)
        self.executor = Executor(database, config.load())

    async def __call__(
        self, document: str, variables: dict[str, Any] | None = None, *, cost: bool = False
    ) -> Any:
        answer = await self.executor.answer(
            Question(document, variables=variables or {}, want_cost=cost),
            self.viewer,
            deadline=monotonic() + 10,
            request_id="readme",
            query_only=False,
        )
        return orjson.loads(answer.body)


@pytest.fixture
async def ask(database: Database, files: Files) -> Asking:
    return Asking(database, (await demo.create(database, files)).org_id)


async def taken(ask: Asking) -> dict[str, Any]:
    """The answers of the tour, by operation name."""
    assert VARIABLES
    variables = orjson.loads(VARIABLES[1])
    return {
        name: await ask(DOCUMENTS[name], variables if "$stepId" in DOCUMENTS[name] else {})
        for name in TOUR
    }


def test_every_document_of_the_readme_is_tried() -> None:
    assert [*DOCUMENTS] == [*TOUR, *CRM, "Shape", "Foresee", "SetUp", "Inbox"]


async def test_the_tour_goes_as_written(ask: Asking) -> None:
    given = await taken(ask)
    assert given["Search"]["data"]["opportunities"]["pageInfo"]["totalRecords"] > 10
    created = given["Create"]["data"]["opportunities"]["create"]
    assert created["errors"] == []
    assert created["opportunity"]["value"] == {"grandTotal": "1250.00"}
    moved = given["Progress"]["data"]["opportunities"]["progress"]
    assert moved["opportunity"]["step"] == {"name": "Opportunity"}
    assert given["Refused"] == orjson.loads(blocks("json")[0])


@pytest.mark.parametrize("first", ["tour", "tabs"])
async def test_the_tour_and_the_tabs_of_graphiql_do_not_disturb_each_other(
    ask: Asking, first: str
) -> None:
    async def tabs() -> None:
        for example in examples():
            told = str(await ask(example.query, example.variables))
            assert (example.name == "refusal") == ("Transition Not Found" in told)

    if first == "tabs":
        await tabs()
    given = await taken(ask)
    assert given["Progress"]["data"]["opportunities"]["progress"]["errors"] == []
    assert given["Refused"] == orjson.loads(blocks("json")[0])
    if first == "tour":
        await tabs()


async def test_each_capability_of_a_crm_is_done_by_its_document(ask: Asking) -> None:
    section = README.split("## What a CRM does, here")[1].split("\n```")[0]
    assert set(re.findall(r"`(Crm\w+)`", section)) == set(CRM)
    begins = re.findall(r"^\| (\w+(?: \w+)?)", section, re.MULTILINE)
    assert begins[1:] == CAPABILITIES
    for name in CRM:
        answered = await ask(DOCUMENTS[name])
        assert "errors" not in answered, (name, answered)
        assert refusals(answered["data"]) == [], name
        assert [] not in lists(answered["data"]), name


def refusals(value: Any) -> list[Any]:
    """Of all payloads inside."""
    if isinstance(value, list):
        return [each for inner in value for each in refusals(inner)]
    if not isinstance(value, dict):
        return []
    return [*value.get("errors", []), *refusals(list(value.values()))]


def lists(data: Mapping[str, Any]) -> list[Any]:
    """What the connections at the root of an answer hold."""
    return [found["nodes"] for found in data.values() if "nodes" in found]


async def test_the_inbox_is_read_as_written(ask: Asking) -> None:
    answered = await ask(DOCUMENTS["Inbox"])
    assert answered["data"]["viewer"]["user"] == {"name": "Alice Morgan"}
    assert "errors" not in answered


async def test_a_pipeline_is_shaped_as_written(ask: Asking) -> None:
    answered = await ask(DOCUMENTS["Shape"])
    assert "errors" not in answered, answered
    assert refusals(answered["data"]) == []
    shaped = answered["data"]["pipeline"]
    assert shaped["create"]["pipeline"]["publishedVersion"] == 1
    assert [flaw["code"] for flaw in shaped["validate"]["problems"]] == ["DEAD_END"]


async def test_a_draft_is_simulated_as_written(ask: Asking) -> None:
    shown = await ask("{ pipelines(first: 1) { nodes { id } } }")
    input = {"pipelineId": shown["data"]["pipelines"]["nodes"][0]["id"]}
    drafted = await ask(
        "mutation($input: PipelineCreateDraftInput!)"
        " { pipeline { createDraft(input: $input) { pipelineVersion { id } } } }",
        {"input": input},
    )
    draft = drafted["data"]["pipeline"]["createDraft"]["pipelineVersion"]["id"]
    answered = await ask(DOCUMENTS["Foresee"], {"draft": draft})
    assert "errors" not in answered, answered
    told = answered["data"]["pipeline"]["simulate"]["simulation"]
    assert told["kept"] > 50
    assert (told["blockedMoves"], told["failing"], told["refusals"]) == ([], [], [])
    assert all(each["now"] == each["then"] for each in told["forecast"])


async def test_a_new_organisation_is_set_up_by_one_document(database: Database) -> None:
    sales = documents.parse(templates.source("sales"))
    command = Found("Acme", "ada@acme.example", "Ada", "EUR", "UTC", [sales])
    async with database.writing(ACME) as unit:
        admin_id = await found(unit, command)
    answered = await Asking(database, ACME, admin_id)(DOCUMENTS["SetUp"])
    made = {noun: verbs["create"] for noun, verbs in answered["data"].items()}
    assert [payload["errors"] for payload in made.values()] == [[], [], [], []]
    assert made["event"]["event"]["remainingPlaces"] == 12


async def test_whoever_asks_is_told_the_cost(ask: Asking) -> None:
    assert '`"extensions": {"cost": true}`' in README
    answered = await ask("{ tags { totalCount } }", cost=True)
    told = answered["extensions"]["cost"]
    keys = re.search(r"`extensions.cost` says `\{(.*)\}`", README)
    assert keys
    assert [*told] == re.findall(r'"(\w+)": …', keys[1])


@pytest.mark.parametrize(
    ("bound", "words"),
    [
        (limits.OVERLAPS, "{} pairs of fields"),
        (limits.SELECTIONS_PER_FIELD, "{} selections for each"),
        (measuring.NESTING, "fragments {} deep"),
        (limits.VARIABLES, "{} variables"),
        (limits.TYPE_DEPTH, "types {} deep"),
        (measuring.VALUE_DEPTH, "values {} deep"),
        (bodies.JSON_DEPTH, "JSON {} deep"),
        (multipart.MOST_FILES, "{} files in"),
        (multipart.MOST_PLACES, "in {} places"),
        (wire.MAX_HEAD_BYTES // 1024, "head {} KiB"),
        (wire.HEAD_SECONDS, "KiB in {:g} s"),
        (middleware.LONGEST_CREDENTIAL, "credential {} bytes"),
        (pages.DEFAULT_SIZE, "{} records unless asked"),
        (pages.LARGEST_SIZE, "at most {},"),
        (conditions.MOST_CONDITIONS, "{} conditions"),
        (conditions.MOST_VALUES, "{} `values`"),
        (filters.LONGEST_PATTERN, "patterns of {} characters"),
        (statements.MOST_NODES, "{} ids in `nodes`"),
        (text.NAME, "short texts {} characters"),
        (text.DESCRIPTION, "descriptions {}"),
        (text.ADDRESS, "addresses of pages {}"),
        (opportunities.NEXT_STEP, "`nextStep` {}"),
        (repeating.LONGEST_KEY, "keys {}"),
        (opportunities.MOST_LINKS, "tags {} each"),
        (wanting.MOST_AT_ONCE, "{} interests at once"),
        (interests.MOST, "at once, {} of each"),
        (events.MOST_PLACES, "{} places"),
        (10**money.DIGITS, "amounts below {}"),
        (documents.MOST_STAGES, "pipeline*: {} stages"),
        (documents.MOST_STEPS, "{} steps"),
        (documents.MOST_TRANSITIONS, "{} transitions"),
        (transactions.STATEMENT_SECONDS, "statement*: {:g} s"),
        (transactions.LOCK_SECONDS, "{:g} s for a lock"),
    ],
)
def test_a_fixed_bound_is_the_one_in_the_code(bound: float, words: str) -> None:
    (section,) = re.findall(r"^\*\*Fixed bounds\*\*.*?\n\n", README, re.MULTILINE | re.DOTALL)
    told = words.replace("{}", "{:,}").format(bound)
    assert told in " ".join(section.split())


def test_the_settings_table_is_the_settings() -> None:
    section = README.split("## Settings")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (?:`(.*?)`)? ?\| (.*) \|$", section, re.MULTILINE)
    assert rows == list(config.table())


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:api|operations|store|domain)/[\w/]+\.py)", README)))
)
def test_a_file_that_the_readme_names_is_there(path: str) -> None:
    source = Path(__file__).parents[1] / "src" / "pipeline_gql"
    assert (source / path).is_file()
