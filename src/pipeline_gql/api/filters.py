"""The filter and order inputs of every noun, made from its shape."""

from enum import Enum
from typing import Annotated, Any

import strawberry

from pipeline_gql.domain.filters import Operation
from pipeline_gql.store.reads.filters import MOST_VALUES
from pipeline_gql.store.reads.registry import SHAPES
from pipeline_gql.store.reads.shapes import Shape

_WORDS = {
    Operation.EQ: "Equal, respecting case.",
    Operation.NE: "Not equal; a record without a value is not equal to any.",
    Operation.GT: "Greater than.",
    Operation.GE: "Greater than or equal.",
    Operation.LT: "Less than.",
    Operation.LE: "Less than or equal.",
    Operation.LIKE: "Matches an SQL pattern (`%` any text, `_` any character), ignoring case.",
    Operation.WORDLIKE: "Holds these whole words in this order, ignoring case.",
    Operation.IN: "Equal to one of `values`.",
    Operation.NOTIN: "Equal to none of `values`.",
    Operation.CONTAINS: "For a field that is a list: has all of `values`.",
    Operation.ISNULL: "Has no value; for a list: is empty.",
    Operation.NOTNULL: "Has a value; for a list: is not empty.",
}


def _enum(name: str, members: dict[str, str], description: str) -> Any:
    """An enum whose members are spelled as clients write them."""
    values = {
        member: strawberry.enum_value(member, description=words)
        for member, words in members.items()
    }
    made: Any = Enum(name, values)
    return strawberry.enum(made, description=description)


FilterOperation = _enum(
    "FilterOperation", {str(o): words for o, words in _WORDS.items()}, "How a field is compared."
)
OrderDirection = _enum(
    "OrderDirection",
    {"asc": "Smallest or earliest first.", "desc": "Largest or latest first."},
    "Which end comes first. Records without a value come last either way.",
)


@strawberry.input(
    description="An attribute that the organisation defined, whose values are compared as its "
    "type is: numbers as numbers, days as days, of several choices each. A text that means "
    "nothing in that type matches nothing, and so does the key of no attribute."
)
class AttributeFilter:
    key: str = strawberry.field(description="The attribute's key.")


def _optional(type: Any, description: str, name: str | None = None) -> Any:
    field = strawberry.field(description=description, default=strawberry.UNSET, name=name)
    return type | None, field


def _input(name: str, members: dict[str, tuple[Any, Any]], description: str) -> Any:
    body: dict[str, Any] = {"__annotations__": {k: t for k, (t, _) in members.items()}}
    body["__module__"] = __name__
    made = type(name, (), body | {k: field for k, (_, field) in members.items()})
    return strawberry.input(made, description=description)


def _filter(shape: Shape) -> Any:
    name = f"{shape.noun}FieldGraphFilter"
    fields = {k: v.doc for k, v in shape.filters.items() if k != "attribute"}
    itself = Annotated[name, strawberry.lazy(__name__)]
    members = {
        "field": _optional(
            _enum(f"{shape.noun}Field", fields, f"What {shape.noun} can be filtered by."),
            "The field that is compared.",
        ),
        "operation": _optional(FilterOperation, "How it is compared."),
        "value": _optional(str, "What it is compared with, as a text whatever the field's type."),
        "values": _optional(
            list[str],
            f"What it is compared with by in, notin and contains; at most {MOST_VALUES:,}.",
        ),
        "any_of": _optional(list[itself], "At least one of these holds.", "any"),
        "all_of": _optional(list[itself], "All of these hold.", "all"),
        "negated": _optional(itself, "This does not hold.", "not"),
    }
    if "attribute" in shape.filters:
        members["attribute"] = _optional(AttributeFilter, "The attribute that is compared.")
    return _input(
        name, members, "A condition: a field with an operation, or any, all or not of others."
    )


def _order(shape: Shape) -> Any:
    fields = {"id": "By id."} | {k: v.doc for k, v in shape.orders.items()}
    field = _enum(f"{shape.noun}OrderField", fields, f"What {shape.noun} can be ordered by.")
    members = {
        "field": (field, strawberry.field(description="The key; ties are broken by id.")),
        "direction": _optional(OrderDirection, "Which end comes first; asc unless given."),
    }
    if "attribute" in shape.filters:
        members["field"] = _optional(field, "The key, unless it is an attribute.")
        members["attribute"] = _optional(
            str, "The key of an attribute to order by, instead of a field."
        )
    return _input(f"{shape.noun}Order", members, "An order. Ties are broken by id.")


FILTERS: dict[str, Any] = {}
ORDERS: dict[str, Any] = {}
for _shape in SHAPES.values():
    if _shape.filters:
        FILTERS[_shape.noun] = globals()[f"{_shape.noun}FieldGraphFilter"] = _filter(_shape)
        ORDERS[_shape.noun] = globals()[f"{_shape.noun}Order"] = _order(_shape)
