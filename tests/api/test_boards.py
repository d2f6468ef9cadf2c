"""A board as clients see it and drag on it."""

from typing import Any

from pipeline_gql.store import models
from tests.api.asking import Ask, gid

COLUMNS = """{ board { columns { step { name } count
  totals { currency count value } opportunities { nodes { id } } } } }"""
PLACED = "opportunity { id version step { name } }"


async def columns(ask: Ask) -> dict[str, list[str]]:
    """The ids of the cards, by the steps' names."""
    found = (await ask.read(COLUMNS))["board"]["columns"]
    return {
        column["step"]["name"]: [node["id"] for node in column["opportunities"]["nodes"]]
        for column in found
    }


async def test_a_drag_is_seen_on_the_board(ask: Ask) -> None:
    low, middle, top = [await ask.opportunity(amount="10") for _ in range(3)]
    assert (await columns(ask))["Proposed"] == [top, middle, low]
    payload = await ask.done(
        "opportunities.place", {"opportunityId": top, "afterId": middle}, PLACED
    )
    assert payload["opportunity"] == {"id": top, "version": 1, "step": {"name": "Proposed"}}
    await ask.done("opportunities.place", {"id": low, "beforeId": top}, PLACED)
    assert (await columns(ask))["Proposed"] == [middle, low, top]
    moved = {"opportunityId": low, "stepId": gid("OpportunityStep", 4)}
    payload = await ask.done("opportunities.place", moved, PLACED)
    assert payload["opportunity"] == {"id": low, "version": 2, "step": {"name": "Opportunity"}}
    found = {
        column["step"]["name"]: column for column in (await ask.read(COLUMNS))["board"]["columns"]
    }
    assert list(found) == ["Proposed", "Opportunity", "Won", "Lost", "Archived"]
    assert found["Proposed"]["totals"] == [{"currency": "GBP", "count": 2, "value": "20.00"}]
    assert (found["Opportunity"]["count"], found["Won"]["totals"]) == (1, [])


async def test_a_refused_drag_says_what_a_refused_move_says(ask: Ask) -> None:
    id, other = await ask.opportunity(), await ask.opportunity()
    wanted: dict[str, Any] = {"opportunityId": id, "stepId": gid("OpportunityStep", 5)}
    answers = [
        await ask.verb(f"opportunities.{verb}", input, "errors { remedies { title } }")
        for verb, input in (("progress", wanted), ("place", {**wanted, "afterId": other}))
    ]
    assert answers[0] == answers[1]
    (error,) = answers[0]["errors"]
    assert error["label"] == "Transition Not Found"
    assert len(await ask.stored.rows(models.TransitionAttempt)) == 2
    assert (await columns(ask))["Proposed"] == [other, id]


async def test_a_retried_drag_is_done_once(ask: Ask) -> None:
    low, top = await ask.opportunity(), await ask.opportunity()
    input = {"opportunityId": low, "beforeId": top, "idempotencyKey": "drag"}
    first = await ask.verb("opportunities.place", input, PLACED)
    await ask.done("opportunities.place", {"opportunityId": top}, PLACED)
    again = await ask.verb("opportunities.place", input, PLACED)
    assert again == first | {"replayed": True}
    assert (await columns(ask))["Proposed"] == [top, low]


async def test_a_board_takes_the_conditions_of_a_list(ask: Ask) -> None:
    for name in ("Red", "Green"):
        await ask.opportunity(name=name)
    text = """query Q($value: String!) { board(
        filters: {field: name, operation: eq, value: $value}, search: "e"
    ) { columns { count opportunities(first: 200) { totalCount } } } }"""
    answered = await ask(text, {"value": "Red"})
    assert [column["count"] for column in answered["data"]["board"]["columns"]] == [1, 0, 0, 0, 0]
    (warning,) = answered["extensions"]["warnings"]
    assert warning["code"] == "PAGE_CAPPED"
    assert warning["path"] == ["board", "columns", "opportunities"]
    document = "{ board(filters: {field: name, operation: eq}) { columns { count } } }"
    (error,) = (await ask(document))["errors"]
    assert error["extensions"]["code"] == "FILTER_MALFORMED"
    assert error["message"].startswith("board: filters[0]: ")


async def test_a_boards_cost_counts_its_columns(ask: Ask) -> None:
    """Twenty-five are assumed, each with the cards asked for."""
    inner = "contacts(first: 100) { nodes { %s } }"
    deep = inner % ("opportunities(first: 100) { nodes { id name } }")
    answered = await ask(f"{{ board {{ columns {{ opportunities(first: 10) {{ nodes {{ {deep} }}"
                         " } } } }")  # fmt: skip
    (error,) = answered["errors"]
    assert error["extensions"]["limit"] == "max_cost"
    plain = "{ board { columns { opportunities(first: 25) { nodes { id name } } } } }"
    assert "errors" not in await ask(plain)
