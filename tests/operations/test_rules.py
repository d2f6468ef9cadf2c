"""What transitions demand of a record as it is stored, of who moves it and of what the call brings:
which phase speaks, what is kept of a refusal, and how somebody passes over it."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from pipeline_gql.domain.attributes import Given
from pipeline_gql.domain.discounts import Discount
from pipeline_gql.domain.errors import Code, Ref, Refusal, TryAgain
from pipeline_gql.domain.interests import Wanted
from pipeline_gql.domain.viewer import Role
from pipeline_gql.operations.attachments import AddAttachment, add_attachment
from pipeline_gql.operations.interests import AddInterest, add_interest
from pipeline_gql.operations.moving import Progress
from pipeline_gql.operations.opportunities import Update, progress, update
from pipeline_gql.operations.tasks import CreateTask
from pipeline_gql.operations.tasks import create as create_task
from pipeline_gql.store import models
from pipeline_gql.store.database import Serialization
from tests.operations.asking import Ask
from tests.operations.ruled import defined, opened, published, rule
from tests.organisations import Organisation

EVENT = Ref("Event", 1)


async def _why(ask: Ask, command: Progress, role: Role = Role.ADMIN) -> list[tuple[Any, ...]]:
    """Codes, fields, and what they are and must be."""
    refusals = await ask.why(progress, command, role)
    broken = [(refusal.code, refusal.broken) for refusal in refusals]
    return [(code, b.field, b.actual, b.expected) if b else (code,) for code, b in broken]


async def test_all_failures_of_a_phase_come_together_and_end_it(ask: Ask) -> None:
    await defined(ask, "po", "site")
    demands = {
        "required_attributes": ["po", "leadSource", "site"],
        "rules": [
            rule({"role": ["MANAGER"]}, "ACTOR", id="managers"),
            rule({"field": {"name": "accountId"}}, id="account"),
            rule({"attachments": {}}, id="papers"),
            rule({"given": "reason"}, "INPUT", id="reason"),
            rule({"attribute": {"key": "po", "is": "matches", "value": "PO-\\d+"}}, "VALIDATOR"),
        ],
    }
    version = await published(ask, {"ab": demands})
    deal = await opened(ask, version)
    there = version.step_ids["b"]
    assert await _why(ask, Progress(deal, there)) == [
        (Code.TRANSITION_NOT_PERMITTED, "role", "an administrator", "a manager")
    ]
    assert await _why(ask, Progress(deal, there), Role.MANAGER) == [
        (Code.CONDITION_NOT_MET, "accountId", None, "present"),
        (Code.CONDITION_NOT_MET, "attachments", "0", "at least 1"),
    ]
    await ask(update, Update(deal, {"account_id": ask.organisation.account_id}))
    await ask(add_attachment, AddAttachment(deal, name="Offer", url="https://example.org"))
    assert await _why(ask, Progress(deal, there), Role.MANAGER) == [
        (Code.ATTRIBUTE_REQUIRED, "attributes.po", None, "present"),
        (Code.ATTRIBUTE_REQUIRED, "leadSource", None, "present"),
        (Code.ATTRIBUTE_REQUIRED, "attributes.site", None, "present"),
        (Code.ATTRIBUTE_REQUIRED, "reason", None, "given"),
    ]
    await ask(update, Update(deal, {"lead_source": "Web", "attributes": [Given("site", "x")]}))
    given = Progress(deal, there, reason="So", attributes=[Given("po", "17")])
    assert await _why(ask, given, Role.MANAGER) == [
        (Code.VALUE_INVALID, "attributes.po", "17", "a text matching PO-\\d+")
    ]
    right = Progress(deal, there, reason="So", attributes=[Given("po", "PO-17")])
    await ask(progress, right, Role.MANAGER)
    held = {row.key: row.value for row in await ask.rows(models.OpportunityAttribute)}
    assert held == {"po": "PO-17", "site": "x"}
    assert (await ask.row(models.Opportunity, deal)).step_id == there


async def test_what_the_call_clears_is_missing(ask: Ask) -> None:
    await defined(ask, "po")
    version = await published(ask, {"ab": {"required_attributes": ["po"]}})
    deal = await opened(ask, version, attributes=[Given("po", "1")])
    clearing = Progress(deal, version.step_ids["b"], attributes=[Given("po", None)])
    assert [code for code, *_ in await _why(ask, clearing)] == [Code.ATTRIBUTE_REQUIRED]
    await ask(progress, Progress(deal, version.step_ids["b"]))


async def test_an_attribute_that_nobody_defined_is_refused_before_anything(ask: Ask) -> None:
    version = await published(ask, {"ab": {}})
    deal = await opened(ask, version)
    unknown = Progress(deal, version.step_ids["b"], attributes=[Given("po", "1")])
    (refusal,) = await ask.why(progress, unknown)
    assert refusal.path[0] == "attributes"


async def test_what_comes_with_a_move_is_audited_and_told_with_it(ask: Ask) -> None:
    await defined(ask, "po")
    version = await published(ask, {"ab": {"rules": [rule({"given": "comment"}, "INPUT")]}})
    deal = await opened(ask, version)
    command = Progress(
        deal, version.step_ids["b"], attributes=[Given("po", "1")], comment=" Signed. "
    )
    done = await ask(progress, command)
    (comment,) = await ask.rows(models.Comment)
    assert done.objects == {"opportunity": deal, "comment": comment.id}
    assert comment.body == "Signed."
    moved = next(each for each in await ask.rows(models.Audit) if each.verb == "progress")
    assert moved.before is not None
    assert moved.after is not None
    assert (moved.before["attributes"], moved.after["attributes"]) == ({}, {"po": "1"})
    row = await ask.row(models.Opportunity, deal)
    assert row.version == moved.after["version"] == 2


async def test_who_stays_takes_the_attributes_and_says_nothing(ask: Ask) -> None:
    await defined(ask, "po")
    version = await published(ask, {"ab": {}})
    deal = await opened(ask, version)
    stay = Progress(
        deal, version.step_ids["a"], noop=True, attributes=[Given("po", "1")], comment="Hm"
    )
    for _ in range(2):
        await ask(progress, stay)
    assert [row.value for row in await ask.rows(models.OpportunityAttribute)] == ["1"]
    assert await ask.rows(models.Comment) == []
    assert len(await ask.rows(models.StepStay)) == 1
    assert (await ask.row(models.Opportunity, deal)).version == 2
    told = (await ask.rows(models.Outbox))[-1]
    assert told.type == "opportunity.updated"


async def test_an_attempt_keeps_the_rules_that_failed(ask: Ask) -> None:
    test = {"field": {"name": "accountId"}}
    version = await published(ask, {"ab": {"rules": [rule(test, name="Who buys?")]}})
    deal = await opened(ask, version)
    (why,) = await ask.why(progress, Progress(deal, version.step_ids["b"]))
    assert why.aftermath is not None
    async with ask.database.writing(ask.organisation.org_id) as unit:
        await why.aftermath(unit, str)
    (attempt,) = await ask.rows(models.TransitionAttempt)
    assert attempt.failures == [
        {
            "code": "CONDITION_NOT_MET",
            "field": "accountId",
            "rule": {"id": "r", "name": "Who buys?"},
            "message": "CONDITION_NOT_MET",
        }
    ]


async def test_an_override_passes_over_everything_and_is_recorded_as_one(ask: Ask) -> None:
    await defined(ask, "po")
    demands = {
        "required_attributes": ["po"],
        "rules": [rule({"role": ["MEMBER"]}, "ACTOR"), rule({"attachments": {}}, id="papers")],
    }
    version = await published(ask, {"ab": demands, "bc": {}})
    deal = await opened(ask, version)
    forced = Progress(deal, version.step_ids["b"], override=True, reason="The chief said so")
    await ask(progress, forced, Role.MANAGER)
    stay = (await ask.rows(models.StepStay))[-1]
    assert (stay.cause, stay.reason) == ("OVERRIDE", "The chief said so")
    assert stay.overridden == [
        {
            "code": "TRANSITION_NOT_PERMITTED",
            "field": "role",
            "rule": {"id": "r", "name": "A rule"},
        },
        {
            "code": "CONDITION_NOT_MET",
            "field": "attachments",
            "rule": {"id": "papers", "name": "A rule"},
        },
        {"code": "ATTRIBUTE_REQUIRED", "field": "attributes.po"},
    ]
    assert (await ask.rows(models.Outbox))[-1].payload["overridden"] == stay.overridden
    assert (await ask.rows(models.Audit))[-1].verb == "progress"
    needless = Progress(deal, version.step_ids["c"], override=True, reason="To be sure")
    await ask(progress, needless)
    last = (await ask.rows(models.StepStay))[-1]
    assert (last.cause, last.overridden) == ("TRANSITION", None)


async def test_an_override_needs_leave_a_reason_and_a_way(ask: Ask) -> None:
    version = await published(ask, {"ab": {"rules": [rule({"attachments": {}})]}, "bc": {}})
    deal = await opened(ask, version, Role.MEMBER)
    there = version.step_ids["b"]
    member = Progress(deal, there, override=True, reason="Please")
    not_permitted = [(Code.NOT_PERMITTED, ("override",))]
    assert await ask.refused(progress, member, Role.MEMBER) == not_permitted
    silent = Progress(deal, there, override=True, reason=" ")
    assert await ask.refused(progress, silent) == [(Code.VALUE_REQUIRED, ("reason",))]
    nowhere = Progress(deal, version.step_ids["c"], override=True, reason="Please")
    assert await ask.refused(progress, nowhere) == [(Code.TRANSITION_NOT_FOUND, ("step_id",))]


async def test_losing_may_demand_a_reason_and_reopening_clears_what_closing_set(ask: Ask) -> None:
    asked = rule({"given": "reason"}, "INPUT", name="Why lost", message="Say why it was lost")
    version = await published(ask, {"*l": {"rules": [asked]}, "la": {}, "aw": {}})
    deal = await opened(ask, version)
    (why,) = await ask.why(progress, Progress(deal, version.step_ids["lost"]))
    assert (why.code, why.told) == (Code.ATTRIBUTE_REQUIRED, "Say why it was lost")
    await ask(progress, Progress(deal, version.step_ids["lost"], reason="Price"))
    row = await ask.row(models.Opportunity, deal)
    assert (row.probability, row.actual_close_date is None) == (0, False)
    await ask(progress, Progress(deal, version.step_ids["a"]))
    row = await ask.row(models.Opportunity, deal)
    assert (row.probability, row.actual_close_date) == (20, None)
    await ask(progress, Progress(deal, version.step_ids["won"]))
    row = await ask.row(models.Opportunity, deal)
    assert (row.probability, row.actual_close_date is None) == (100, False)


async def test_no_rule_is_asked_where_a_free_pipeline_needs_no_transition(ask: Ask) -> None:
    never = {"rules": [rule({"attachments": {"at_least": 99}})]}
    version = await published(ask, {"ab": never, "bb": never}, "FREE")
    deal = await opened(ask, version)
    to_b, to_c = (Progress(deal, version.step_ids[key]) for key in "bc")
    assert [code for code, *_ in await _why(ask, to_b)] == [Code.CONDITION_NOT_MET]
    await ask(progress, to_c)
    await ask(progress, to_b)
    again = Progress(deal, version.step_ids["b"], noop=True)
    assert [code for code, *_ in await _why(ask, again)] == [Code.CONDITION_NOT_MET]


async def _held(ask: Ask, deal: int) -> None:
    await ask(add_interest, AddInterest(deal, Wanted(EVENT, quantity=2, reserve=True)))


async def _task(ask: Ask, deal: int) -> None:
    await ask(create_task, CreateTask(opportunity_id=deal, title="Call"))


async def _file(ask: Ask, deal: int) -> None:
    await ask(add_attachment, AddAttachment(deal, name="Offer", url="https://example.org"))


async def _date(ask: Ask, deal: int) -> None:
    await ask(update, Update(deal, {"amount": Decimal(7)}))


@pytest.mark.parametrize(
    ("test", "makes_it_so", "actual"),
    [
        ({"interests": {"at_least": 1, "kind": "EVENT", "total_at_least": 1000}}, _held, "0 of 0"),
        ({"reservations_valid": True}, _held, "false"),
        ({"attachments": {}}, _file, "0"),
        ({"not": {"no_open_task": True}}, _task, "0 open"),
        ({"field": {"name": "grandTotal", "is": "changed"}}, _date, "0.00"),
        ({"field": {"name": "amount", "is": "eq", "value": "7.00"}}, _date, None),
    ],
)
async def test_what_hangs_on_the_record_is_looked_at_as_it_is(
    ask: Ask, test: dict[str, Any], makes_it_so: Any, actual: str | None
) -> None:
    version = await published(ask, {"ab": {"rules": [rule(test)]}})
    deal = await opened(ask, version, region_id="DR")
    (why,) = await _why(ask, Progress(deal, version.step_ids["b"]))
    assert (why[0], (why[2] or "")[: len(actual or "")]) == (Code.CONDITION_NOT_MET, actual or "")
    await makes_it_so(ask, deal)
    await ask(progress, Progress(deal, version.step_ids["b"]))


async def test_where_it_was_and_who_moved_it_is_remembered(
    ask: Ask, organisation: Organisation
) -> None:
    four_eyes = rule({"did_not_make": "ab"}, "ACTOR", id="eyes")
    been = rule({"was_in_step": "c"}, id="been")
    soon = rule({"days_in_step": {"at_most": 1}}, id="soon")
    version = await published(ask, {"ab": {}, "bw": {"rules": [four_eyes, been, soon]},
                                    "bc": {}, "cb": {}})  # fmt: skip
    a_b, won = version.step_ids["b"], version.step_ids["won"]
    team = await opened(ask, version, Role.MEMBER, team_ids=[organisation.team_id])
    await ask(progress, Progress(team, a_b), Role.MEMBER)
    assert [it[:2] for it in await _why(ask, Progress(team, won), Role.MEMBER)] == [
        (Code.TRANSITION_NOT_PERMITTED, "stays")
    ]
    assert [it[3] for it in await _why(ask, Progress(team, won))] == ["on step c before"]
    for key in "cb":
        await ask(progress, Progress(team, version.step_ids[key]), Role.MEMBER)
    assert [it[0] for it in await _why(ask, Progress(team, won), Role.MEMBER)] == [
        Code.TRANSITION_NOT_PERMITTED
    ]
    await ask(progress, Progress(team, won))


@pytest.mark.parametrize(
    ("test", "allowed"),
    [
        ({"role": ["MEMBER"]}, {Role.MEMBER}),
        ({"in_team": "Field"}, {Role.MEMBER}),
        ({"is_owner": True}, {Role.MEMBER}),
        ({"not": {"is_owner": True}}, {Role.ADMIN, Role.MANAGER}),
        ({"limit": {"of": "amount", "role": "MEMBER", "most": 10}}, {Role.ADMIN, Role.MANAGER}),
        ({"limit": {"of": "amount", "role": "MEMBER", "most": "10.01"}}, set(Role)),
    ],
)
async def test_who_may(ask: Ask, test: dict[str, Any], allowed: set[Role]) -> None:
    version = await published(ask, {"ab": {"rules": [rule(test, "ACTOR")]}, "ba": {}})
    deal = await opened(ask, version, Role.MEMBER, amount=Decimal("10.01"))
    for role in (Role.ADMIN, Role.MANAGER, Role.MEMBER):
        command = Progress(deal, version.step_ids["b"])
        if role in allowed:
            await ask(progress, command, role)
            await ask(progress, Progress(deal, version.step_ids["a"]))
        else:
            refused = await ask.refused(progress, command, role)
            assert refused == [(Code.TRANSITION_NOT_PERMITTED, ())]


async def test_a_discount_is_limited_by_role(ask: Ask) -> None:
    limit = {"limit": {"of": "discount", "role": "MEMBER", "most": "12.5"}}
    version = await published(ask, {"ab": {"rules": [rule(limit, "ACTOR")]}})
    deal = await opened(ask, version, Role.MEMBER, region_id="DR")
    for share in ("12.5", "12.51"):
        wanted = Wanted(EVENT, quantity=1, discount=Discount(percentage=Decimal(share)))
        await ask(add_interest, AddInterest(deal, wanted))
    (why,) = await _why(ask, Progress(deal, version.step_ids["b"]), Role.MEMBER)
    assert why[2:] == ("12.51 %", "at most 12.5 % for a member")
    await ask(progress, Progress(deal, version.step_ids["b"]), Role.MANAGER)


async def test_a_step_that_was_removed_is_said_to_be(ask: Ask) -> None:
    await published(ask, {"ab": {}, "bc": {}})
    version = await published(ask, {"ab": {}}, steps="ab")
    deal = await opened(ask, version)
    gone = (await ask.rows(models.Step))[-3]
    (why,) = await ask.why(progress, Progress(deal, gone.id))
    assert (why.code, why.path) == (Code.STEP_RETIRED, ("step_id",))
    assert (why.facts["step"], why.facts["number"]) == ("C", 2)
    assert why.aftermath is not None


async def test_who_asks_for_a_removed_step_is_sent_where_its_records_went(ask: Ask) -> None:
    first = await published(ask, {"ab": {}, "bc": {}})
    version = await published(ask, {"ab": {}}, steps="ab")
    c, b = first.step_ids["c"], version.step_ids["b"]
    sent = {"policy": "MAP", "mapping": [[c, b]], "state": "DONE"}
    async with ask.database.writing(ask.organisation.org_id) as unit:
        unit.session.add(
            models.PipelineMigration(
                org_id=unit.org_id,
                pipeline_id=version.pipeline_id,
                version_id=version.id,
                **sent,
            )
        )
    deal = await opened(ask, version)
    (why,) = await ask.why(progress, Progress(deal, c))
    assert why.facts["became"] == "; records move to B"
    (remedy,) = why.remedies
    assert remedy.verb == "opportunities.progress"
    await ask(progress, Progress(deal, b))


async def test_no_remedy_promises_a_move_that_rules_stand_against(ask: Ask) -> None:
    version = await published(ask, {"ab": {"rules": [rule({"attachments": {}})]}, "bc": {}})
    deal = await opened(ask, version)
    (why,) = await ask.why(progress, Progress(deal, version.step_ids["c"]))
    assert why.code is Code.TRANSITION_NOT_FOUND
    promised = {remedy.title: remedy.verb is not None for remedy in why.remedies}
    assert promised == {"Go by way of B": False, "Move to Lost": True}


async def test_of_moves_that_race_one_brings_its_attributes_and_the_others_nothing(
    ask: Ask,
) -> None:
    await defined(ask, "po")
    version = await published(ask, {"ab": {"required_attributes": ["po"]}})
    deal = await opened(ask, version)

    async def race(value: str | None) -> str:
        """As a client does: what is to be tried again is."""
        given = [Given("po", value)]
        for _ in range(100):
            try:
                await ask(progress, Progress(deal, version.step_ids["b"], attributes=given))
            except (Serialization, TryAgain):
                continue
            except Refusal as refusal:
                return refusal.code.value
            return value or ""
        raise AssertionError("was never answered")

    ends = await asyncio.gather(*(race(value) for value in ("1", "2", None, "3")))
    (winner,) = [end for end in ends if end.isdecimal()]
    assert set(ends) - {winner} <= {"TRANSITION_NOT_FOUND", "ATTRIBUTE_REQUIRED"}
    assert [row.value for row in await ask.rows(models.OpportunityAttribute)] == [winner]
    assert len(await ask.rows(models.StepStay)) == 2
