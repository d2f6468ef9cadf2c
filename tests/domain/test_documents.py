"""Pipelines as documents: what is read, what is refused, and that nothing is lost."""

from collections.abc import Callable
from copy import deepcopy
from importlib.resources import files
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipeline_gql.domain.documents import (
    MOST_STAGES,
    MOST_STEPS,
    MOST_TRANSITIONS,
    content_hash,
    export,
    parse,
    read,
)
from pipeline_gql.domain.errors import Path, Refusal, Refused
from pipeline_gql.domain.pipeline import Kind, Mode, State
from tests.domain.graphs import documents

SMALL: dict[str, Any] = {
    "key": "small",
    "stages": [
        {"key": "open", "steps": [{"key": "new", "entry": True, "probability": 20}]},
        {"key": "won", "state": "Won", "steps": [{"key": "won"}]},
    ],
    "transitions": [{"from": "new", "to": "won"}],
}


@given(documents())
def test_a_document_comes_back_as_it_went_out(source: dict[str, Any]) -> None:
    document = parse(source)
    again = parse(yaml.safe_load(yaml.safe_dump(export(document))))
    assert again == document
    assert content_hash(again.graph) == content_hash(document.graph)


@given(documents(), st.randoms())
def test_the_order_of_transitions_means_nothing(source: dict[str, Any], random: Any) -> None:
    before = content_hash(parse(source).graph)
    random.shuffle(source["transitions"])
    assert content_hash(parse(source).graph) == before


@given(documents())
def test_another_meaning_has_another_hash(source: dict[str, Any]) -> None:
    before = content_hash(parse(source).graph)
    source["stages"][0]["name"] = "Renamed"
    assert content_hash(parse(source).graph) != before


def test_what_is_left_out_has_its_default() -> None:
    document = parse(SMALL)
    graph = document.graph
    assert (document.name, graph.mode) == ("small", Mode.GRAPH)
    assert [stage.state for stage in graph.stages] == [State.OPEN, State.WON]
    assert [step.probability for step in graph.steps] == [20, 100]
    assert graph.entry_step.key == "new"
    assert [(edge.key, edge.kind) for edge in graph.transitions] == [("new_won", Kind.DIRECTED)]


@pytest.mark.parametrize("template", ["training", "sales", "simple"])
def test_the_built_in_templates_are_documents(template: str) -> None:
    text = files("pipeline_gql").joinpath(f"templates/{template}.yaml").read_text()
    document = parse(yaml.safe_load(text))
    assert document.key == template
    assert parse(export(document)) == document


def _change(path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    changed = deepcopy(SMALL)
    place: Any = changed
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    return changed


STEP = ("stages", 0, "steps", 0)
EDGE = ("transitions", 0)


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        (("key",), None, ("key",)),
        (("key",), "Not A Key", ("key",)),
        (("name",), "a\0b", ("name",)),
        (("mode",), "SOMETIMES", ("mode",)),
        (("colour",), "red", ("colour",)),
        (("stages",), "open", ("stages",)),
        (("stages",), [], ("transitions", 0, "to")),
        (("stages", 0, "state"), "Closed", ("stages", 0, "state")),
        ((*STEP, "entry"), "yes", (*STEP, "entry")),
        ((*STEP, "entry"), False, ("steps",)),
        ((*STEP, "probability"), None, (*STEP, "probability")),
        ((*STEP, "probability"), 101, (*STEP, "probability")),
        ((*STEP, "probability"), 12.5, (*STEP, "probability")),
        ((*STEP, "stalled_after_days"), -1, (*STEP, "stalled_after_days")),
        ((*STEP, "key"), "won", ("steps",)),
        (("stages", 1, "key"), "open", ("stages",)),
        (("stages", 1, "steps", 0, "probability"), 90, ("stages", 1, "steps", 0, "probability")),
        (("stages", 1, "steps", 0, "default"), True, ("stages", 1, "steps", 0, "default")),
        (EDGE, "new to won", EDGE),
        ((*EDGE, "to"), "nowhere", (*EDGE, "to")),
        ((*EDGE, "from"), "nowhere", (*EDGE, "from")),
        ((*EDGE, "kind"), "LOOP", (*EDGE, "kind")),
        ((*EDGE, "rules"), [1], (*EDGE, "rules", 0)),
        ((*EDGE, "actions"), [{"x": {1, 2}}], (*EDGE, "actions", 0, "type")),
        ((*EDGE, "actions"), [1], (*EDGE, "actions", 0)),
        ((*EDGE, "follow_on"), {"pipeline": "sales"}, (*EDGE, "follow_on")),
        (
            (*EDGE, "actions"),
            [{"type": "set_probability", "probability": 60}],
            (*EDGE, "actions", 0, "probability"),
        ),
        ((*EDGE, "required_attributes"), [""], (*EDGE, "required_attributes", 0)),
        (("transitions",), [], (*STEP, "key")),
        (("transitions",), [{"from": "new", "to": "won"}] * 2, ("transitions",)),
    ],
)
def test_a_mistake_is_found_and_placed(path: Path, value: object, named: Path) -> None:
    assert named in paths(parse, _change(path, value))


@pytest.mark.parametrize("source", [None, [], "training", 5])
def test_what_is_no_mapping_is_no_document(source: object) -> None:
    assert ("document",) in paths(parse, source)


def paths(read: Callable[[object], object], source: object) -> list[Path]:
    """Where what is wrong stands."""
    try:
        read(source)
    except Refused as refused:
        return [refusal.path for refusal in refused.refusals]
    except Refusal as refusal:
        return [refusal.path]
    raise AssertionError("was not refused")


@pytest.mark.parametrize(
    ("member", "most", "told"),
    [
        ("stages", MOST_STAGES, "at most 100"),
        ("steps", MOST_STEPS, "at most 500"),
        ("transitions", MOST_TRANSITIONS, "at most 2,000"),
    ],
)
def test_a_pipeline_that_is_too_large_is_refused(member: str, most: int, told: str) -> None:
    count = {"stages": 1, "steps": 1, "transitions": 0, member: most + 1}
    steps = [{"key": f"x{n}", "probability": 1, "entry": True} for n in range(count["steps"])]
    stages: list[Any] = [{"key": f"s{n}", "steps": []} for n in range(count["stages"])]
    for n, step in enumerate(steps):
        stages[n * len(stages) // len(steps)]["steps"].append(step)
    edges = [{"key": f"t{n}", "from": "x0", "to": "x0"} for n in range(count["transitions"])]
    source = {"key": "large", "stages": stages, "transitions": edges}
    with pytest.raises((Refusal, Refused)) as refused:
        read(source)
    sentences = [each.message.format(**each.facts) for each in refused.value.refusals]
    assert any(told in sentence for sentence in sentences), sentences[:3]
