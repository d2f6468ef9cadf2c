"""What the README says is true: its documents are answered, its table is the settings."""

import re
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import Any

import orjson
import pytest

from pipeline_gql import config, demo
from pipeline_gql.api.execution import Executor
from pipeline_gql.api.questions import Question
from pipeline_gql.domain.viewer import Role, Viewer
from pipeline_gql.store.database import Database

README = (Path(__file__).parents[1] / "README.md").read_text()
VARIABLES = re.search(r"^with `(\{.*\})`", README, re.MULTILINE)


def blocks(language: str) -> Sequence[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


async def answers(database: Database) -> dict[str, Any]:
    """The answer to each document of the tour, by operation name, in the README's order."""
    organisation = await demo.create(database, report=lambda title, done: None)
    viewer = Viewer(organisation.org_id, 1, "Admin", Role.ADMIN)
    executor = Executor(database, config.load())
    variables = orjson.loads(VARIABLES[1]) if VARIABLES else {}
    found: dict[str, Any] = {}
    for document in blocks("graphql"):
        name = re.search(r"(?:query|mutation) (\w+)", document)
        assert name
        question = Question(document, variables=variables if "$stepId" in document else {})
        answer = await executor.answer(
            question, viewer, deadline=monotonic() + 10, request_id="readme", query_only=False
        )
        found[name[1]] = orjson.loads(answer.body)
    return found


async def test_the_tour_goes_as_written(database: Database) -> None:
    given = await answers(database)
    assert list(given) == ["Search", "Create", "Progress", "Refused"]
    assert given["Search"]["data"]["opportunities"]["pageInfo"]["totalRecords"] > 10
    created = given["Create"]["data"]["opportunities"]["create"]
    assert created["errors"] == []
    assert created["opportunity"]["value"] == {"grandTotal": "1250.00"}
    moved = given["Progress"]["data"]["opportunities"]["progress"]
    assert moved["opportunity"]["step"] == {"name": "Opportunity"}
    assert given["Refused"] == orjson.loads(blocks("json")[0])


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
