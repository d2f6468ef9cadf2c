"""The schema. Introspection goes through graphql-core, everything else is compiled."""

from typing import Any

import strawberry
from graphql import GraphQLSchema
from strawberry.schema.config import StrawberryConfig

from pipeline_gql.api.opportunities import OpportunityMutations
from pipeline_gql.api.query import Query
from pipeline_gql.api.scalars import SCALARS
from pipeline_gql.api.types import catalogue, interests
from pipeline_gql.api.verbs import namespace


@strawberry.type(description="Everything that can be changed, one namespace a noun.")
class Mutation:
    opportunities: Any = namespace(OpportunityMutations, "Changes opportunities.")


SCHEMA = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    types=[
        catalogue.Currency,
        interests.CourseTemplateInterest,
        interests.EventInterest,
        interests.LearningPathInterest,
        interests.TrainingTokenInterest,
        interests.Registration,
        interests.Invoice,
        interests.TokenIssue,
    ],
    config=StrawberryConfig(scalar_map=SCALARS),
)


def graphql_schema() -> GraphQLSchema:
    """The schema as graphql-core knows it."""
    return SCHEMA._schema  # pyright: ignore[reportPrivateUsage]
