"""Attributes that are defined, and the values that opportunities have of them."""

from sqlalchemy import Text, cast

from pipeline_gql.domain.filters import Kind
from pipeline_gql.store import models
from pipeline_gql.store.reads.criteria import CREATED, UPDATED, by, creation, order
from pipeline_gql.store.reads.shapes import (
    Form,
    Shape,
    Value,
    boolean,
    code,
    identity,
    moment,
    number,
    text,
    to_one,
)

DEFINITION = Shape(
    "AttributeDefinition",
    models.AttributeDefinition,
    {
        "id": identity("AttributeDefinition"),
        "key": text("key"),
        "label": text("label"),
        "description": text("description", nullable=True),
        "type": code("type"),
        "choices": Value(lambda row, scope: cast(row.choices, Text), Form.JSON),
        "requiredAtCreation": boolean("required_at_creation"),
        "isArchived": boolean("is_archived"),
        "createdAt": moment("created_at"),
        "updatedAt": moment("updated_at"),
        "version": number("version"),
    },
    filters={
        "id": by(Kind.ID, "id", "The attribute's id.", type="AttributeDefinition"),
        "key": by(Kind.TEXT, "key", "What its values are known by."),
        "label": by(Kind.TEXT, "label", "What it is called."),
        "type": by(Kind.TEXT, "type", "What its values are, such as CHOICE."),
        "requiredAtCreation": by(
            Kind.BOOLEAN, "required_at_creation", "Whether no opportunity is created without."
        ),
        "isArchived": by(Kind.BOOLEAN, "is_archived", "Whether it is archived."),
        **creation(),
    },
    orders={
        "key": order(Kind.TEXT, "key", "By key."),
        "label": order(Kind.TEXT, "label", "By label."),
        "createdAt": CREATED,
        "updatedAt": UPDATED,
    },
)

VALUE = Shape(
    "OpportunityAttribute",
    models.OpportunityAttribute,
    {
        "definitionKey": text("key"),
        "value": text("value"),
        "definition": to_one("AttributeDefinition", "key", key="key", nullable=False),
    },
    key="key",
)

SHAPES = (DEFINITION, VALUE)
