"""Relay connections, and the one way in which every list takes its arguments."""

from collections.abc import Mapping
from typing import Annotated, Any, Generic, TypeVar

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument

from pipeline_gql.api.filters import FILTERS, ORDERS
from pipeline_gql.api.types.node import several, typed
from pipeline_gql.domain.filters import LONGEST_PATTERN
from pipeline_gql.store.reads.filters import MOST_CONDITIONS
from pipeline_gql.store.reads.pages import DEFAULT_SIZE, LARGEST_SIZE
from pipeline_gql.store.reads.registry import LISTED

T = TypeVar("T")
CONDITIONS = (
    f"Conditions that all hold: at most {MOST_CONDITIONS} in a document, those inside others too."
)
FIRST = f"How many records from the start: {DEFAULT_SIZE} unless given, at most {LARGEST_SIZE}."

SEARCH = f"A text that is searched for, at most {LONGEST_PATTERN:,} characters."


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    start_cursor: str | None = strawberry.field(description="The cursor of the first record.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last record.")
    total_records: int = strawberry.field(
        description="How many records the whole list has; counted only when selected."
    )
    has_next_page: bool = strawberry.field(description="Whether records follow the page.")
    has_previous_page: bool = strawberry.field(description="Whether records precede the page.")


@strawberry.type(description="A record in a list.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(description="Where the record stands in this order.")
    node: T = strawberry.field(description="The record.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(description="The records with their cursors.")
    nodes: list[T] = strawberry.field(description="The records.")
    page_info: PageInfo = strawberry.field(description="Where the page lies.")
    total_count: int = strawberry.field(
        description="How many records the whole list has; counted only when selected."
    )


def _named(type: str, module: str) -> Any:
    return Annotated[type, strawberry.lazy(f"pipeline_gql.api.types.{module}")]


@strawberry.type(description="A page of a list of opportunities.")
class OpportunityConnection(Connection[_named("Opportunity", "opportunities")]):
    totals: Any = several(
        "OpportunityTotals",
        "opportunities",
        "What the whole list comes to, an entry for each currency, by its code; "
        "added up only when selected.",
    )


MORE: Mapping[str, Any] = {"Opportunity": OpportunityConnection}
"""The connections that have more than a page, by what they are of."""


def argument(name: str, type: Any, description: str) -> StrawberryArgument:
    """One that may be left out."""
    return StrawberryArgument(
        python_name=name,
        graphql_name=None,
        type_annotation=StrawberryAnnotation(type | None),
        default=strawberry.UNSET,
        description=description,
    )


def _arguments(type: str, ordered: str) -> list[StrawberryArgument]:
    conditions, *search = searching(type)
    return [
        conditions,
        argument("order", ORDERS[type], f"The order; by {ordered} unless given."),
        argument("order_by", list[ORDERS[type]], "The order, as a list of one."),
        argument("first", int, FIRST),
        argument("after", str, "Only what follows this cursor."),
        argument("last", int, f"How many records from the end, at most {LARGEST_SIZE}."),
        argument("before", str, "Only what precedes this cursor."),
        argument("offset", int, "How many records to skip."),
        *search,
    ]


def searching(type: str) -> list[StrawberryArgument]:
    """What says which records are meant."""
    conditions = argument("filters", list[FILTERS[type]], CONDITIONS)
    if LISTED[type].search is None:
        return [conditions]
    return [conditions, argument("search", str, SEARCH)]


def connection(type: str, module: str, description: str, *, ordered: str = "id") -> Any:
    """A field that is a list of `type`, which is defined in `api/types/<module>.py`."""
    known = MORE.get(type) or Connection[_named(type, module)]
    field = typed(known, description)
    field.arguments = _arguments(type, ordered)
    return field
