"""The built-in pipelines."""

import pytest

from pipeline_gql import templates
from pipeline_gql.domain import undefined
from pipeline_gql.domain.documents import content_hash, export, parse
from pipeline_gql.domain.pipeline import Mode, State


@pytest.mark.parametrize("name", templates.NAMES)
def test_a_built_in_pipeline_is_a_valid_document_under_its_own_name(name: str) -> None:
    document = parse(templates.source(name))
    assert document.key == name
    assert content_hash(parse(export(document)).graph) == content_hash(document.graph)


def test_training_leads_to_won_lost_and_archived_and_demands_something_on_the_way() -> None:
    graph = parse(templates.source("training")).graph
    assert {stage.state for stage in graph.stages} == set(State)
    assert graph.entry_step.key == "proposed"
    assert graph.transition["win"].required_attributes
    assert {action.type for action in graph.transition["win"].actions} >= {
        "create_registration",
        "create_invoice",
    }
    assert graph.transition["lose"].required_attributes


def test_sales_has_the_seven_stages_of_the_crm_api_and_starts_in_any_open_one() -> None:
    graph = parse(templates.source("sales")).graph
    assert graph.mode is Mode.FREE
    assert [stage.name.upper() for stage in graph.stages] == [
        "QUALIFICATION",
        "NEEDS ANALYSIS",
        "VALUE PROPOSITION",
        "PROPOSAL/QUOTATION",
        "NEGOTIATION/REVIEW",
        "CLOSED WON",
        "CLOSED LOST",
    ]
    standing = [step for step in graph.steps if graph.state_of(step) is State.OPEN]
    assert all(step.is_entry for step in standing)
    rising = [step.probability for step in standing]
    assert rising == sorted(set(rising))
    assert [step.probability for step in graph.steps[-2:]] == [100, 0]


def test_what_the_built_in_pipelines_ask_for_is_defined_beside_them() -> None:
    graphs = [parse(templates.source(name)).graph for name in templates.NAMES]
    asked = {key for graph in graphs for _, key in undefined.named(graph)}
    assert asked >= {"purchase_order", "loss_reason", "archive_reason"}
    assert set(templates.attributes(asked)) == asked
    assert set(templates.attributes()) > asked
