"""All shapes, by GraphQL type."""

from collections.abc import Mapping

from pipeline_gql.store.reads import (
    attachments,
    attempts,
    attributes,
    catalogue,
    comments,
    exchange,
    goals,
    history,
    interests,
    items,
    leads,
    migrations,
    notifications,
    opportunities,
    papers,
    people,
    pipelines,
    tasks,
    timeline,
    versions,
)
from pipeline_gql.store.reads.shapes import Shape

NOUNS = (
    *(opportunities, attributes, comments, attachments, tasks, timeline, interests, pipelines),
    *(papers, versions, migrations, history, attempts, people, catalogue, exchange, items, leads),
    *(notifications, goals),
)

SHAPES: Mapping[str, Shape] = {shape.type: shape for module in NOUNS for shape in module.SHAPES}

NODES = tuple(type for type, shape in SHAPES.items() if "id" in shape.fields)
"""The types that an id may name."""

LISTED: Mapping[str, Shape] = {shape.noun: shape for shape in SHAPES.values()}
"""Shapes by the type that their lists are of."""
