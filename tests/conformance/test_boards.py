"""The board: one statement whatever it shows, by index, of what the viewer sees; none is lost."""

from typing import Any

import pytest

from pipeline_gql.domain.viewer import Role
from pipeline_gql.store.database import Database
from tests.conformance.conftest import Asker, Both
from tests.conformance.crowd import MANY, cost, crowd, overheard
from tests.conformance.rows import global_id
from tests.organisations import Organisation
from tests.server import DatabaseUrls

PER_COLUMN = 60
"""Blocks that a column's page of 25 cards with their steps and owners may touch."""
CARDS = """
query Cards($after: String) { board { columns {
  step { name }
  opportunities(first: 25, after: $after) {
    pageInfo { hasNextPage endCursor } nodes { legacyId name owner { name } step { name } }
  }
} } }"""
KEPT = "{ board { columns { isRetired count opportunities(first: 100) { nodes { legacyId } } } } }"


async def test_the_columns_are_the_published_steps_in_order_and_those_still_held(
    both: Both,
) -> None:
    text = "{ board { pipeline { name } columns { isRetired step { name position } count } } }"
    found = (await both.read(text))["board"]["columns"]
    named = [(column["step"]["name"], column["isRetired"]) for column in found]
    assert named == [
        ("Proposed", False), ("Quoted", False), ("Won!", False), ("Lost!", False),
        ("Archived", True),
    ]  # fmt: skip
    assert all(column["count"] for column in found)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MEMBER])
async def test_no_record_of_a_pipeline_is_lost_or_shown_twice(both: Both, role: Role) -> None:
    """Whichever version they are pinned to."""
    viewer = both.references[role].viewer
    listed = await both.read(
        "{ pipelines { nodes { id opportunities(first: 100) { nodes { legacyId } } } } }",
        {},
        viewer,
    )
    compared = 0
    for pipeline in listed["pipelines"]["nodes"]:
        wanted = sorted(node["legacyId"] for node in pipeline["opportunities"]["nodes"])
        text = KEPT.replace("board {", "board(pipelineId: $id) {", 1)
        answered = await both.read(f"query Q($id: ID!) {text}", {"id": pipeline["id"]}, viewer)
        columns = answered["board"]["columns"]
        shown = [node["legacyId"] for c in columns for node in c["opportunities"]["nodes"]]
        assert sorted(shown) == wanted
        assert sum(column["count"] for column in columns) == len(wanted)
        compared += len(wanted)
    assert compared > 5


async def test_what_names_no_pipeline_is_no_board(both: Both) -> None:
    text = "query Q($id: ID) { board(pipelineId: $id) { pipeline { id } columns { count } } }"
    default = await both.read(text)
    assert default["board"]["pipeline"]["id"] == global_id("Pipeline", 1)
    assert await both.read(text, {"id": None}) == default
    assert await both.read(text, {"id": global_id("Pipeline", 1)}) == default
    for id in ("", "x", global_id("Opportunity", 1), global_id("Pipeline", 99)):
        assert await both.read(text, {"id": id}) == {"board": None}
        assert await both.read(text.replace("$id: ID)", f'$id: ID = "{id}")')) == {"board": None}
    (bare,) = (await both.read(text, {"id": global_id("Pipeline", 3)})).values()
    assert bare["columns"] == []


async def test_a_column_is_paged_by_its_cursors_in_manual_order(both: Both) -> None:
    whole = (await both.read(KEPT))["board"]["columns"]
    text = """query Q($after: String) { board { columns {
        opportunities(first: 2, after: $after) { nodes { legacyId } pageInfo { endCursor } }
    } } }"""
    for place, column in enumerate(whole):
        listed, cursor = [], None
        for _ in range(MANY):
            page = (await both.read(text, {"after": cursor}))["board"]["columns"][place]
            if not page["opportunities"]["nodes"]:
                break
            listed += page["opportunities"]["nodes"]
            cursor = page["opportunities"]["pageInfo"]["endCursor"]
        assert listed == column["opportunities"]["nodes"]


async def test_what_was_never_placed_stands_newest_first(
    asker: Asker, urls: DatabaseUrls, organisation: Organisation
) -> None:
    await crowd(urls, organisation)
    text = "{ board { columns { opportunities { nodes { legacyId } } } } }"
    columns = (await asker.read(text))["board"]["columns"]
    for step, column in enumerate(columns):
        shown = [node["legacyId"] for node in column["opportunities"]["nodes"]]
        assert shown == [id for id in range(1000, MANY) if id % 5 == step][:25]


async def test_the_cards_of_a_column_go_by_the_index_first_page_and_last(
    asker: Asker, urls: DatabaseUrls, database: Database, organisation: Organisation
) -> None:
    await crowd(urls, organisation)
    before = database.reads.statements
    with overheard() as asked:
        first = await asker.read(CARDS)
    assert database.reads.statements - before == len(asked) == 1
    columns = first["board"]["columns"]
    assert [len(column["opportunities"]["nodes"]) for column in columns] == [25] * 5
    deep: dict[str, Any] = {"after": await _cursor_near_the_end(asker)}
    for variables in ({}, deep):
        spent = await cost(asker, urls, CARDS, variables)
        assert "using ix_opportunity_step_id_board_key_id" in spent.plan
        assert "Seq Scan on opportunity t" not in spent.plan
        assert spent.buffers < PER_COLUMN * len(columns), spent.plan


async def _cursor_near_the_end(asker: Asker) -> str:
    text = """{ opportunities(last: 100, orderBy: {field: manual}) {
        pageInfo { startCursor } nodes { id } } }"""
    return (await asker.read(text))["opportunities"]["pageInfo"]["startCursor"]


async def test_counts_and_totals_cost_nothing_unless_selected_and_once_if_both_are(
    asker: Asker, urls: DatabaseUrls, organisation: Organisation
) -> None:
    await crowd(urls, organisation)
    text = """query Q($count: Boolean!, $totals: Boolean!) { board { columns {
        count @include(if: $count) totals @include(if: $totals) { currency value }
        opportunities { nodes { id } } } } }"""
    spent = [
        (await cost(asker, urls, text, {"count": count, "totals": totals})).buffers
        for count, totals in ((False, False), (True, False), (False, True), (True, True))
    ]
    assert spent[0] < PER_COLUMN * 5
    assert min(spent[1:]) > 1.5 * spent[0], spent
    assert spent[3] < 1.05 * spent[2], "one look at the column's rows for both"
