"""A pipeline's graph as a picture: for a wall (SVG), for a wiki (Mermaid), for Graphviz (DOT).

Pure and deterministic: the same graph under the same title gives the same text.
"""

from enum import StrEnum

from pipeline_gql.domain.drawing import dot, mermaid, svg
from pipeline_gql.domain.pipeline import Graph

__all__ = ["Format", "draw"]


class Format(StrEnum):
    """In what language a picture is written."""

    MERMAID = "MERMAID"
    DOT = "DOT"
    SVG = "SVG"


_WRITERS = {Format.MERMAID: mermaid.write, Format.DOT: dot.write, Format.SVG: svg.write}


def draw(graph: Graph, title: str, form: Format) -> str:
    """The picture of a checked graph, as text."""
    return _WRITERS[form](graph, title)
