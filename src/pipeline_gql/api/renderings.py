"""A version of a pipeline as a text: its document, its diagram."""

from collections.abc import Mapping
from typing import Any, cast

from pipeline_gql.api.sheets import Form, written
from pipeline_gql.domain.documents import Document
from pipeline_gql.domain.drawing import Format, draw
from pipeline_gql.domain.pipeline import Version
from pipeline_gql.domain.selection import Leaf, Pick


def rendered(pick: Pick, facts: Mapping[str, Any], version: Version) -> str:
    """What a field of a version shows of it, in the format that was asked for."""
    asked = cast("Leaf | None", pick.arguments.get("format"))
    form = asked and asked.value
    if pick.name == "diagram":
        return draw(version.graph, facts["name"], Format(form or Format.SVG))
    document = Document(facts["key"], facts["name"], version.graph)
    return written(document, Form.JSON if form == "JSON" else Form.YAML)
