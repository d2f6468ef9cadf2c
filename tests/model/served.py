"""The real server: its verbs called as clients call them, and all that it then tells."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from pipeline_gql.api.execution import Executor
from pipeline_gql.config import Settings
from pipeline_gql.domain.documents import parse
from pipeline_gql.domain.viewer import Role
from pipeline_gql.operations.pipelines import publish_document
from pipeline_gql.store.database import Database
from tests.api.asking import Ask, gid
from tests.organisations import FIRST

EVENT = gid("Event", FIRST.event_id)
ROLES = {role.value: gid("User", viewer.user_id) for role, viewer in FIRST.viewers.items()}
ORGANISATION = """{
  opportunities(first: 100) { nodes {
    id name version probability amount amountSource actualCloseDate nextStep
    value { grandTotal weighted } step { name } owner { id } followsFrom { id }
    attributes { definitionKey value }
    interests(first: 100) { nodes { id quantity reservedPlaces } }
    tasks(first: 100) { nodes { id isDone } }
    invoices(first: 100) { nodes { id lifecycleState grandTotal } }
    salesDocument { ... on Invoice { lifecycleState } }
    registrations(first: 100) { nodes { id quantity state } }
    history(first: 100) { nodes {
      step { name } cause transition { key } actor { id } version { number }
    } }
  } }
  events { nodes { reservedPlaces bookedPlaces } }
  pipelineMigrations(first: 100) { nodes { id state moved kept stayed undone } }
}"""
DEFINED: dict[str, dict[str, Any]] = {
    "order": {"type": "TEXT"},
    "seats": {"type": "INTEGER"},
    "budget": {"type": "DECIMAL"},
    "loss_reason": {"type": "CHOICE", "choices": ["Price", "Time"]},
    "topics": {"type": "MULTI_CHOICE", "choices": ["Price", "Time"]},
}
VERSION = "pipelineVersion { id steps { nodes { id name } } transitions { nodes { id key } } }"

HANGING: dict[str, tuple[str, str, str, Callable[[Any], bool]]] = {
    "finish": ("task.complete", "taskId", "tasks", lambda node: not node["isDone"]),
    "cancel": (
        *("registration.cancel", "registrationId", "registrations"),
        lambda node: node["state"] == "ACTIVE",
    ),
} | {
    verb: (
        *(f"invoice.{verb}", "invoiceId", "invoices"),
        lambda node: node["lifecycleState"] != "Void",
    )
    for verb in ("finalise", "void")
}


class Served:
    """The first organisation, whose deals are in the pipelines `deals` and `care`."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.ask = Ask(database, FIRST)
        self.ask.executor = Executor(database, Settings(max_cost=10**9))
        self.pipeline = ""
        self.versions: list[str] = []
        self.steps: dict[str, str] = {}
        """Ids of all steps that there ever were, by key."""
        self.transitions: list[dict[str, str]] = []
        """Ids by key, of each version."""
        self.found: Any = {}
        """What was told last."""

    async def define(self) -> None:
        for key, given in DEFINED.items():
            input = {"key": key, "label": key, **given}
            await self.ask.done("attribute.create", input, "attribute { id }")

    async def put_in_force(self, document: dict[str, Any]) -> None:
        async with self.database.writing(FIRST.org_id) as unit:
            version = await publish_document(unit, FIRST.admin, parse(document))
        known = {key: gid("OpportunityStep", id) for key, id in version.step_ids.items()}
        self.steps |= known
        if document["key"] == "deals":
            self.pipeline = gid("Pipeline", version.pipeline_id)
            edges = {key: gid("Transition", id) for key, id in version.transition_ids.items()}
            self._add(gid("PipelineVersion", version.id), edges)

    def _add(self, id: str, edges: dict[str, str]) -> None:
        self.versions.append(id)
        self.transitions.append(edges)

    def published(self, payload: Any) -> None:
        """A version that a verb put in force."""
        version = payload["pipelineVersion"]
        self.steps |= {node["name"]: node["id"] for node in version["steps"]["nodes"]}
        edges = {node["key"]: node["id"] for node in version["transitions"]["nodes"]}
        self._add(version["id"], edges)

    async def draft(self, document: dict[str, Any]) -> str:
        input = {"pipelineId": self.pipeline, "document": json.dumps(document)}
        payload = await self.ask.done("pipeline.createDraft", input, "pipelineVersion { id }")
        return payload["pipelineVersion"]["id"]

    async def call(
        self, verb: str, input: Mapping[str, Any], shown: str, role: str
    ) -> tuple[list[str], Any]:
        """The codes of the refusal, sorted, and the payload."""
        sent = {name: _sendable(value) for name, value in input.items()}
        payload = await self.ask.verb(verb, sent, shown, Role(role))
        return sorted(error["code"] for error in payload["errors"]), payload

    async def told(self) -> dict[str, Any]:
        """As the model tells it."""
        self.found = await self.ask.read(ORGANISATION)
        (event,) = self.found["events"]["nodes"]
        return {
            "deals": {deal["id"]: _deal(deal) for deal in self.found["opportunities"]["nodes"]},
            "reserved": event["reservedPlaces"],
            "booked": event["bookedPlaces"],
            "migrations": [
                {name: value for name, value in node.items() if name != "id"}
                for node in self.found["pipelineMigrations"]["nodes"]
            ],
        }

    def hanging(self, verb: str, deal: str) -> tuple[str, str, str]:
        """A verb on what was told last to hang on a deal: its name, its key and the record."""
        name, key, nodes, is_meant = HANGING[verb]
        told = next(each for each in self.found["opportunities"]["nodes"] if each["id"] == deal)
        return name, key, next(node["id"] for node in told[nodes]["nodes"] if is_meant(node))

    def migration(self, number: int) -> str:
        return self.found["pipelineMigrations"]["nodes"][number]["id"]


def _sendable(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, list):
        return [_sendable(each) for each in value]
    if isinstance(value, tuple):
        key, text = value
        return {"definitionKey": key, "value": text}
    return value


def _role(user: Any) -> str | None:
    return user and next(role for role, id in ROLES.items() if id == user["id"])


def _deal(deal: dict[str, Any]) -> dict[str, Any]:
    stays = deal["history"]["nodes"]
    active = [it for it in deal["registrations"]["nodes"] if it["state"] == "ACTIVE"]
    invoices = deal["invoices"]["nodes"]
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
        "owner": _role(deal["owner"]),
        "nextStep": deal["nextStep"],
        "attributes": {it["definitionKey"]: it["value"] for it in deal["attributes"]},
        "interests": [
            (it["id"], it["quantity"], it["reservedPlaces"]) for it in deal["interests"]["nodes"]
        ],
        "booked": sorted(it["quantity"] for it in active),
        "stays": [
            (
                it["step"]["name"],
                it["cause"],
                it["transition"] and it["transition"]["key"],
                _role(it["actor"]),
            )
            for it in stays
        ],
        "pinned": stays[-1]["version"]["number"],
        "tasks": sorted(it["isDone"] for it in deal["tasks"]["nodes"]),
        "invoices": sorted((it["lifecycleState"], it["grandTotal"]) for it in invoices),
        "salesDocument": deal["salesDocument"] and deal["salesDocument"]["lifecycleState"],
        "follows": deal["followsFrom"] and deal["followsFrom"]["id"],
    }
