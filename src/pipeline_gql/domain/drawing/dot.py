"""A graph in the language of Graphviz."""

from collections.abc import Iterator

from pipeline_gql.domain.drawing.captions import COLOURS, beginning, chance, pace
from pipeline_gql.domain.drawing.lettering import clean
from pipeline_gql.domain.pipeline import Graph, Kind, Step

_ESCAPED = str.maketrans({"\\": "\\\\", '"': '\\"', "&": "&amp;"})


def write(graph: Graph, title: str) -> str:
    return "\n".join(_lines(graph, title)) + "\n"


def _lines(graph: Graph, title: str) -> Iterator[str]:
    yield f"digraph {_quoted(title)} {{"
    yield f"  graph [rankdir=LR, labelloc=t, fontname=Helvetica, label={_quoted(title)}]"
    yield '  node [shape=box, style="rounded,filled", fontname=Helvetica]'
    yield "  edge [fontname=Helvetica, fontsize=11]"
    for index, stage in enumerate(graph.stages, 1):
        line, ground = COLOURS[stage.state]
        yield f"  subgraph cluster_{index} {{"
        yield f'    label={_quoted(stage.name)}; color="{line}"; fontcolor="{line}"'
        for step in graph.steps:
            if step.stage == stage.key:
                colours = f'color="{line}", fillcolor="{ground}"'
                yield f"    {_quoted(step.key)} [{_box(step)}, {colours}]"
        yield "  }"
    if any(edge.kind is Kind.GLOBAL for edge in graph.transitions):
        # A key has no space in it, so no step can bear this name.
        yield '  "from anywhere" [shape=plaintext, style=""]'
    for edge in graph.transitions:
        start = "from anywhere" if edge.source is None else edge.source
        style = ", style=dashed" if edge.source is None else ""
        ends = f"{_quoted(start)} -> {_quoted(edge.target)}"
        yield f"  {ends} [label={_quoted(edge.name)}{style}]"
    yield "}"


def _box(step: Step) -> str:
    text = "\n".join(filter(None, (step.name, chance(step), pace(step))))
    return f"label={_quoted(text)}" + (", penwidth=3" if beginning(step) else "")


def _quoted(text: str) -> str:
    r"""Lines of a text are told by `\n`; no other backslash means anything."""
    return '"' + "\\n".join(clean(line).translate(_ESCAPED) for line in text.split("\n")) + '"'
