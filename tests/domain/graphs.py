"""Pipelines made up by hypothesis, always valid ones."""

from typing import Any

from hypothesis import strategies as st

from pipeline_gql.domain.documents import content_hash
from pipeline_gql.domain.pipeline import Graph, Version

KEYS = "abcdefgh"


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A document whose last step ends sales and can be reached from everywhere."""
    count = draw(st.integers(2, len(KEYS)))
    keys = list(KEYS[:count])
    last = draw(st.sampled_from(["Won", "Lost", "Archived"]))
    steps = [
        {
            "key": key,
            "probability": draw(st.integers(0, 100)),
            "entry": place == 0 or draw(st.booleans()),
            "stalled_after_days": draw(st.none() | st.integers(0, 90)),
        }
        for place, key in enumerate(keys[:-1])
    ]
    cut = draw(st.integers(1, len(steps)))
    stages = [{"key": "first", "name": "First", "steps": steps[:cut]}]
    if steps[cut:]:
        stages.append({"key": "second", "steps": steps[cut:]})
    stages.append({"key": "end", "state": last, "steps": [{"key": keys[-1]}]})
    return {
        "key": "made-up",
        "name": "Made up",
        "mode": draw(st.sampled_from(["GRAPH", "FREE"])),
        "stages": stages,
        "transitions": draw(transitions(keys)),
    }


@st.composite
def transitions(draw: st.DrawFn, keys: list[str]) -> list[dict[str, Any]]:
    """Any edges, and one from everywhere to the last step."""
    source = st.none() | st.sampled_from(keys)
    ends = draw(st.sets(st.tuples(source, st.sampled_from(keys)), max_size=12))
    ends.add((None, keys[-1]))
    return [
        {"to": target} | ({} if source is None else {"from": source})
        for source, target in sorted(ends, key=str)
    ]


def version_of(graph: Graph) -> Version:
    """A graph with ids: stages from 10, steps from 100, transitions from 1,000."""
    assert content_hash(graph)
    return Version(
        id=1,
        pipeline_id=1,
        number=1,
        graph=graph,
        stage_ids={stage.key: id for id, stage in enumerate(graph.stages, 10)},
        step_ids={step.key: id for id, step in enumerate(graph.steps, 100)},
        transition_ids={edge.key: id for id, edge in enumerate(graph.transitions, 1000)},
    )
