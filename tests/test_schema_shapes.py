"""The served schema and the shapes say the same; every list is bounded, every name explained."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_introspection_type,
    is_specified_scalar_type,
)

from pipeline_gql.api.schema import graphql_schema
from pipeline_gql.store.reads import pages
from pipeline_gql.store.reads.registry import SHAPES
from pipeline_gql.store.reads.shapes import Embed, Many, Rows, Several, Shape, Worked

SCHEMA = graphql_schema()
TYPES = {
    name: type
    for name, type in SCHEMA.type_map.items()
    if not is_introspection_type(type) and not is_specified_scalar_type(type)
}
BY_VARIANT = {type: shape for shape in SHAPES.values() for type in shape.types}
EMBEDDED = {
    reading.type: reading.fields
    for shape in SHAPES.values()
    for reading in shape.fields.values()
    if isinstance(reading, Embed | Rows | Worked)
} | {shape.totals.type: shape.totals.fields for shape in SHAPES.values() if shape.totals}
OF_VARIANTS = {
    "expiresAt": "TrainingTokenInterest",
    **dict.fromkeys(("fromStep", "toStep", "cause", "reason"), "TimelineMove"),
    "changes": "TimelineChange",
    "comment": "TimelineComment",
    "attachment": "TimelineFile",
    "task": "TimelineTask",
    "meeting": "TimelineMeeting",
}
"""Fields of a shape that only one of its types has."""


@pytest.mark.parametrize("name", sorted(BY_VARIANT))
def test_a_shape_reads_every_field_of_its_types_and_no_other(name: str) -> None:
    type, shape = TYPES[name], BY_VARIANT[name]
    assert isinstance(type, GraphQLObjectType)
    others = {field for field, only in OF_VARIANTS.items() if shape.variants and only != name}
    assert set(type.fields) == set(shape.fields) - others


@pytest.mark.parametrize("name", sorted(EMBEDDED))
def test_an_embedded_object_reads_every_field_of_its_type(name: str) -> None:
    type = TYPES[name]
    assert isinstance(type, GraphQLObjectType)
    assert set(type.fields) == set(EMBEDDED[name])


def test_every_type_that_holds_records_has_a_shape() -> None:
    node = TYPES["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    assert {type.name for type in SCHEMA.get_possible_types(node)} <= set(BY_VARIANT)


def _fields() -> Iterator[tuple[str, str, Any]]:
    for name, type in TYPES.items():
        if isinstance(type, GraphQLObjectType | GraphQLInterfaceType):
            for field, known in type.fields.items():
                yield name, field, known


def _is_list(type: Any) -> bool:
    return isinstance(type.of_type if isinstance(type, GraphQLNonNull) else type, GraphQLList)


BOUNDED = {
    "OpportunityTransition": "the edges of one version",
    "TransitionInput": "as many as the rules of a transition look at",
    "TransitionInput.choices": "as many as an attribute may have",
    "TransitionBlocker.path": "as deep as an input",
    "TransitionBlocker.remedies": "at most twenty",
    "TransitionFailure": "as many as the rules of a transition",
    "TransitionBlocker": "as many as the rules of one phase",
    "Query.nodes": "at most a hundred ids",
    "Effects.created": "a hundred at most",
    "Effects.events": "a hundred at most",
    "MutationEvent.fields": "as many as a record has",
    "ForecastDelta": "an entry for each currency that there is",
    "MutationResult.answers": "one for each mutation of a document, whose size is bounded",
    "Query.errorCatalog": "as many as there are ways to refuse",
    "ErrorDescription.mutations": "as many as there are",
    "MutationAnswer.path": "as deep as the document",
    "Board.columns": "the steps of one pipeline, which its versions bound",
    "OpportunityTotals": "an entry for each currency that there is",
    "ApiToken.scopes": "as many as there are scopes",
    "Price": "one item's prices: Several is bounded",
    "Transition.requiredAttributes": "a pipeline's document is bounded",
    "PipelineFlaw.path": "as deep as the document",
    "SimulatedRemoval": "an entry for each removed step",
    "SimulatedBlock": "MOST_LISTED",
    "SimulatedFailure": "MOST_LISTED",
    "SimulatedForecast": "an entry for each currency that there is",
    "PipelineSimulation.refusals": "an entry for each step of the mapping, each removed step",
    "SimulatedRemoval.values": "an entry for each currency that there is",
    "SimulatedBlock.values": "one of each currency",
    "SimulatedBlock.sample": "five",
    "SimulatedReplay.blocked": "MOST_LISTED",
    "OpportunityContact": "Several is bounded",
    "OpportunityAttribute": "Several is bounded",
    "AttributeDefinition.choices": "two hundred at most, as they are defined",
    "InterestLearner": "Several is bounded",
    "InvoiceLine": "a thousand at most, as they are drafted",
    "ActionResult.written": "as many as an opportunity has interests",
    "LeaderboardRow": "at most a hundred, as a page",
    "WonTotal": "an entry for each currency that there is",
    "CalibrationStep": "the steps of one version",
    "PipelineChange": "an entry for each way to change and currency",
    "PipelineStanding": "an entry for each currency that there is",
    "FunnelGroup": "a hundred at most, and the number of others",
    "FunnelStep": "the steps of one pipeline, which its versions bound",
    "FunnelStage": "the stages of one pipeline, which its versions bound",
    "VelocityGroup": "a hundred at most, and the number of others",
    "VelocityStep": "the steps of one pipeline, which its versions bound",
    "RefusalGroup": "a hundred at most, and the number of others",
    "RefusedMove": "fifty at most, and the number of others",
    "RefusalReason": "twenty at most, and the number of others",
    "Forecast.unknownIds": "of those that the scenario names, whose number is bounded",
    "ForecastRow": "at most five hundred, and how many more there are is told",
    "TimelineFieldChange": "as many as an opportunity has fields",
    "ForecastTotal": "one for each currency",
    "ForecastSums": "one for each currency",
    "ForecastRate": "at most five hundred, and how many more there are is told",
}
"""Lists that are no connection, by field or by element, and why they end."""


def test_every_list_is_a_connection_or_bounded() -> None:
    for type, field, known in _fields():
        if not _is_list(known.type) or type.endswith(("Connection", "Payload")):
            continue
        element = get_named_type(known.type).name
        in_payload = _only_in_answers(type)
        assert f"{type}.{field}" in BOUNDED or element in BOUNDED or in_payload, (type, field)


def _only_in_answers(type: str) -> bool:
    """Refusals and what they carry: as long as the request that they answer."""
    return type in ("UserError", "Remedy", "Conflict") or "Error" in type


def test_plain_lists_have_an_end() -> None:
    for shape in SHAPES.values():
        for reading in shape.fields.values():
            if isinstance(reading, Several):
                assert reading.type in BOUNDED
                assert reading.most <= 1000


def test_connections_are_of_shapes_that_can_be_filtered_and_ordered() -> None:
    for shape in SHAPES.values():
        for reading in shape.fields.values():
            if isinstance(reading, Many):
                assert SHAPES[reading.type].filters
                assert SHAPES[reading.type].orders


# ---- words -------------------------------------------------------------------------------------


def _described() -> Iterator[tuple[str, str | None]]:
    for name, type in TYPES.items():
        yield name, type.description
        if isinstance(type, GraphQLEnumType):
            yield from ((f"{name}.{key}", value.description) for key, value in type.values.items())
        elif isinstance(type, GraphQLInputObjectType):
            yield from ((f"{name}.{key}", field.description) for key, field in type.fields.items())
        elif isinstance(type, GraphQLObjectType | GraphQLInterfaceType):
            for key, field in type.fields.items():
                yield f"{name}.{key}", field.description
                for argument, known in field.args.items():
                    yield f"{name}.{key}({argument})", known.description


def test_everything_in_the_schema_is_described_by_a_sentence() -> None:
    bare = [name for name, words in _described() if not words or not words.endswith((".", ".)"))]
    assert bare == []


def test_every_filter_and_order_is_described() -> None:
    for shape in SHAPES.values():
        for known in (*shape.filters.values(), *shape.orders.values()):
            assert known.doc.endswith(".")


# ---- indexes -----------------------------------------------------------------------------------

SMALL = "an organisation has few of them, and one page is most of what there is"
CHANGES = "asked for seldom; a sort of the organisation's rows, within the deadline"
WITHOUT_INDEX: dict[tuple[str, str], str] = {
    **{
        (type, order): SMALL
        for type in (
            "Currency", "Region", "TaxType", "User", "ApiToken", "Team", "Tag", "Pipeline",
            "PipelineVersion", "PipelineMigration", "Transition", "OpportunityStep",
            "OpportunityStage", "CourseTemplate", "Event", "LearningPath", "TrainingTokenType",
            "ExchangeRate", "AttributeDefinition",
        )
        for order in SHAPES[type].orders
    },
    ("Opportunity", "manual"): "of one step, where an index serves it; of all it means nothing",
    ("Registration", "updatedAt"): CHANGES,
    ("Invoice", "updatedAt"): CHANGES,
    ("TokenIssue", "updatedAt"): CHANGES,
    ("Comment", "createdAt"): "listed below one opportunity only, by its own index",
    ("Comment", "updatedAt"): "listed below one opportunity only",
    ("TimelineEntry", "at"): "listed below one opportunity only, by its own index",
    ("OpportunityStay", "enteredAt"): "listed below one opportunity only, by its own index",
    ("OpportunityRevision", "since"): "listed below one opportunity only, by its own index",
    ("TransitionAttempt", "at"): "listed below one opportunity only, by its own index",
    ("CommentEdit", "at"): "listed below one comment only, by its own index",
    ("Notification", "at"): "listed of one user only, by ix_notification_user_id_at_id",
    **{
        ("Attachment", order): "listed below one opportunity only"
        for order in SHAPES["Attachment"].orders
    },
    **{
        ("OpportunityInterest", order): "listed below one opportunity or one event only"
        for order in SHAPES["OpportunityInterest"].orders
    },
}  # fmt: skip
"""Orders that a sort answers, and why that is good enough."""


def _indexes(shape: Shape) -> list[tuple[str, ...]]:
    table = shape.table.__table__
    listed = [tuple(index.expressions) for index in table.indexes]
    names = [tuple(str(getattr(e, "name", e)) for e in expressions) for expressions in listed]
    return [*names, tuple(column.name for column in table.primary_key)]


ORDERED = [
    (shape.type, name)
    for shape in SHAPES.values()
    for name in shape.orders
    if (shape.type, name) not in WITHOUT_INDEX
]


@pytest.mark.parametrize(("type", "order"), ORDERED)
def test_an_order_of_what_grows_has_an_index(type: str, order: str) -> None:
    shape = SHAPES[type]
    assert ("org_id", shape.orders[order].column, shape.key) in _indexes(shape)


def test_what_grows_is_ordered_by_index() -> None:
    papers = {"Registration", "Invoice", "TokenIssue", "Task", "Meeting"}
    nouns = {"Opportunity", "Account", "Contact", "Product", "Lead", "Goal"}
    assert {type for type, _ in ORDERED} == nouns | papers


def test_no_table_has_a_column_that_pages_add() -> None:
    for shape in SHAPES.values():
        assert not {pages.CURSOR, "place", "half"} & set(shape.table.__table__.c.keys())
