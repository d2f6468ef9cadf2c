"""What clients read when a move is refused: every code of moves, in its words, with its rule."""

from typing import Any

import pytest

from pipeline_gql.domain.pipeline import Version
from pipeline_gql.domain.viewer import Role
from pipeline_gql.store import models
from tests.api.asking import Ask, gid
from tests.operations.ruled import defined, opened, published, rule

MOVED = "opportunity { step { id } version } comment { body }"
TOLD = "errors { label message code path rule { id name } value }"


async def _refused(
    ask: Ask, version: Version, deal: int, role: Role = Role.ADMIN, **more: Any
) -> list[dict[str, Any]]:
    """The errors of a move to step b."""
    input = {"opportunityId": gid("Opportunity", deal), **more}
    if "stepId" not in more and "transitionId" not in more:
        input["stepId"] = gid("OpportunityStep", version.step_ids["b"])
    answered = await ask(
        "mutation($input: OpportunityProgressInput!)"
        f" {{ opportunities {{ progress(input: $input) {{ {TOLD} }} }} }}",
        {"input": input},
        role,
    )
    assert "errors" not in answered, answered
    return answered["data"]["opportunities"]["progress"]["errors"]


async def _demanding(ask: Ask, **demands: Any) -> tuple[Version, int]:
    version = await published(ask.stored, {"ab": {"name": "Agree", **demands}})
    return version, await opened(ask.stored, version, Role.MEMBER)


R = {"id": "r", "name": "A rule"}


@pytest.mark.parametrize(
    ("demanded", "error"),
    [
        (
            rule({"any": [{"role": ["ADMIN", "MANAGER"]}, {"in_team": "Red"}]}, "ACTOR"),
            {
                "code": "TRANSITION_NOT_PERMITTED",
                "label": "Transition Not Permitted",
                "message": "Agree may be used by an administrator or a manager or somebody in team "
                "Red; you are Mia Member, a member",
                "path": [],
            },
        ),
        (
            rule({"field": {"name": "grandTotal", "is": "ge", "value": "10"}}),
            {
                "code": "CONDITION_NOT_MET",
                "label": "Condition Not Met",
                "message": "A rule: grandTotal is 0.00, must be at least 10.00",
                "path": [],
            },
        ),
        (
            rule({"given": "comment"}, "INPUT"),
            {
                "code": "ATTRIBUTE_REQUIRED",
                "label": "Attribute Required",
                "message": "comment is required to move to B",
                "path": ["input", "comment"],
            },
        ),
        (
            rule({"attribute": {"key": "po", "is": "in", "values": ["a", "b"]}}, "VALIDATOR"),
            {
                "code": "VALUE_INVALID",
                "label": "Value Invalid",
                "message": "A rule: attributes.po is empty, must be one of a, b",
                "path": ["input", "attributes"],
            },
        ),
        (
            rule({"attachments": {}}, code="VALUE_INVALID", message="Attach {the offer}!"),
            {
                "code": "VALUE_INVALID",
                "label": "Value Invalid",
                "message": "Attach {the offer}!",
                "path": [],
            },
        ),
    ],
)
async def test_a_rule_that_is_not_kept_is_told(
    ask: Ask, demanded: dict[str, Any], error: dict[str, Any]
) -> None:
    await defined(ask.stored, "po")
    version, deal = await _demanding(ask, rules=[demanded])
    (told,) = await _refused(ask, version, deal, Role.MEMBER)
    assert told == {**error, "rule": R, "value": None}
    read = "failures { code message rule { id name } }"
    found = await ask.read(
        f"query($id: ID!) {{ opportunity(id: $id) {{ attempts {{ nodes {{ {read} }} }} }} }}",
        {"id": gid("Opportunity", deal)},
    )
    kept = {name: error[name] for name in ("code", "message")} | {"rule": R}
    assert found["opportunity"]["attempts"]["nodes"] == [{"failures": [kept]}]


async def test_what_is_required_is_told_one_by_one(ask: Ask) -> None:
    await defined(ask.stored, "po")
    version, deal = await _demanding(ask, required_attributes=["po", "expectedCloseDate"])
    told = await _refused(ask, version, deal, Role.MEMBER)
    assert [(each["message"], each["path"], each["rule"]) for each in told] == [
        ("po is required to move to B", ["input", "attributes"], None),
        ("expectedCloseDate is required to move to B", [], None),
    ]
    assert {each["code"] for each in told} == {"ATTRIBUTE_REQUIRED"}


async def test_a_step_that_was_removed_is_told(ask: Ask) -> None:
    first = await published(ask.stored, {"ab": {}, "bc": {}})
    version = await published(ask.stored, {"ab": {}}, steps="ab")
    gone = gid("OpportunityStep", first.step_ids["c"])
    deal = await opened(ask.stored, version)
    (told,) = await _refused(ask, version, deal, stepId=gone)
    assert (told["code"], told["label"]) == ("STEP_RETIRED", "Step Retired")
    assert told["message"].startswith("Step C was removed in version 2")
    assert (told["path"], told["value"]) == (["input", "stepId"], gone)


async def test_a_move_takes_what_it_needs_along(ask: Ask) -> None:
    await defined(ask.stored, "po")
    version, deal = await _demanding(
        ask, required_attributes=["po"], rules=[rule({"given": "comment"}, "INPUT")]
    )
    input = {
        "opportunityId": gid("Opportunity", deal),
        "transitionId": gid("Transition", version.transition_ids["ab"]),
        "attributes": [{"definitionKey": "po", "value": "PO-1"}],
        "comment": "Signed",
    }
    payload = await ask.done("opportunities.progress", input, MOVED, Role.MEMBER)
    there = {"step": {"id": gid("OpportunityStep", version.step_ids["b"])}, "version": 2}
    assert payload["opportunity"] == there
    assert payload["comment"] == {"body": "Signed"}


@pytest.mark.parametrize("verb", ["progress", "place"])
async def test_an_override_is_for_managers_with_a_reason(ask: Ask, verb: str) -> None:
    version, deal = await _demanding(ask, rules=[rule({"attachments": {}})])
    forced = {
        "opportunityId": gid("Opportunity", deal),
        "stepId": gid("OpportunityStep", version.step_ids["b"]),
        "override": True,
    }
    name = f"opportunities.{verb}"
    assert await ask.why(name, forced) == [("VALUE_REQUIRED", "reason")]
    (told,) = await ask.refused(name, {**forced, "reason": "Now"}, Role.MEMBER)
    assert told["message"] == "Mia Member may not override the rules of this Opportunity"
    await ask.done(name, {**forced, "reason": "Now"}, "opportunity { id }", Role.MANAGER)
    stay = (await ask.stored.rows(models.StepStay))[-1]
    assert (stay.cause, stay.reason) == ("OVERRIDE", "Now")


async def test_a_card_is_dragged_under_the_same_rules(ask: Ask) -> None:
    await defined(ask.stored, "po")
    version, deal = await _demanding(ask, required_attributes=["po"])
    dragged = {
        "opportunityId": gid("Opportunity", deal),
        "stepId": gid("OpportunityStep", version.step_ids["b"]),
    }
    assert await ask.why("opportunities.place", dragged) == [("ATTRIBUTE_REQUIRED", "attributes")]
    given = {"attributes": [{"definitionKey": "po", "value": "1"}]}
    await ask.done("opportunities.place", {**dragged, **given}, "opportunity { id }")
