"""The reference reader: graphql-core's default resolvers over what plain rows mean.

It shares no code with `store/reads`.
"""

from datetime import UTC, datetime
from typing import Any

from graphql import DocumentNode, ExecutionResult, GraphQLSchema, build_schema, execute_sync

from pipeline_gql.api.schema import SCHEMA
from pipeline_gql.domain.viewer import Viewer
from tests.conformance.boards import Boards
from tests.conformance.changed import Changed
from tests.conformance.chronicle import chronicle
from tests.conformance.errands import Errands
from tests.conformance.forecasts import Recount, calibration
from tests.conformance.funnels import Funnel, Velocity
from tests.conformance.goals import Goals, Leaderboard
from tests.conformance.meaning import Object
from tests.conformance.nouns import nouns
from tests.conformance.refusals import Stuck
from tests.conformance.rows import Row, Tables, decoded
from tests.conformance.then import Then, given_moment
from tests.conformance.viewers import Viewers

served: GraphQLSchema = build_schema(SCHEMA.as_str())

ROOTS = {
    "opportunities": "Opportunity",
    "opportunitySteps": "OpportunityStep",
    "opportunityStages": "OpportunityStage",
    "pipelines": "Pipeline",
    "pipelineVersions": "PipelineVersion",
    "pipelineMigrations": "PipelineMigration",
    "leads": "Lead",
    "accounts": "Account",
    "contacts": "Contact",
    "users": "User",
    "teams": "Team",
    "tags": "Tag",
    "attributeDefinitions": "AttributeDefinition",
    "events": "Event",
    "courseTemplates": "CourseTemplate",
    "learningPaths": "LearningPath",
    "trainingTokenTypes": "TrainingTokenType",
    "products": "Product",
    "regions": "Region",
    "financialUnits": "FinancialUnit",
    "taxTypes": "TaxType",
    "exchangeRates": "ExchangeRate",
    "registrations": "Registration",
    "invoices": "Invoice",
    "tokenIssues": "TokenIssue",
    "tasks": "Task",
    "meetings": "Meeting",
    "goals": "Goal",
}


class Reference(Errands, Boards, Viewers, Goals):
    """Answers documents."""

    def __init__(self, tables: Tables, viewer: Viewer, now: datetime) -> None:
        tables["timeline_entry"] = chronicle(tables)
        super().__init__(tables, viewer, now)
        self.past: dict[datetime, list[Row]] = {}
        self.kept_alive: list[Row] = []
        self.nouns = nouns(self)
        self.root: dict[str, Any] = {name: self.listed(noun) for name, noun in ROOTS.items()} | {
            "opportunities": self.opportunities,
            "board": self.board,
            "viewer": lambda info: self.me(),
            "node": lambda info, id: self.node(id),
            "nodes": lambda info, ids: [self.node(id) for id in ids],
            "opportunity": lambda info, id: (
                self.node(id) if (decoded(id) or [""])[0] == "Opportunity" else None
            ),
            "calibration": lambda info, **args: calibration(self, args),
            "leaderboard": lambda info, **args: Leaderboard(self, args).told(),
            "pipelineChanges": lambda info, **args: Changed(self, args).told(),
            "funnel": lambda info, **args: Funnel(self, args).told(),
            "velocity": lambda info, **args: Velocity(self, args).told(),
            "refusals": lambda info, **args: Stuck(self, args).told(),
            "forecast": lambda info, **args: Recount(self, args).told(),
        }

    def execute(self, document: DocumentNode, variables: Object) -> ExecutionResult:
        """As of now: the day may have turned since the rows were loaded."""
        now = datetime.now(UTC)
        if self.day(now) != self.day(self.now):
            self.now, self.known = now, {}
        return execute_sync(served, document, root_value=self.root, variable_values=variables)

    def opportunities(self, info: Any, **args: Any) -> Object:
        """As they are, or as they were."""
        at = args.pop("asOf", None)
        if at is None:
            return self.listed("Opportunity")(info, **args)
        return Then(self, given_moment(self, at)).listed(args)

    def node(self, id: str) -> Object | None:
        type, key = decoded(id) or ("", None)
        if type in ("FinancialUnit", "Viewer") or "." in type:
            return None
        return self.seen("FinancialUnit" if type == "Currency" else type, key)

    def seen(self, noun: str, key: Any) -> Object | None:
        """The record of a key, if the viewer sees it."""
        known = self.nouns.get(noun)
        if known is None:
            return None
        rows = self.tables.where(known.table, **{known.key: key})
        return next((known.write(row) for row in rows if known.seen(row)), None)
