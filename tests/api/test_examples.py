"""The documents that GraphiQL opens with, answered by the demo organisation."""

from collections.abc import Mapping
from typing import Any

import pytest
from starlette.applications import Starlette

from pipeline_gql import demo
from pipeline_gql.api.graphiql import Example, examples
from pipeline_gql.domain.viewer import Role
from pipeline_gql.store.database import Database
from pipeline_gql.store.files import Files
from tests.api.exchanges import Client

EXAMPLES = {example.name: example for example in examples()}


@pytest.fixture
async def admin(app: Starlette, database: Database, files: Files) -> Client:
    """The demo's administrator."""
    made = await demo.create(database, files)
    return Client(app, {"authorization": f"Bearer {made.tokens[Role.ADMIN]}"})


async def _answer(client: Client, name: str) -> Mapping[str, Any]:
    return (await _data(client, name))["opportunities"]


async def _data(client: Client, name: str) -> Mapping[str, Any]:
    example: Example = EXAMPLES[name]
    reply = await client.post(example.query, example.variables)
    assert reply.status == 200
    assert "errors" not in reply.json
    return reply.json["data"]


async def test_the_search_finds_a_page_with_values_and_interests(admin: Client) -> None:
    page = await _answer(admin, "search")
    assert len(page["edges"]) == 5
    assert page["pageInfo"]["hasNextPage"]
    nodes = [edge["node"] for edge in page["edges"]]
    assert all(node["value"]["grandTotal"] for node in nodes)
    interests = [edge["node"] for node in nodes for edge in node["interests"]["edges"]]
    assert any("title" in interest["item"] for interest in interests)


async def test_the_creation_starts_in_the_default_entry_step(admin: Client) -> None:
    created = (await _answer(admin, "create"))["create"]
    assert created["errors"] == []
    assert created["opportunity"]["step"] == {"name": "Proposed", "stage": {"state": "Open"}}
    assert created["opportunity"]["account"] == {"name": "Administrate"}
    assert created["opportunity"]["financialUnit"] == {"name": "U.S. Dollars"}


async def test_the_move_is_made_once_and_refused_the_second_time(admin: Client) -> None:
    moved = (await _answer(admin, "progress"))["progress"]
    assert moved["errors"] == []
    assert moved["opportunity"]["step"] == {"name": "Opportunity", "stage": {"state": "Open"}}
    again = (await _answer(admin, "progress"))["progress"]
    assert [error["label"] for error in again["errors"]] == ["Transition Not Found"]


async def test_the_interest_is_worth_its_quantity_times_its_price(admin: Client) -> None:
    added = (await _answer(admin, "add_interest"))["addInterest"]
    assert added["errors"] == []
    (interest,) = added["interests"]
    assert interest["totalAmount"] == "1495.00"
    assert interest["item"]["code"] == "ABC-123"


async def test_the_refusal_is_the_published_one_to_the_byte(admin: Client) -> None:
    refused = (await _answer(admin, "refusal"))["progress"]
    assert refused["opportunity"] is None
    assert refused["errors"] == [
        {
            "label": "Transition Not Found",
            "message": "Transition from step T3Bwb3J0dW5pdHlTdGVwOjM= "
            "to step T3Bwb3J0dW5pdHlTdGVwOjc= not found",
            "value": None,
            "code": "TRANSITION_NOT_FOUND",
            "path": ["input", "stepId"],
        }
    ]


async def test_the_board_has_a_column_for_each_step_with_its_first_cards(admin: Client) -> None:
    columns = (await _data(admin, "board"))["board"]["columns"]
    assert len(columns) == 9
    for column in columns:
        assert len(column["opportunities"]["nodes"]) == min(3, column["count"])
        assert sum(map(bool, column["totals"])) == len(column["totals"]) > 0


async def test_the_forecast_goes_month_by_month(admin: Client) -> None:
    forecast = (await _data(admin, "forecast"))["forecast"]
    assert len({row["label"] for row in forecast["rows"]}) > 6
    assert {row["currency"] for row in forecast["totals"]} >= {"USD", "GBP"}


async def test_the_timeline_tells_moves_comments_files_and_tasks(admin: Client) -> None:
    deal = (await _data(admin, "timeline"))["opportunity"]
    told = deal["timeline"]["nodes"]
    assert {"TimelineMove", "TimelineComment", "TimelineFile", "TimelineTask"} <= {
        entry["__typename"] for entry in told
    }
    moments = [entry["at"] for entry in told]
    assert moments == sorted(moments, reverse=True)


async def test_history_tells_what_changed_how_far_and_how_long(admin: Client) -> None:
    told = await _data(admin, "history")
    assert {each["kind"] for each in told["pipelineChanges"]["changes"]} >= {"NEW", "WON", "LOST"}
    (all_of_them,) = told["funnel"]["groups"]
    assert all_of_them["count"] > 100
    assert any(step["skipped"] for step in all_of_them["steps"])
    assert len(told["velocity"]["groups"]) > 3
    stays = told["opportunity"]["history"]["nodes"]
    assert len(told["opportunity"]["revisions"]["nodes"]) >= len(stays) > 1
