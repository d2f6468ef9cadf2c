"""GraphiQL in a real browser that is cut off from every network, against the demo."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, Response, Route, expect

pytestmark = pytest.mark.browser

# GraphiQL learns the name of the operation to run 100 ms after an editor has changed.
EDITORS_SETTLE = 500
TABS = [
    *("Search", "Create", "Progress", "AddInterest", "Refusal"),
    *("Board", "Forecast", "Timeline", "History"),
]


def execute(page: Page, tab: str) -> dict[str, Any]:
    """The tab's document, run by its button: the answer, seen to be shown as well."""
    page.get_by_role("tab", name=tab).click()
    page.wait_for_timeout(EDITORS_SETTLE)
    with page.expect_response(lambda response: _answers(response, tab)) as answered:
        page.locator(".graphiql-execute-button").click()
    answer: dict[str, Any] = answered.value.json()
    expect(page.locator(".graphiql-response")).to_contain_text(f'"{next(iter(answer))}"')
    return answer


def _answers(response: Response, operation: str) -> bool:
    return response.url.endswith("/graphql") and operation == json.loads(
        response.request.post_data or "{}"
    ).get("operationName")


@pytest.fixture
def graphiql(page: Page) -> Page:
    page.goto("/graphiql")
    page.get_by_role("tab", name="Search").wait_for()
    return page


@pytest.mark.parametrize("path", ["/", "/graphql"])
def test_a_browser_lands_at_graphiql(page: Page, path: str) -> None:
    page.goto(path)
    page.wait_for_url("**/graphiql")
    page.locator(".graphiql-execute-button").wait_for()


def test_it_opens_with_tabs_of_working_documents(graphiql: Page) -> None:
    for tab in TABS:
        expect(graphiql.get_by_role("tab", name=tab)).to_be_visible()
    expect(graphiql.locator(".graphiql-query-editor")).to_contain_text("query Search")
    expect(graphiql.locator(".graphiql-editor-tool")).to_contain_text('"region"')


def test_a_search_is_answered_and_shown(graphiql: Page) -> None:
    answer = execute(graphiql, "Search")
    assert "errors" not in answer
    page = answer["data"]["opportunities"]
    assert len(page["edges"]) == 5
    assert page["pageInfo"]["totalRecords"] > 5
    expect(graphiql.locator(".graphiql-response")).to_contain_text(page["edges"][0]["node"]["name"])


def test_a_mutation_creates_an_opportunity(graphiql: Page) -> None:
    created = execute(graphiql, "Create")["data"]["opportunities"]["create"]
    assert created["errors"] == []
    assert created["opportunity"]["step"]["name"] == "Proposed"
    assert created["opportunity"]["account"]["name"] == "Administrate"
    expect(graphiql.locator(".graphiql-response")).to_contain_text(created["opportunity"]["id"])


def test_an_opportunity_progresses_and_gains_an_interest(graphiql: Page) -> None:
    moved = execute(graphiql, "Progress")["data"]["opportunities"]["progress"]
    assert (moved["errors"], moved["opportunity"]["step"]["name"]) == ([], "Opportunity")
    wanted = execute(graphiql, "AddInterest")["data"]["opportunities"]["addInterest"]
    assert wanted["errors"] == []
    assert wanted["interests"][0]["item"]["title"] == "My New Course"


def test_a_refusal_is_shown_word_for_word(graphiql: Page) -> None:
    refused = execute(graphiql, "Refusal")["data"]["opportunities"]["progress"]
    assert refused["opportunity"] is None
    (error,) = refused["errors"]
    assert error["label"] == "Transition Not Found"
    assert error["message"] == (
        "Transition from step T3Bwb3J0dW5pdHlTdGVwOjM= to step T3Bwb3J0dW5pdHlTdGVwOjc= not found"
    )
    assert error["value"] is None
    expect(graphiql.locator(".graphiql-response")).to_contain_text("Transition Not Found")


def test_board_forecast_and_timeline_are_answered(graphiql: Page) -> None:
    assert len(execute(graphiql, "Board")["data"]["board"]["columns"]) == 9
    assert execute(graphiql, "Forecast")["data"]["forecast"]["totals"]
    assert execute(graphiql, "Timeline")["data"]["opportunity"]["timeline"]["nodes"]


def test_the_docs_describe_the_schema(graphiql: Page) -> None:
    graphiql.get_by_label("Show Documentation Explorer").click()
    docs = graphiql.locator(".graphiql-doc-explorer")
    docs.get_by_text("Query", exact=True).click()
    docs.get_by_text("opportunities", exact=True).click()
    expect(docs.locator(".graphiql-markdown-description").first).to_contain_text(".")


def test_the_workers_of_the_editor_run(graphiql: Page) -> None:
    graphiql.locator(".graphiql-query-editor .view-line").first.click()
    graphiql.keyboard.press("Control+Home")
    graphiql.keyboard.type("query Wrong { nothing }\n")
    expect(graphiql.locator(".graphiql-query-editor .squiggly-error").first).to_be_visible()


def test_no_token_is_left_behind_in_the_browser(graphiql: Page) -> None:
    execute(graphiql, "Search")
    graphiql.get_by_label("Show History").click()
    expect(graphiql.locator(".graphiql-history-item")).to_have_count(1)
    stored = graphiql.evaluate("JSON.stringify(localStorage)")
    assert "Search" in stored
    assert "pgql_" not in stored


def test_a_second_visit_finds_the_tabs_and_the_token(graphiql: Page) -> None:
    execute(graphiql, "Search")
    graphiql.get_by_role("tab", name="Create").click()
    graphiql.wait_for_timeout(2 * EDITORS_SETTLE)
    graphiql.reload()
    expect(graphiql.locator(".graphiql-tab")).to_have_count(len(TABS))
    expect(graphiql.locator(".graphiql-query-editor")).to_contain_text("mutation Create")
    expect(graphiql.locator(".graphiql-editor-tool")).to_contain_text("accountId")
    assert "errors" not in execute(graphiql, "Search")


def test_without_the_demos_token_it_asks_for_one_and_then_reads_the_schema(page: Page) -> None:
    token = ""

    def forget(route: Route) -> None:
        nonlocal token
        response = route.fetch()
        token = response.text().partition("Bearer ")[2].partition("\\")[0]
        route.fulfill(response=response, body=response.text().replace(token, "<token>"))

    page.route("**/graphiql", forget)
    page.goto("/graphiql")
    expect(page.locator(".graphiql-response")).to_contain_text("Put your token under")
    page.locator(".graphiql-editor-tool").get_by_text("<token>").dblclick()
    page.keyboard.press("Control+A")
    with page.expect_response(lambda response: _answers(response, "IntrospectionQuery")):
        page.keyboard.insert_text("")
        page.keyboard.type(f'{{"Authorization": "Bearer {token}')
    assert "errors" not in execute(page, "Search")
