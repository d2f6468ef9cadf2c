"""Versions of pipelines and their transitions."""

from datetime import datetime
from enum import Enum
from typing import Any

import strawberry

from pipeline_gql.api.connections import argument, connection
from pipeline_gql.api.scalars import Json
from pipeline_gql.api.types.node import Node, maybe, one, told, typed
from pipeline_gql.api.types.pipelines import PipelineMode
from pipeline_gql.domain.flaws import Kind as Flaw


@strawberry.enum(description="How far a version of a pipeline has come.")
class PipelineVersionState(Enum):
    DRAFT = strawberry.enum_value("DRAFT", description="It can be changed, and nobody sells by it.")
    PUBLISHED = strawberry.enum_value(
        "PUBLISHED", description="New opportunities stand in it; it never changes."
    )
    RETIRED = strawberry.enum_value(
        "RETIRED", description="Another came after it; opportunities may still stand in it."
    )


@strawberry.enum(description="Where a transition starts.")
class TransitionKind(Enum):
    DIRECTED = strawberry.enum_value("DIRECTED", description="On one step.")
    GLOBAL = strawberry.enum_value("GLOBAL", description="On any step but its own end.")
    LOOP = strawberry.enum_value("LOOP", description="On the step where it ends.")


_FLAWS = {
    Flaw.VALUE_INVALID: "A value is not acceptable.",
    Flaw.VALUE_REQUIRED: "A value is missing.",
    Flaw.NO_ENTRY_STEP: "There is no step where opportunities start.",
    Flaw.DEAD_END: "From the step no sale can ever be won, lost or put aside.",
    Flaw.UNKNOWN_STEP: "There is no such step.",
    Flaw.UNKNOWN_TRANSITION: "There is no such transition.",
    Flaw.UNKNOWN_ATTRIBUTE: "It is neither a field nor an attribute that is defined and in use.",
    Flaw.UNREACHABLE_STEP: "No way leads to the step from where opportunities start.",
    Flaw.PROBABILITY_FALLS: "Going forward makes winning less probable.",
    Flaw.ATTRIBUTE_MOSTLY_MISSING: "Most open opportunities lack what would be required of them.",
    Flaw.NUMBER_COMPARED_AS_TEXT: "A number is ordered as a text, so that 9 comes after 10.",
    Flaw.UNKNOWN_TEAM: "There is no team of this name, so that nobody is in it.",
    Flaw.UNKNOWN_USER: "There is no user with this address: moves that want it would be refused.",
    Flaw.UNKNOWN_PIPELINE: "There is no such pipeline: moves that open one there would be refused.",
}
_flaws: Any = Enum(
    "PipelineFlawCode",
    {
        kind.name: strawberry.enum_value(kind.value, description=words)
        for kind, words in _FLAWS.items()
    },
)
PipelineFlawCode = strawberry.enum(_flaws, description="A kind of flaw of a pipeline.")


@strawberry.enum(description="How a pipeline's document is written.")
class PipelineDocumentFormat(Enum):
    YAML = strawberry.enum_value("YAML", description="For people.")
    JSON = strawberry.enum_value("JSON", description="For programs.")


@strawberry.enum(description="How a pipeline's diagram is written.")
class PipelineDiagramFormat(Enum):
    MERMAID = strawberry.enum_value("MERMAID", description="For wikis that draw Mermaid.")
    DOT = strawberry.enum_value("DOT", description="For Graphviz.")
    SVG = strawberry.enum_value("SVG", description="A picture as it is.")


def _in(format: Any, description: str, otherwise: str) -> Any:
    """A text in one of several formats."""
    field = typed(str, description)
    field.arguments = [argument("format", format, otherwise)]
    return field


@strawberry.type(description="A way from step to step, as one version of a pipeline has it.")
class Transition(Node):
    key: str = told("The transition's key in its version.")
    name: str = told("The transition's name.")
    kind: TransitionKind = told("Where it starts.")
    from_step: Any = maybe("OpportunityStep", "pipelines", "Where it starts; null for any step.")
    to_step: Any = one("OpportunityStep", "pipelines", "Where it leads.")
    required_attributes: list[str] = told(
        "What an opportunity must have to go there: keys of attributes, names of fields."
    )
    rules: Json = told("What must hold, a list as a pipeline's document has it.")
    actions: Json = told("What going there does, a list as a pipeline's document has it.")
    pipeline_version: Any = one("PipelineVersion", "versions", "The version it belongs to.")


@strawberry.type(description="What a pipeline means from one publication to the next, or may mean.")
class PipelineVersion(Node):
    number: int | None = told("Counted from 1 as they are published; null for a draft.")
    name: str = told("The pipeline's name in this version.")
    state: PipelineVersionState = told("How far it has come.")
    mode: PipelineMode = told("Which moves it allows.")
    pipeline: Any = one("Pipeline", "pipelines", "The pipeline.")
    based_on: Any = maybe(
        "PipelineVersion", "versions", "The version that was published when this one began."
    )
    content_hash: str | None = told(
        "The same for the same meaning wherever it is kept: ids, name and order of transitions "
        "do not count."
    )
    note: str | None = told("What it is for, in its author's words.")
    stages: Any = connection("OpportunityStage", "pipelines", "Its stages.", ordered="position")
    steps: Any = connection("OpportunityStep", "pipelines", "Its steps.", ordered="position")
    transitions: Any = connection("Transition", "versions", "Its transitions.")
    document: Any = _in(
        PipelineDocumentFormat,
        "All of it as a document, for people to read and for other organisations to take in.",
        "YAML unless given.",
    )
    diagram: Any = _in(PipelineDiagramFormat, "Its graph as a picture.", "SVG unless given.")
    created_by: Any = maybe("User", "people", "Who began it; null for the server itself.")
    created_at: datetime = told("When it was begun.")
    updated_at: datetime = told("When the draft last changed.")
    published_at: datetime | None = told("When it was published; null for a draft.")
    version: int = told("Grows by one with every change of the draft.")
