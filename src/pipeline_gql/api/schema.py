"""The schema. graphql-core answers introspection, `errorCatalog`, `mutationResult`; the rest is
compiled."""

from typing import Any

import strawberry
from graphql import GraphQLSchema
from strawberry.schema.config import StrawberryConfig

from pipeline_gql.api.accounts import AccountMutations
from pipeline_gql.api.attributes import AttributeMutations
from pipeline_gql.api.contacts import ContactMutations
from pipeline_gql.api.course_templates import CourseTemplateMutations
from pipeline_gql.api.events import EventMutations
from pipeline_gql.api.exchange_rates import ExchangeRateMutations
from pipeline_gql.api.goals import GoalMutations
from pipeline_gql.api.leads import LeadMutations
from pipeline_gql.api.learning_paths import LearningPathMutations
from pipeline_gql.api.meetings import MeetingMutations
from pipeline_gql.api.opportunities import OpportunityMutations
from pipeline_gql.api.papers import (
    InvoiceMutations,
    RegistrationMutations,
    TokenIssueMutations,
)
from pipeline_gql.api.pipelines import PipelineMutations
from pipeline_gql.api.products import ProductMutations
from pipeline_gql.api.query import Query
from pipeline_gql.api.regions import RegionMutations
from pipeline_gql.api.scalars import SCALARS
from pipeline_gql.api.tags import TagMutations
from pipeline_gql.api.tasks import TaskMutations
from pipeline_gql.api.tax_types import TaxTypeMutations
from pipeline_gql.api.teams import TeamMutations
from pipeline_gql.api.training_token_types import TrainingTokenTypeMutations
from pipeline_gql.api.types import catalogue, interests, papers, timeline
from pipeline_gql.api.users import UserMutations
from pipeline_gql.api.verbs import namespace
from pipeline_gql.api.viewers import ViewerMutations


@strawberry.type(description="Everything that can be changed, one namespace a noun.")
class Mutation:
    opportunities: Any = namespace(OpportunityMutations, "Changes opportunities.")
    pipeline: Any = namespace(PipelineMutations, "Changes pipelines.")
    lead: Any = namespace(LeadMutations, "Changes leads.")
    account: Any = namespace(AccountMutations, "Changes accounts.")
    contact: Any = namespace(ContactMutations, "Changes contacts.")
    user: Any = namespace(UserMutations, "Invites users, and says what they may do.")
    team: Any = namespace(TeamMutations, "Changes teams.")
    tag: Any = namespace(TagMutations, "Changes tags.")
    attribute: Any = namespace(
        AttributeMutations, "Defines what opportunities of the organisation may have beside."
    )
    event: Any = namespace(EventMutations, "Changes events.")
    course_template: Any = namespace(CourseTemplateMutations, "Changes course templates.")
    learning_path: Any = namespace(LearningPathMutations, "Changes learning paths.")
    training_token_type: Any = namespace(
        TrainingTokenTypeMutations, "Changes training token types."
    )
    product: Any = namespace(ProductMutations, "Changes products.")
    region: Any = namespace(RegionMutations, "Changes regions.")
    exchange_rate: Any = namespace(ExchangeRateMutations, "Changes exchange rates.")
    tax_type: Any = namespace(TaxTypeMutations, "Changes tax types.")
    registration: Any = namespace(RegistrationMutations, "Changes registrations.")
    invoice: Any = namespace(InvoiceMutations, "Changes invoices.")
    token_issue: Any = namespace(TokenIssueMutations, "Changes issues of training tokens.")
    task: Any = namespace(TaskMutations, "Changes tasks.")
    meeting: Any = namespace(MeetingMutations, "Changes meetings.")
    goal: Any = namespace(GoalMutations, "Changes goals.")
    viewer: Any = namespace(ViewerMutations, "Changes what is the viewer's own.")


SCHEMA = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    types=[
        catalogue.Currency,
        interests.CourseTemplateInterest,
        interests.EventInterest,
        interests.LearningPathInterest,
        interests.TrainingTokenInterest,
        interests.ProductInterest,
        papers.Registration,
        papers.Invoice,
        papers.TokenIssue,
        timeline.TimelineMove,
        timeline.TimelineChange,
        timeline.TimelineComment,
        timeline.TimelineFile,
        timeline.TimelineTask,
        timeline.TimelineMeeting,
    ],
    config=StrawberryConfig(scalar_map=SCALARS),
)


def graphql_schema() -> GraphQLSchema:
    """The schema as graphql-core knows it."""
    return SCHEMA._schema  # pyright: ignore[reportPrivateUsage]
