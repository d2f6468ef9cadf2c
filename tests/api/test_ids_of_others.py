"""Every argument that is an id, walked by introspection, given ids of another organisation.

Nothing of it is read, changed or confirmed: the answer is that of an id that names nothing.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLInputObjectType,
    GraphQLObjectType,
    get_named_type,
    is_list_type,
    is_non_null_type,
)

from pipeline_gql.api.schema import graphql_schema
from pipeline_gql.store.database import Database
from tests import canary
from tests.api.asking import CHANGED, Ask, gid, input_type, object_of, shown
from tests.organisations import TOKEN_TYPE, Organisation

Way = tuple[str, ...]

SCHEMA = graphql_schema()
ITEMS = {
    "course_details": gid("CourseTemplate", 11),
    "event_details": gid("Event", 1),
    "learning_path_details": gid("LearningPath", 1),
    "training_token_details": gid("TrainingTokenType", TOKEN_TYPE),
}
HANGING = ("task", "meeting")
LINKED = ("taskId", "meetingId")
OWN = {
    "Account": gid("Account", 1),
    "Contact": gid("Contact", 1),
    "Event": ITEMS["event_details"],
    "CourseTemplate": ITEMS["course_details"],
    "LearningPath": ITEMS["learning_path_details"],
    "TrainingTokenType": ITEMS["training_token_details"],
    "Region": gid("Region", "DR"),
    "TaxType": gid("TaxType", 1),
    "Product": gid("Product", 1),
    "User": gid("User", 3),
    "Team": gid("Team", 1),
    "Tag": gid("Tag", 1),
}
SAMPLES: dict[str, Any] = {
    **dict.fromkeys(("name", "code", "sku", "title", "firstName", "lastName"), "x"),
    **dict.fromkeys(("rate", "amount"), "1"),
    "email": "x@x.example",
    "role": "MEMBER",
    "contactId": OWN["Contact"],
    "tagId": OWN["Tag"],
    "userId": OWN["User"],
    "id": OWN["Event"],
    "fromStepId": gid("OpportunityStep", 3),
    "toStepId": gid("OpportunityStep", 4),
    "financialUnitId": "USD",
    "fromCurrency": "USD",
    "toCurrency": "EUR",
    "date": "2031-03-03",
    "subject": "x",
    "startsAt": "2031-03-03T09:00:00Z",
    "metric": "COUNT",
    "startDate": "2031-01-01",
}
GOAL = {"endDate": "2031-12-31", "targetCount": 3}


def _fields(type: Any) -> dict[str, Any]:
    return dict(type.fields)


def _ways(type: GraphQLInputObjectType, above: tuple[str, ...] = ()) -> Iterator[Way]:
    """Where in an input an id may stand; inside of itself an input is not looked at again."""
    for name, field in _fields(type).items():
        named = get_named_type(field.type)
        if named.name == "ID":
            yield (name,)
        elif isinstance(named, GraphQLInputObjectType) and named.name not in above:
            yield from ((name, *way) for way in _ways(named, (*above, named.name)))


def _verbs() -> Iterator[tuple[str, GraphQLInputObjectType]]:
    assert SCHEMA.mutation_type
    for namespace, field in _fields(SCHEMA.mutation_type).items():
        for verb, known in _fields(get_named_type(field.type)).items():
            yield f"{namespace}.{verb}", get_named_type(known.args["input"].type)


ARGUMENTS = [(verb, way) for verb, type in _verbs() for way in _ways(type)]


def _listed(type: Any, value: Any) -> Any:
    bare = type.of_type if is_non_null_type(type) else type
    return [value] if is_list_type(bare) else value


def _filled(type: Any, way: Way, id: str) -> dict[str, Any]:
    """The least input of the type, with the id in its place."""
    input: dict[str, Any] = {}
    for name, field in _fields(type).items():
        named = get_named_type(field.type)
        if way[:1] == (name,):
            value = id if len(way) == 1 else _filled(named, way[1:], id)
            input[name] = _listed(field.type, value)
        elif is_non_null_type(field.type) and name in SAMPLES:
            input[name] = SAMPLES[name]
    return input


class Ours:
    """What the first organisation has, so that only the foreign id is wrong with a call."""

    def __init__(
        self,
        opportunity: str,
        comment: str,
        attachment: str,
        interests: dict[str, str],
        hanging: dict[str, str],
    ) -> None:
        self.opportunity = opportunity
        self.comment = comment
        self.interests = interests
        self.hanging = hanging
        self.attachment = attachment

    @classmethod
    async def made(cls, ask: Ask) -> "Ours":
        opportunity = await ask.opportunity()
        interests = {block: await ask.interest(opportunity, item) for block, item in ITEMS.items()}
        hanging = {noun: await ask.hanging(noun, opportunity) for noun in HANGING}
        lead = hanging["lead"] = await ask.lead()
        hanging["lead's comment"] = await ask.comment(lead_id=lead)
        hanging["lead's attachment"] = await ask.attachment(lead_id=lead)
        pair = {"fromCurrency": "USD", "toCurrency": "GBP", "date": "2031-03-03", "rate": "1"}
        rate = await ask.done("exchangeRate.create", pair, "exchangeRate { id }")
        hanging["exchangeRate"] = rate["exchangeRate"]["id"]
        said = await ask.comment(opportunity), await ask.attachment(opportunity)
        bearer = {"userId": OWN["User"], "name": "x"}
        issued = await ask.done("user.createToken", bearer, "token { id }")
        other = await ask.done("tag.create", {"name": "other"}, "tag { id }")
        attribute = {"key": "other", "label": "Other", "type": "TEXT"}
        made = await ask.done("attribute.create", attribute, "attribute { id }")
        hanging["attribute"] = made["attribute"]["id"]
        count = GOAL | {"metric": "COUNT", "startDate": "2031-01-01"}
        goal = await ask.done("goal.create", count, "goal { id }")
        hanging |= {"token": issued["token"]["id"], "other tag": other["tag"]["id"]}
        hanging["goal"] = goal["goal"]["id"]
        hanging |= await ask.papers()
        return cls(opportunity, *said, interests, hanging)

    def call(self, verb: str, type: Any, way: Way, id: str) -> dict[str, Any]:
        """Everything the verb needs, and the foreign id."""
        input = _filled(type, way, id)
        block = next((step for step in way if step.endswith("Details") and step[:2] != "in"), None)
        kind = "event_details" if block is None else _snake(block)
        for holder in ("interestDetails", "interests"):
            if way[0] == holder and way[-1] != "id":
                inner = input[holder][0] if isinstance(input[holder], list) else input[holder]
                inner["id"] = ITEMS[kind]
        return self._around(verb, way, kind) | input

    def _around(self, verb: str, way: Way, kind: str) -> dict[str, Any]:
        namespace, name = verb.split(".")
        if name == "create" and namespace in HANGING and way[0] != "opportunityId":
            return {"opportunityId": self.opportunity}
        if verb == "goal.create":
            return GOAL
        if name == "create" or namespace == "viewer":
            return {}
        if namespace == "pipeline":
            if name in ("migrate", "undoMigration"):
                named = way[0] in ("id", "pipelineId", "migrationId")
                return {} if named else {"pipelineId": gid("Pipeline", 1)}
            key = "pipelineId" if name == "createDraft" else "pipelineVersionId"
            return {} if way[0] in ("id", key) else {key: gid(key[0].upper() + key[1:-2], 1)}
        if namespace != "opportunities":
            noun = object_of(verb)
            own = self.hanging.get(noun) or OWN[noun[0].upper() + noun[1:]]
            key = {f"{noun}Id": own}
            more: dict[str, Any] = {
                "addComment": {"body": "x"},
                "editComment": {"commentId": self.hanging["lead's comment"]},
                "deleteComment": {"commentId": self.hanging["lead's comment"]},
                "addAttachment": {"url": "https://example.org"},
                "deleteAttachment": {"attachmentId": self.hanging["lead's attachment"]},
                "merge": {"intoTagId": self.hanging["other tag"]},
                "revokeToken": {"tokenId": self.hanging["token"]},
            }.get(name, {})
            return more | ({} if way[0] in ("id", f"{noun}Id") else key)
        around: dict[str, Any] = {
            "addComment": {"body": "x"},
            "editComment": {"commentId": self.comment},
            "deleteComment": {"commentId": self.comment},
            "progress": {"stepId": gid("OpportunityStep", 4)},
            "addInterest": {"interestDetails": {"id": OWN["Event"]}},
            "updateInterest": {"interestId": self.interests[kind]},
            "removeInterest": {"interestId": self.interests[kind]},
            "reservePlacesForInterests": {"interestIds": [self.interests["event_details"]]},
            "reorderInterests": {"interestIds": list(self.interests.values())},
            "extendReservations": {"reservationsValidUntil": None},
            "link": {} if way[0] in LINKED else {"taskId": self.hanging["task"]},
            "addAttachment": {"url": "https://example.org"},
            "deleteAttachment": {"attachmentId": self.attachment},
        }.get(name, {})
        if way[0] in ("interests", "transitionId"):
            around = {}
        key = {} if way[0] in ("id", "opportunityId") else {"opportunityId": self.opportunity}
        return key | around


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)


def foreign_ids(other: Organisation) -> dict[str, str]:
    """One of each type; `canary.plant` gives all it makes the same number."""
    id = other.base + 1
    numbered = ("Opportunity", "OpportunityInterest", "Account", "Contact", "Event", "LearningPath")
    numbered += ("Pipeline", "Tag", "TaxType", "Team", "User", "Transition", "Registration")
    numbered += ("Invoice", "Comment", "CommentEdit", "Task", "Meeting", "Product", "Attachment")
    numbered += ("Notification", "ApiToken", "Lead", "Goal", "ExchangeRate", "AttributeDefinition")
    numbered += ("PipelineVersion", "PipelineMigration")
    return {type: gid(type, id) for type in numbered} | {
        "CourseTemplate": gid("CourseTemplate", other.course_template_id),
        "OpportunityStage": gid("OpportunityStage", other.stages["Proposed"]),
        "OpportunityStep": gid("OpportunityStep", other.steps["Proposed"]),
        "Region": gid("Region", other.regions[0]),
        "TrainingTokenType": gid("TrainingTokenType", other.token_type_key),
        "TokenIssue": gid("TokenIssue", "d" * 32),
    }


def silent(answered: Any) -> bool:
    """Whether an answer says nothing of the canary's."""
    told = str(answered)
    return canary.WORD not in told and "66677" not in told


@pytest.fixture
async def theirs(database: Database, second_organisation: Organisation) -> dict[str, str]:
    await canary.plant(database, second_organisation)
    return foreign_ids(second_organisation)


def test_the_walk_finds_the_arguments_that_the_contract_names() -> None:
    found = {f"{verb}.{'.'.join(way)}" for verb, way in ARGUMENTS}
    assert {
        "opportunities.create.regionId",
        "opportunities.create.contactIds.contactId",
        "opportunities.update.id",
        "opportunities.progress.stepId",
        "opportunities.addInterest.interestDetails.id",
        "opportunities.addInterest.interests.eventDetails.existingLearners",
        "opportunities.reservePlacesForInterests.interestIds",
        "event.update.prices.regionId",
        "taxType.update.taxTypeId",
    } <= found


async def test_a_mutation_takes_no_id_of_another_organisation(
    ask: Ask, second_organisation: Organisation, theirs: dict[str, str]
) -> None:
    ours = await Ours.made(ask)
    other = Ask(ask.database, second_organisation)
    before = await ask.everything(), await other.everything()
    for verb, way in ARGUMENTS:
        type = dict(_verbs())[verb]
        namespace, name = verb.split(".")
        document = (
            f"mutation M($input: {input_type(verb)}!) {{ {namespace} {{ {name}(input: $input)"
            f" {{ {CHANGED} {shown(verb)} }} }} }}"
        )
        for foreign in theirs.values():
            input = ours.call(verb, type, way, foreign)
            answered = await ask(document, {"input": input})
            assert silent(answered), (verb, way, answered)
            payload = answered["data"][namespace][name]
            assert payload[object_of(verb)] is None
            told = [(e["code"], _bare(e["path"])) for e in payload["errors"]]
            assert told == [("NOT_FOUND", ("input", *way))], (verb, way, input, payload)
    assert (await ask.everything(), await other.everything()) == before


async def test_the_walk_s_calls_go_well_with_an_id_of_one_s_own(ask: Ask) -> None:
    """So what is refused above is refused for the foreign id alone."""
    ours = await Ours.made(ask)
    verbs = dict(_verbs())
    for verb, way, id in (
        ("opportunities.create", ("contactIds", "contactId"), OWN["Contact"]),
        ("opportunities.update", ("regionId",), OWN["Region"]),
        ("opportunities.addInterest", ("interests", "taxId"), OWN["TaxType"]),
        ("opportunities.addInterest", ("interestDetails", "id"), OWN["LearningPath"]),
        (
            "opportunities.updateInterest",
            ("learningPathDetails", "existingLearners"),
            OWN["Contact"],
        ),
        ("event.create", ("prices", "regionId"), OWN["Region"]),
        ("region.update", ("id",), OWN["Region"]),
        ("team.create", ("memberIds",), OWN["User"]),
        ("user.revokeToken", ("userId",), OWN["User"]),
        ("tag.merge", ("tagId",), OWN["Tag"]),
        ("goal.create", ("teamId",), OWN["Team"]),
        ("goal.update", ("userId",), OWN["User"]),
    ):
        input = ours.call(verb, verbs[verb], way, id)
        await ask.done(verb, input, f"{object_of(verb)} {{ id }}")


def _bare(path: list[str]) -> tuple[str, ...]:
    """A path without its places in lists."""
    return tuple(step for step in path if not step.isdigit())


async def test_a_query_finds_nothing_under_an_id_of_another_organisation(
    ask: Ask, theirs: dict[str, str]
) -> None:
    assert SCHEMA.query_type
    roots = {
        name: [argument for argument, known in field.args.items() if _is_id(known.type)]
        for name, field in _fields(SCHEMA.query_type).items()
    }
    walked = {name: arguments for name, arguments in roots.items() if arguments}
    one = {"opportunity": ["id"], "node": ["id"]}
    one |= {"board": ["pipelineId"], "calibration": ["pipelineId"]}
    reports = ("funnel", "pipelineChanges", "refusals", "velocity")
    one |= {report: ["pipelineId"] for report in reports}
    assert walked == {**one, "nodes": ["ids"]}
    within = {
        (name, argument, *way)
        for name, field in _fields(SCHEMA.query_type).items()
        for argument, known in field.args.items()
        if isinstance(get_named_type(known.type), GraphQLInputObjectType)
        for way in _ways(get_named_type(known.type))
    }
    assert within == {("forecast", "scenario", *way) for way in SUPPOSED}
    for id in theirs.values():
        found = await ask(
            "query($id: ID!) { opportunity(id: $id) { id name } node(id: $id) { id __typename }"
            " nodes(ids: [$id, $id]) { id __typename } board(pipelineId: $id) { __typename }"
            " calibration(pipelineId: $id) { pipelineId }"
            " funnel(pipelineId: $id) { groups { key } }"
            " velocity(pipelineId: $id) { groups { key } }"
            " refusals(pipelineId: $id) { groups { key } }"
            ' pipelineChanges(pipelineId: $id, from: "2026-01-01") { changes { count } } }',
            {"id": id},
        )
        none = {"opportunity": None, "node": None, "nodes": [None, None], "board": None}
        none |= {"calibration": None, "funnel": {"groups": []}, "velocity": {"groups": []}}
        none |= {"refusals": {"groups": []}}
        none |= {"pipelineChanges": {"changes": []}}
        assert found["data"] == none, found
    listed = await ask(
        "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": list(theirs.values())}
    )
    assert listed == {"data": {"nodes": [None] * len(theirs)}}


SUPPOSED = {("steps", "stepId"), ("shifts", "opportunityId"), ("leaveOut",)}


async def test_a_scenario_supposes_nothing_of_another_organisation(
    ask: Ask, theirs: dict[str, str]
) -> None:
    """It is as without one, and says which ids it does not know."""
    await Ours.made(ask)
    rows = "rows { key openCount weighted } unknownIds"
    plain = await ask.read(f"{{ forecast(groupBy: STEP) {{ {rows} }} }}")
    assert plain["forecast"]["rows"]
    for type, wanted in (("OpportunityStep", "steps"), ("Opportunity", "shifts leaveOut")):
        id = theirs[type]
        said = {
            "steps": [{"stepId": id, "probability": 1}],
            "shifts": [{"opportunityId": id, "days": 9}],
            "leaveOut": [id],
        }
        scenario = {name: said[name] for name in wanted.split()}
        document = (
            f"query($s: ForecastScenario) {{ forecast(groupBy: STEP, scenario: $s) {{ {rows} }} }}"
        )
        found = await ask.read(document, {"s": scenario})
        assert found["forecast"]["rows"] == plain["forecast"]["rows"]
        assert {*found["forecast"]["unknownIds"]} == {id}


async def test_a_filter_by_an_id_of_another_organisation_matches_nothing(
    ask: Ask, theirs: dict[str, str]
) -> None:
    await Ours.made(ask)
    compared = 0
    for name, type, field in _id_filters():
        document = (
            f"query Q($value: String!) {{ {name}(filters: {{field: {field}, operation: eq,"
            " value: $value}) { totalCount nodes { __typename } } }"
        )
        for id in theirs.values():
            answered = await ask(document, {"value": id})
            assert silent(answered), (name, field)
            if "errors" in answered:
                code = answered["errors"][0]["extensions"]["code"]
                assert code == "FILTER_MALFORMED", (name, field, answered)
                continue
            assert answered["data"][name] == {"totalCount": 0, "nodes": []}, (name, field, type)
            compared += 1
    assert compared > 20


def _is_id(type: Any) -> bool:
    return get_named_type(type).name == "ID"


def _id_filters() -> Iterator[tuple[str, str, str]]:
    """Root connections with their filter fields that take ids."""
    assert SCHEMA.query_type
    for name, field in _fields(SCHEMA.query_type).items():
        if "orderBy" not in field.args:
            continue
        input = get_named_type(field.args["filters"].type)
        assert isinstance(get_named_type(field.type), GraphQLObjectType)
        for member in get_named_type(_fields(input)["field"].type).values:
            if member == "id" or member.endswith("Id"):
                yield name, input.name, member


async def test_no_list_and_no_search_shows_another_organisation(
    ask: Ask, theirs: dict[str, str]
) -> None:
    assert SCHEMA.query_type
    for name, field in _fields(SCHEMA.query_type).items():
        if "orderBy" not in field.args or name == "financialUnits":
            continue
        node = _fields(get_named_type(field.type))["nodes"].type
        texts = [
            known
            for known, its in _fields(get_named_type(node)).items()
            if get_named_type(its.type).name in ("String", "Decimal") and not its.args
        ]
        answered = await ask(f"{{ {name}(first: 100) {{ nodes {{ id {' '.join(texts)} }} }} }}")
        assert "errors" not in answered, (name, answered)
        assert silent(answered), name
        if "search" in field.args:
            document = f'{{ {name}(search: "{canary.WORD}") {{ totalCount }} }}'
            assert await ask(document) == {"data": {name: {"totalCount": 0}}}


async def test_the_key_of_another_organisation_s_write_is_free(
    ask: Ask, theirs: dict[str, str]
) -> None:
    answered = await ask(f'{{ mutationResult(key: "{canary.WORD}") {{ committed }} }}')
    assert answered == {"data": {"mutationResult": {"committed": False}}}
