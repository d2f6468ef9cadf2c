"""A graph in Mermaid's language, which GitHub, GitLab and most wikis draw."""

import json
from collections.abc import Iterator

from pipeline_gql.domain.drawing.captions import COLOURS, beginning, chance, pace
from pipeline_gql.domain.drawing.lettering import clean
from pipeline_gql.domain.pipeline import Graph, Kind, Step

_ENTITIES = {ord(sign): f"#{ord(sign)};" for sign in "#\"'`<>&;\\|[]{}()"}


def write(graph: Graph, title: str) -> str:
    return "\n".join(_lines(graph, title)) + "\n"


def _lines(graph: Graph, title: str) -> Iterator[str]:
    names = {step.key: f"s{index}" for index, step in enumerate(graph.steps, 1)}
    yield from ("---", f"title: {json.dumps(clean(title), ensure_ascii=False)}", "---")
    yield "flowchart LR"
    for index, stage in enumerate(graph.stages, 1):
        yield f'  subgraph g{index}["{_told(stage.name)}"]'
        for step in graph.steps:
            if step.stage == stage.key:
                yield f"    {names[step.key]}{_box(step)}:::{stage.state.value.lower()}"
        yield "  end"
    if any(edge.kind is Kind.GLOBAL for edge in graph.transitions):
        yield '  anywhere(["from anywhere"])'
    for edge in graph.transitions:
        start = "anywhere" if edge.source is None else names[edge.source]
        arrow = "-.->" if edge.source is None else "-->"
        yield f'  {start} {arrow}|"{_told(edge.name)}"| {names[edge.target]}'
    for state, (line, ground) in COLOURS.items():
        yield f"  classDef {state.value.lower()} fill:{ground},stroke:{line},color:#101828"


def _box(step: Step) -> str:
    facts = " · ".join(filter(None, (chance(step), pace(step))))
    text = f"<b>{_told(step.name)}</b><br/>{facts}"
    return f'(["{text}"])' if beginning(step) else f'["{text}"]'


def _told(text: str) -> str:
    return clean(text).translate(_ENTITIES)
