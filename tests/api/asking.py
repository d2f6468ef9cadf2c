"""Documents as clients send them, answered by the executor on a real database."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic
from typing import Any, TypeVar

import orjson

from pipeline_gql.api.execution import Executor
from pipeline_gql.api.questions import Question
from pipeline_gql.config import Settings
from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.ids import encode
from pipeline_gql.domain.viewer import Role, Viewer
from pipeline_gql.store.database import Database
from tests.operations.asking import Ask as Operations
from tests.operations.winning import ALL, road
from tests.organisations import Organisation

Json = Any
Answered = TypeVar("Answered")
LATER = "2031-03-03T09:00:00Z"
CHANGED = "errors { label message value code path retryable } replayed"


async def insisting(ask: Callable[[], Awaitable[Answered]]) -> Answered:
    """The last answer to a client who tries again, for a minute, while the server is busy."""
    async with asyncio.timeout(60):
        answered = await ask()
        while "TRY_AGAIN" in str(answered):
            await asyncio.sleep(0.05)
            answered = await ask()
        return answered


def gid(type: str, key: int | str) -> str:
    return encode(Ref(type, key))


class Ask:
    """Each call is a request of its own, by the organisation's admin unless a role is named."""

    def __init__(self, database: Database, organisation: Organisation) -> None:
        self.database = database
        self.organisation = organisation
        self.executor = Executor(database, Settings())
        self.stored = Operations(database, organisation)

    async def __call__(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,
        role: Role | Viewer = Role.ADMIN,
    ) -> dict[str, Any]:
        """The whole response."""
        viewer = role if isinstance(role, Viewer) else self.organisation.viewers[role]
        answer = await self.executor.answer(
            Question(document, variables=dict(variables or {})),
            viewer,
            deadline=monotonic() + 15,
            request_id="test",
            query_only=False,
        )
        return orjson.loads(answer.body)

    async def read(self, document: str, variables: Mapping[str, Any] | None = None) -> Json:
        """The data of a query without errors."""
        answered = await self(document, variables)
        assert "errors" not in answered, answered
        return answered["data"]

    async def verb(
        self,
        verb: str,
        input: Mapping[str, Any],
        selected: str = "",
        role: Role | Viewer = Role.ADMIN,
    ) -> dict[str, Any]:
        """The payload of one verb, such as `account.create`, whose input is a variable."""
        namespace, name = verb.split(".")
        document = (
            f"mutation M($input: {input_type(verb)}!)"
            f" {{ {namespace} {{ {name}(input: $input) {{ {CHANGED} {selected} }} }} }}"
        )
        answered = await self(document, {"input": input}, role)
        assert "errors" not in answered, answered
        return answered["data"][namespace][name]

    async def done(
        self,
        verb: str,
        input: Mapping[str, Any],
        selected: str,
        role: Role | Viewer = Role.ADMIN,
    ) -> dict[str, Any]:
        """The payload of a verb that was carried out."""
        payload = await self.verb(verb, input, selected, role)
        assert payload["errors"] == [], payload
        assert payload["replayed"] is False
        return payload

    async def refused(
        self, verb: str, input: Mapping[str, Any], role: Role | Viewer = Role.ADMIN
    ) -> list[dict[str, Any]]:
        """The errors of a refusal, which answered no object and left everything as it was."""
        before = await self.everything()
        selected = f"{object_of(verb)} {{ id }}"
        payload = await self.verb(verb, input, selected, role)
        assert payload["errors"], "was not refused"
        assert payload[object_of(verb)] is None
        assert await self.everything() == before
        return payload["errors"]

    async def insisting(self, verb: str, input: Mapping[str, Any]) -> list[str]:
        """The codes of the last answer; what is to be tried again is."""
        payload = await insisting(lambda: self.verb(verb, input))
        return [error["code"] for error in payload["errors"]]

    async def everything(self) -> str:
        """A digest of all rows but the attempts, which remember refused moves."""
        return await self.stored.everything(but=["transition_attempt"])

    async def why(
        self, verb: str, input: Mapping[str, Any], role: Role | Viewer = Role.ADMIN
    ) -> list[tuple[str, str]]:
        """The codes of a refusal, each with the path below `input`."""
        errors = await self.refused(verb, input, role)
        for error in errors:
            assert error["path"][:1] in ([], ["input"])
        return [(error["code"], ".".join(error["path"][1:])) for error in errors]

    async def opportunity(self, **input: Any) -> str:
        """The id of a new one, in region DR and so in pounds unless told otherwise."""
        given = {"name": "A deal", "regionId": gid("Region", self.organisation.regions[0]), **input}
        payload = await self.done("opportunities.create", given, "opportunity { id }")
        return payload["opportunity"]["id"]

    async def hanging(self, noun: str, opportunity_id: str, **input: Any) -> str:
        """The id of a new task or meeting on an opportunity."""
        least = {"title": "Call"} if noun == "task" else {"subject": "Lunch", "startsAt": LATER}
        given = {"opportunityId": opportunity_id, **least, **input}
        return (await self.done(f"{noun}.create", given, f"{noun} {{ id }}"))[noun]["id"]

    async def lead(self, **input: Any) -> str:
        """The id of a new lead."""
        given = {"name": "Lea Leader", **input}
        return (await self.done("lead.create", given, "lead { id }"))["lead"]["id"]

    async def attachment(
        self, opportunity_id: str = "", name: str = "A document", *, lead_id: str = ""
    ) -> str:
        """The id of a link on an opportunity or a lead."""
        host = {"leadId": lead_id} if lead_id else {"opportunityId": opportunity_id}
        input = {**host, "url": "https://example.org", "name": name}
        verb = "lead.addAttachment" if lead_id else "opportunities.addAttachment"
        return (await self.done(verb, input, "attachment { id }"))["attachment"]["id"]

    async def interest(self, opportunity_id: str, item: str, **details: Any) -> str:
        """The id of an interest added to an opportunity."""
        input = {"opportunityId": opportunity_id, "interestDetails": {"id": item, **details}}
        payload = await self.done("opportunities.addInterest", input, "interests { id }")
        return payload["interests"][0]["id"]

    async def papers(self) -> dict[str, str]:
        """The ids of a registration, an invoice and an issue of tokens: of an opportunity of its
        own, which was won."""
        way = await road(self.stored, *ALL, key="papers")
        deal = gid("Opportunity", await way.start(account_id=1))
        for item in (gid("Event", 1), gid("TrainingTokenType", self.organisation.token_type_key)):
            await self.interest(deal, item)
        won = {"id": deal, "transitionId": gid("Transition", way.version.transition_ids["win"])}
        selected = "registrations { id } invoice { id } tokenIssues { id }"
        payload = await self.done("opportunities.progress", won, selected)
        return {
            "registration": payload["registrations"][0]["id"],
            "invoice": payload["invoice"]["id"],
            "tokenIssue": payload["tokenIssues"][0]["id"],
        }

    async def comment(
        self, opportunity_id: str = "", body: str = "Well.", *, lead_id: str = "", **more: Any
    ) -> str:
        """The id of a comment on an opportunity or a lead."""
        host = {"leadId": lead_id} if lead_id else {"opportunityId": opportunity_id}
        verb = "lead.addComment" if lead_id else "opportunities.addComment"
        payload = await self.done(verb, {**host, "body": body, **more}, "comment { id }")
        return payload["comment"]["id"]


def object_of(verb: str) -> str:
    """The payload's object of a verb."""
    namespace = verb.split(".")[0]
    return "opportunity" if namespace == "opportunities" else namespace


def shown(verb: str) -> str:
    """Something of the payload's object."""
    noun = object_of(verb)
    return f"{noun} {{ {'role' if noun == 'viewer' else 'id'} }}"


def input_type(verb: str) -> str:
    name = verb.split(".")[1]
    noun = object_of(verb)
    return f"{noun[0].upper()}{noun[1:]}{name[0].upper()}{name[1:]}Input"
