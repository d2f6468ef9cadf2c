"""Variables as values of their types; what most documents have, graphql-core need not look at."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from graphql import (
    GraphQLError,
    GraphQLID,
    GraphQLSchema,
    GraphQLString,
    VariableDefinitionNode,
)
from graphql.execution.get_variable_signature import (
    GraphQLVariableSignature,
    get_variable_signature,
)
from graphql.execution.values import VariableValues, VariableValueSource, get_variable_values

from pipeline_gql.api.kinds import nullable

MOST_ERRORS = 20
Definitions = Sequence[VariableDefinitionNode]
Texts = Mapping[str, GraphQLVariableSignature]


def texts_of(schema: GraphQLSchema, definitions: Definitions) -> Texts | None:
    """The variables, if each is a String or an ID: a text that is given for one is its value."""
    signatures = [get_variable_signature(schema, each) for each in definitions]
    if not all(_is_text(each) for each in signatures):
        return None
    return {each.name: each for each in cast(list[GraphQLVariableSignature], signatures)}


def _is_text(signature: Any) -> bool:
    if isinstance(signature, GraphQLError):
        return False
    type = nullable(signature.type)
    return type is GraphQLString or type is GraphQLID


def coerced(
    schema: GraphQLSchema, definitions: Definitions, texts: Texts | None, given: Mapping[str, Any]
) -> VariableValues | list[GraphQLError]:
    """As graphql-core says; it is asked for all that is not a text for a text."""
    if texts is not None:
        values = {name: given.get(name) for name in texts}
        if all(type(value) is str for value in values.values()):
            sources = {n: VariableValueSource(texts[n], value) for n, value in values.items()}
            return VariableValues(sources, values)
    return cast(Any, get_variable_values)(schema, definitions, given, max_errors=MOST_ERRORS)
