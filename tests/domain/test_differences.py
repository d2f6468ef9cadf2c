"""What a manager is told of a change is told exactly when something changes."""

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pipeline_gql import templates
from pipeline_gql.domain.differences import differences
from pipeline_gql.domain.documents import content_hash, parse
from tests.domain.graphs import documents


@given(documents(), st.data())
def test_sentences_are_told_exactly_where_the_meaning_differs(
    source: dict[str, Any], data: st.DataObject
) -> None:
    other = copy.deepcopy(source) if data.draw(st.booleans()) else data.draw(documents())
    if other["transitions"] and data.draw(st.booleans()):
        data.draw(st.sampled_from(other["transitions"]))["name"] = data.draw(st.just("Other"))
    other["transitions"] = data.draw(st.permutations(other["transitions"]))
    old, new = parse(source), parse(other)
    same = content_hash(old.graph) == content_hash(new.graph)
    assert (differences(old, new) == ()) == same
    assert (differences(new, old) == ()) == same


def changed(change: Any) -> tuple[str, ...]:
    source: Any = templates.source("simple")
    other: Any = templates.source("simple")
    change(other)
    return differences(parse(source), parse(other))


def test_a_change_of_a_number_says_what_it_was() -> None:
    def change(document: Any) -> None:
        document["stages"][0]["steps"][1]["probability"] = 60
        document["stages"][0]["steps"][1]["stalled_after_days"] = None

    assert changed(change) == (
        "Step In Progress (in_progress): probability was 50, is now 60.",
        "Step In Progress (in_progress): stalled after days was 30, is now none.",
    )


def test_parts_that_come_and_go_are_named() -> None:
    def change(document: Any) -> None:
        del document["transitions"][3]
        document["stages"][0]["steps"].append({"key": "demo", "name": "Demo", "probability": 60})
        document["stages"][0]["steps"][1]["entry"] = False

    assert changed(change) == (
        "Step Demo (demo) is new.",
        "Step In Progress (in_progress) is no longer a step where sales may start.",
        "Transition Reopen (reopen), from lost to in_progress, is removed.",
    )


def test_lists_tell_what_they_gain_and_lose() -> None:
    def change(document: Any) -> None:
        document["name"] = "Simpler"
        document["transitions"][1]["required_attributes"] = ["budget"]
        document["stages"][0]["steps"].reverse()

    assert changed(change) == (
        "The pipeline: name was Simple, is now Simpler.",
        "Steps stand in another order: In Progress, New, Won, Lost.",
        "Transition Win (win), from in_progress to won, gains required attributes: budget.",
    )
