"""The real server: its verbs called as clients call them, and all that it then tells."""

from decimal import Decimal
from typing import Any

from pipeline_gql.api.execution import Executor
from pipeline_gql.config import Settings
from pipeline_gql.domain.documents import parse
from pipeline_gql.operations.pipelines import publish_document
from pipeline_gql.store.database import Database
from tests.api.asking import Ask, gid
from tests.organisations import FIRST

EVENT = gid("Event", FIRST.event_id)
ORGANISATION = """{
  opportunities(first: 100) { nodes {
    id name version probability amount amountSource actualCloseDate
    value { grandTotal weighted } step { name }
    attributes { definitionKey value }
    interests(first: 100) { nodes { id quantity reservedPlaces } }
    timeline(first: 100) { nodes { ... on TimelineMove { toStep { name } cause } } }
  } }
  events { nodes { reservedPlaces } }
}"""
DEFINED: dict[str, dict[str, Any]] = {
    "order": {"type": "TEXT"},
    "seats": {"type": "INTEGER"},
    "budget": {"type": "DECIMAL"},
    "loss_reason": {"type": "CHOICE", "choices": ["Price", "Time"]},
    "topics": {"type": "MULTI_CHOICE", "choices": ["Price", "Time"]},
}


class Served:
    """The first organisation, whose deals are all in the pipeline `deals`."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.ask = Ask(database, FIRST)
        self.ask.executor = Executor(database, Settings(max_cost=10**9))
        self.pipeline = ""
        self.versions: list[str] = []
        self.steps: dict[str, str] = {}
        """Ids of all steps that there ever were, by key."""

    async def define(self) -> None:
        for key, given in DEFINED.items():
            input = {"key": key, "label": key, **given}
            await self.ask.done("attribute.create", input, "attribute { id }")

    async def publish(self, document: dict[str, Any]) -> None:
        async with self.database.writing(FIRST.org_id) as unit:
            version = await publish_document(unit, FIRST.admin, parse(document))
        self.versions.append(gid("PipelineVersion", version.id))
        self.pipeline = gid("Pipeline", version.pipeline_id)
        known = {key: gid("OpportunityStep", id) for key, id in version.step_ids.items()}
        self.steps |= known

    async def call(
        self, verb: str, input: dict[str, Any], shown: str = ""
    ) -> tuple[list[str], Any]:
        """The codes of the refusal, sorted, and the payload."""
        sent = {name: _sendable(value) for name, value in input.items()}
        payload = await self.ask.verb(verb, sent, shown)
        return sorted(error["code"] for error in payload["errors"]), payload

    async def told(self) -> dict[str, Any]:
        """As the model tells it."""
        found = await self.ask.read(ORGANISATION)
        (event,) = found["events"]["nodes"]
        return {
            "deals": {deal["id"]: _deal(deal) for deal in found["opportunities"]["nodes"]},
            "reserved": event["reservedPlaces"],
        }


def _sendable(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, list):
        return [_sendable(each) for each in value]
    if isinstance(value, tuple):
        key, text = value
        return {"definitionKey": key, "value": text}
    return value


def _deal(deal: dict[str, Any]) -> dict[str, Any]:
    moves = [node for node in deal["timeline"]["nodes"] if node]
    return {
        "name": deal["name"],
        "version": deal["version"],
        "step": deal["step"]["name"],
        "probability": deal["probability"],
        "isClosed": deal["actualCloseDate"] is not None,
        "amount": deal["amount"],
        "value": deal["value"]["grandTotal"],
        "weighted": deal["value"]["weighted"],
        "amountSource": deal["amountSource"],
        "attributes": {it["definitionKey"]: it["value"] for it in deal["attributes"]},
        "interests": [
            {"id": it["id"], "quantity": it["quantity"], "held": it["reservedPlaces"]}
            for it in deal["interests"]["nodes"]
        ],
        "stays": [(move["toStep"]["name"], move["cause"]) for move in moves],
    }
