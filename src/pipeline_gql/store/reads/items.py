"""What is sold without a date: learning paths, token types, products."""

from pipeline_gql.domain.filters import Kind
from pipeline_gql.store import models
from pipeline_gql.store.reads.catalogue import AGE_ORDERS, AGES, CODE, prices
from pipeline_gql.store.reads.criteria import NAME, by, creation, order
from pipeline_gql.store.reads.shapes import Shape, boolean, identity, number, text

LEARNING_PATH = Shape(
    "LearningPath",
    models.LearningPath,
    {
        "id": identity("LearningPath"),
        "code": text("code"),
        "name": text("name"),
        "description": text("description", nullable=True),
        "isActive": boolean("is_active"),
        "prices": prices("learning_path_id"),
        "version": number("version"),
        **AGES,
    },
    filters={
        "id": by(Kind.ID, "id", "The path's id.", type="LearningPath"),
        "code": by(Kind.TEXT, "code", "The path's code."),
        "name": by(Kind.TEXT, "name", "The path's name."),
        "isActive": by(Kind.BOOLEAN, "is_active", "Whether it can be sold."),
        **creation(),
    },
    orders={"name": NAME, "code": CODE, **AGE_ORDERS},
)

TRAINING_TOKEN_TYPE = Shape(
    "TrainingTokenType",
    models.TrainingTokenType,
    {
        "id": identity("TrainingTokenType", "key"),
        "name": text("name"),
        "isActive": boolean("is_active"),
        "prices": prices("training_token_type_key", "key"),
        "version": number("version"),
        **AGES,
    },
    key="key",
    filters={
        "id": by(Kind.ID, "key", "The token type's id.", type="TrainingTokenType"),
        "name": by(Kind.TEXT, "name", "The token type's name."),
        "isActive": by(Kind.BOOLEAN, "is_active", "Whether it can be sold."),
        **creation(),
    },
    orders={"name": NAME, **AGE_ORDERS},
)

PRODUCT = Shape(
    "Product",
    models.Product,
    {
        "id": identity("Product"),
        "sku": text("sku"),
        "name": text("name"),
        "description": text("description", nullable=True),
        "isActive": boolean("is_active"),
        "prices": prices("product_id"),
        "version": number("version"),
        **AGES,
    },
    filters={
        "id": by(Kind.ID, "id", "The product's id.", type="Product"),
        "sku": by(Kind.TEXT, "sku", "The stock-keeping unit."),
        "name": by(Kind.TEXT, "name", "The product's name."),
        "description": by(Kind.TEXT, "description", "What it is."),
        "isActive": by(Kind.BOOLEAN, "is_active", "Whether it can be sold."),
        **creation(),
    },
    orders={
        "name": NAME,
        "sku": order(Kind.TEXT, "sku", "By stock-keeping unit."),
        **AGE_ORDERS,
    },
)

SHAPES = (LEARNING_PATH, TRAINING_TOKEN_TYPE, PRODUCT)
