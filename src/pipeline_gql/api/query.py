"""The root of all reads. Fields of shaped types have no resolver: they are compiled."""

from datetime import datetime
from typing import Any

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from pipeline_gql.api.connections import argument, connection, searching
from pipeline_gql.api.forecasts import calibration, forecast
from pipeline_gql.api.histories import funnel, pipeline_changes, refusals, velocity
from pipeline_gql.api.leaderboards import leaderboard
from pipeline_gql.api.refusals import ErrorDescription, error_catalog
from pipeline_gql.api.results import MutationResult, mutation_result
from pipeline_gql.api.types.boards import Board
from pipeline_gql.api.types.node import Node, one, typed
from pipeline_gql.api.types.opportunities import Opportunity
from pipeline_gql.store.reads.statements import MOST_NODES


def _found(type: Any, name: str, description: str, argument: Any) -> Any:
    """A field that looks records up by id."""
    field = StrawberryField(type_annotation=StrawberryAnnotation(type), description=description)
    field.arguments = [
        StrawberryArgument(
            python_name=name,
            graphql_name=None,
            type_annotation=StrawberryAnnotation(argument),
            description=f"Global ids, at most {MOST_NODES}." if name == "ids" else "A global id.",
        )
    ]
    return field


def _board() -> Any:
    field = typed(
        Board | None,
        "A pipeline as a board; null if there is none to see.",
    )
    field.arguments = [
        argument("pipeline_id", strawberry.ID, "The pipeline; the default one unless given."),
        *searching("Opportunity"),
    ]
    return field


def _opportunities() -> Any:
    field = connection("Opportunity", "opportunities", "Opportunities.")
    field.arguments.append(
        argument(
            "as_of",
            datetime,
            "The list as it stood then: which there were, where, what they were worth and whose "
            "they were, deleted ones that were there yet, of those that the viewer would see now. "
            "A field or condition of which no past is kept is refused; records that they refer "
            "to are as they are now.",
        )
    )
    return field


@strawberry.type(description="Everything that can be read.")
class Query:
    opportunities: Any = _opportunities()
    opportunity_steps: Any = connection(
        "OpportunityStep", "pipelines", "Steps of the published pipelines."
    )
    opportunity_stages: Any = connection(
        "OpportunityStage", "pipelines", "Stages of the published pipelines."
    )
    pipelines: Any = connection("Pipeline", "pipelines", "Pipelines.")
    pipeline_versions: Any = connection(
        "PipelineVersion", "versions", "Versions of pipelines; drafts for who sees everything."
    )
    pipeline_migrations: Any = connection(
        "PipelineMigration",
        "migrations",
        "Opportunities that followed their pipelines, for who sees everything.",
    )
    leads: Any = connection("Lead", "leads", "Leads.")
    accounts: Any = connection("Account", "people", "Accounts.")
    contacts: Any = connection("Contact", "people", "Contacts.")
    users: Any = connection("User", "people", "Users.")
    teams: Any = connection("Team", "people", "Teams.")
    tags: Any = connection("Tag", "people", "Tags.")
    attribute_definitions: Any = connection(
        "AttributeDefinition", "attributes", "Attributes that opportunities may have."
    )
    events: Any = connection("Event", "catalogue", "Events.")
    course_templates: Any = connection("CourseTemplate", "catalogue", "Course templates.")
    learning_paths: Any = connection("LearningPath", "catalogue", "Learning paths.")
    training_token_types: Any = connection(
        "TrainingTokenType", "catalogue", "Training token types."
    )
    products: Any = connection("Product", "catalogue", "Products.")
    regions: Any = connection("Region", "catalogue", "Regions.")
    financial_units: Any = connection("FinancialUnit", "catalogue", "Financial units.")
    tax_types: Any = connection("TaxType", "catalogue", "Tax types.")
    exchange_rates: Any = connection("ExchangeRate", "exchange", "Exchange rates.")
    registrations: Any = connection("Registration", "papers", "Registrations.")
    invoices: Any = connection("Invoice", "papers", "Invoices.")
    token_issues: Any = connection("TokenIssue", "papers", "Issues of training tokens.")
    tasks: Any = connection("Task", "tasks", "Tasks of the opportunities that the viewer sees.")
    meetings: Any = connection(
        "Meeting", "tasks", "Meetings of the opportunities that the viewer sees."
    )
    goals: Any = connection("Goal", "goals", "Goals: users', teams' and the organisation's.")
    board: Any = _board()
    opportunity: Any = _found(
        Opportunity | None,
        "id",
        "The opportunity of an id; null if there is none to see.",
        strawberry.ID,
    )
    viewer: Any = one("Viewer", "notifications", "Who asks.")
    node: Any = _found(
        Node | None, "id", "The record of an id; null if there is none to see.", strawberry.ID
    )
    nodes: Any = _found(
        list[Node | None],
        "ids",
        f"The records of several ids, at most {MOST_NODES}, in their order.",
        list[strawberry.ID],
    )
    forecast: Any = forecast()
    calibration: Any = calibration()
    leaderboard: Any = leaderboard()
    pipeline_changes: Any = pipeline_changes()
    funnel: Any = funnel()
    velocity: Any = velocity()
    refusals: Any = refusals()
    error_catalog: list[ErrorDescription] = strawberry.field(
        resolver=error_catalog,
        description="Every way in which a mutation may refuse, with what helps.",
    )
    mutation_result: MutationResult = strawberry.field(
        resolver=mutation_result,
        description="What was carried out under an idempotency key, for when a reply was lost.",
    )
