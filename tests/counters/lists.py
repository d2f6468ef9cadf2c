"""Every list of the schema, found by introspection, with the orders and filters it offers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLEnumType, GraphQLField, GraphQLObjectType, get_named_type

from pipeline_gql.api.schema import graphql_schema
from tests.conformance.rows import global_id

_OFTEN = 1_001
PARENTS = {
    "OpportunityStep": 3,
    "OpportunityStage": 3,
    "Pipeline": 1,
    "PipelineVersion": 1,
    "User": 1,
    **dict.fromkeys(("Opportunity", "Lead", "Account", "Contact", "Comment", "Event"), _OFTEN),
    **dict.fromkeys(("Team", "Meeting", "Registration", "CourseTemplate"), _OFTEN),
    "PipelineMigration": _OFTEN,
}
"""A record of each type that lists hang on: one on which far more hangs than on others."""
ROOTS = {
    "Query": "{ %s }",
    "Viewer": "{ viewer { %s } }",
    "BoardColumn": "{ board { columns { %s } } }",
    "PipelineChanges": '{ pipelineChanges(from: "2026-01-01", to: "2026-02-01") { %s } }',
}
"""Where lists are that hang on no record."""


@dataclass(frozen=True)
class Listed:
    """A list of a type of records, `noun`."""

    parent: str
    name: str
    noun: str
    orders: tuple[str, ...]
    filters: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.parent}.{self.name}"

    def document(self, arguments: str, selection: str) -> str:
        field = f"{self.name}{f'({arguments})' if arguments else ''} {{ {selection} }}"
        if self.parent in ROOTS:
            return ROOTS[self.parent] % field
        id = global_id(self.parent, PARENTS[self.parent])
        return f'{{ node(id: "{id}") {{ ... on {self.parent} {{ {field} }} }} }}'

    def found(self, answer: Any) -> Any:
        """The list in the answer to such a document; on a board that of the first column."""
        while self.name not in answer:
            (answer,) = answer.values()
            if isinstance(answer, list):
                answer = answer[0]
        return answer[self.name]


def lists() -> Iterator[Listed]:
    schema: Any = graphql_schema()
    for parent in schema.type_map.values():
        if isinstance(parent, GraphQLObjectType):
            for name, field in parent.fields.items():
                if "orderBy" in field.args:
                    yield _listed(parent.name, name, field)


def _listed(parent: str, name: str, field: GraphQLField) -> Listed:
    noun = get_named_type(field.type).name.removesuffix("Connection")
    return Listed(parent, name, noun, _members(field, "order"), _members(field, "filters"))


def _members(field: GraphQLField, argument: str) -> tuple[str, ...]:
    """Of the enum `field` of an argument's input type."""
    given: Any = get_named_type(field.args[argument].type)
    enum: Any = get_named_type(given.fields["field"].type)
    assert isinstance(enum, GraphQLEnumType)
    return tuple(enum.values)
