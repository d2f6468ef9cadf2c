"""Pipelines written as texts and read again, whatever they are."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_gql.api.sheets import Form, Reading, written
from pipeline_gql.domain.documents import content_hash, parse, read
from pipeline_gql.domain.structure import shortcomings
from tests.domain.graphs import documents

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=20).map(
    lambda text: f"-{text}-"
)


@given(documents(), NAMES, st.sampled_from(Form), st.randoms())
def test_a_text_means_what_was_written_in_either_form(
    source: dict[str, Any], name: str, form: Form, random: Any
) -> None:
    source["stages"][0]["name"] = name
    document = parse(source)
    reading = Reading(written(document, form))
    asyncio.run(reading(None))
    assert reading.source is not None
    again = read(reading.source)
    assert again == document
    edges: Any = reading.source.get("transitions", [])
    random.shuffle(edges)
    shuffled = read({**reading.source, "transitions": edges})
    assert content_hash(shuffled.graph) == content_hash(document.graph)


@pytest.mark.parametrize("text", ["key: a\nat: 2026-01-01", '{"key": "a", "at": "2026-01-01"}'])
def test_a_day_is_a_text_in_either_form(text: str) -> None:
    reading = Reading(text)
    asyncio.run(reading(None))
    assert reading.source == {"key": "a", "at": "2026-01-01"}


@given(documents())
def test_a_step_without_a_way_out_is_all_that_is_missing(source: dict[str, Any]) -> None:
    """Against a search that is said more simply: from each step, by hand."""
    source["transitions"] = source["transitions"][1:]
    graph = read(source).graph
    found = {flaw.value for flaw in shortcomings(graph)}

    def ends(key: str, seen: frozenset[str]) -> bool:
        if graph.state_of(graph.step[key]).is_final:
            return True
        ways = {other for other in graph.next_steps(key) if other not in seen}
        return any(ends(other, seen | {other}) for other in ways)

    assert found == {step.key for step in graph.steps if not ends(step.key, frozenset({step.key}))}
