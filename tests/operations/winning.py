"""A pipeline whose transitions do more than move, and opportunities that travel it."""

from dataclasses import dataclass
from typing import Any

from pipeline_gql.domain.documents import parse
from pipeline_gql.domain.errors import Refusal
from pipeline_gql.domain.pipeline import Version
from pipeline_gql.domain.viewer import Role
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.opportunities import Progress, progress
from pipeline_gql.operations.pipelines import publish_document
from tests.operations.asking import Ask

ALL = (
    {"type": "create_registration"},
    {"type": "create_invoice"},
    {"type": "issue_training_tokens"},
)


def document(*actions: dict[str, Any], key: str = "acting") -> dict[str, Any]:
    """Open → Won with these actions, and back without any."""
    return {
        "key": key,
        "stages": [
            {"key": "open", "steps": [{"key": "open", "entry": True, "probability": 20}]},
            {"key": "won", "state": "Won", "steps": [{"key": "won"}]},
        ],
        "transitions": [
            {"key": "win", "from": "open", "to": "won", "actions": list(actions)},
            {"key": "reopen", "from": "won", "to": "open"},
            {"key": "touch", "from": "open", "to": "open", "actions": list(actions)},
        ],
    }


@dataclass(frozen=True, slots=True)
class Road:
    """Such a pipeline, published."""

    ask: Ask
    version: Version

    async def start(self, **fields: Any) -> int:
        """A new opportunity on the open step."""
        return await self.ask.opportunity(pipeline_id=self.version.pipeline_id, **fields)

    def along(self, opportunity: int, transition: str) -> Progress:
        key = self.version.transition_ids[transition]
        return Progress(opportunity, transition_id=key)

    async def win(self, opportunity: int, role: Role = Role.ADMIN) -> Done:
        return await self.ask(progress, self.along(opportunity, "win"), role)

    async def reopen(self, opportunity: int) -> None:
        await self.ask(progress, self.along(opportunity, "reopen"))

    async def why_not(self, opportunity: int) -> list[Refusal]:
        return await self.ask.why(progress, self.along(opportunity, "win"))


async def road(ask: Ask, *actions: dict[str, Any], key: str = "acting") -> Road:
    o = ask.organisation
    async with ask.database.writing(o.org_id) as unit:
        version = await publish_document(unit, o.admin, parse(document(*actions, key=key)))
    return Road(ask, version)


def outcomes(done: Done) -> list[tuple[str, str]]:
    """What each action came to."""
    acted: Any = done.told["actions"]
    return [(each["type"], each["outcome"]) for each in acted]
