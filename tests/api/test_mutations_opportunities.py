"""`opportunities { create update progress delete restore }` from end to end."""

from pipeline_gql.domain.viewer import Role
from pipeline_gql.store import models
from tests.api.asking import Ask, gid

STANDS = "opportunity { id version step { name } }"


async def test_only_a_name_is_needed_to_create_an_opportunity(ask: Ask) -> None:
    payload = await ask.done(
        "opportunities.create",
        {"name": "  First aid  "},
        "opportunity { id legacyId name step { name stage { state } } financialUnit { name }"
        " owner { name } createdBy { name } version probability value { grandTotal }"
        " amount account { id } } interests { id }",
    )
    made = payload["opportunity"]
    assert made.pop("id") == gid("Opportunity", made.pop("legacyId"))
    assert made == {
        "name": "First aid",
        "step": {"name": "Proposed", "stage": {"state": "Open"}},
        "financialUnit": {"name": "U.S. Dollars"},
        "owner": {"name": "Ada Admin"},
        "createdBy": {"name": "Ada Admin"},
        "version": 1,
        "probability": 10,
        "value": {"grandTotal": "0.00"},
        "amount": None,
        "account": None,
    }
    assert payload["interests"] is None


async def test_everything_that_can_be_said_of_a_new_opportunity_is_kept(ask: Ask) -> None:
    given = {
        "name": "All of it",
        "regionId": gid("Region", "DR"),
        "financialUnitId": "KWD",
        "accountId": gid("Account", 1),
        "entryStepId": gid("OpportunityStep", 3),
        "pipelineId": gid("Pipeline", 1),
        "contactIds": [{"contactId": gid("Contact", 1), "role": "buyer", "primary": True}],
        "ownerId": gid("User", 2),
        "assignedToIds": [gid("User", 3)],
        "teamIds": [gid("Team", 1)],
        "tags": [gid("Tag", 1)],
        "amount": "1234.567",
        "probability": 42,
        "expectedCloseDate": "2031-12-31",
        "leadSource": "fair",
        "description": "Çok güzel \U0001f600",
        "nextStep": "call",
        "forecastCategory": "commit",
        "externalId": "X-1",
    }
    payload = await ask.done(
        "opportunities.create",
        given,
        "opportunity { name region { code } currency account { name } step { id } pipeline { id }"
        " contact { name } contactRoles { role isPrimary } owner { name }"
        " assignedTo { nodes { name } } teams { nodes { name } } tags { nodes { name } } amount"
        " value { grandTotal weighted } probability expectedCloseDate leadSource description"
        " nextStep forecastCategory externalId }",
    )
    assert payload["opportunity"] == {
        "name": "All of it",
        "region": {"code": "DR"},
        "currency": "KWD",
        "account": {"name": "Administrate"},
        "step": {"id": gid("OpportunityStep", 3)},
        "pipeline": {"id": gid("Pipeline", 1)},
        "contact": {"name": "Lea Learner"},
        "contactRoles": [{"role": "buyer", "isPrimary": True}],
        "owner": {"name": "Max Manager"},
        "assignedTo": {"nodes": [{"name": "Mia Member"}]},
        "teams": {"nodes": [{"name": "Field"}]},
        "tags": {"nodes": [{"name": "key"}]},
        "amount": "1234.567",
        "value": {
            "grandTotal": "1234.567",
            "weighted": payload["opportunity"]["value"]["weighted"],
        },
        "probability": 42,
        "expectedCloseDate": "2031-12-31",
        "leadSource": "fair",
        "description": "Çok güzel \U0001f600",
        "nextStep": "call",
        "forecastCategory": "commit",
        "externalId": "X-1",
    }


async def test_a_currency_is_named_by_its_code_or_by_its_id(ask: Ask) -> None:
    for unit in ("EUR", gid("Currency", "EUR")):
        payload = await ask.done(
            "opportunities.create",
            {"name": "In euros", "financialUnitId": unit},
            "opportunity { financialUnit { id ... on Currency { code symbol } } }",
        )
        assert payload["opportunity"]["financialUnit"] == {
            "id": gid("Currency", "EUR"),
            "code": "EUR",
            "symbol": "€",
        }


async def test_without_a_currency_it_is_the_region_s_else_the_organisation_s(ask: Ask) -> None:
    for region, expected in ((gid("Region", "DR"), "GBP"), (None, "USD")):
        payload = await ask.done(
            "opportunities.create",
            {"name": "Somewhere", "regionId": region, "financialUnitId": None},
            "opportunity { currency }",
        )
        assert payload["opportunity"]["currency"] == expected


async def test_what_an_update_does_not_name_is_untouched_and_null_clears(ask: Ask) -> None:
    id = await ask.opportunity(
        accountId=gid("Account", 1), leadSource="fair", amount="10", tags=[gid("Tag", 1)]
    )
    selected = (
        "opportunity { name version leadSource account { id } amount tags { totalCount }"
        " step { name } }"
    )
    payload = await ask.done(
        "opportunities.update", {"id": id, "name": "New name", "accountId": None}, selected
    )
    assert payload["opportunity"] == {
        "name": "New name",
        "version": 2,
        "leadSource": "fair",
        "account": None,
        "amount": "10.00",
        "tags": {"totalCount": 1},
        "step": {"name": "Proposed"},
    }
    cleared = {"id": id, "leadSource": None, "amount": None, "tags": None, "name": "New name"}
    payload = await ask.done("opportunities.update", cleared, selected)
    assert payload["opportunity"]["leadSource"] is None
    assert payload["opportunity"]["amount"] is None
    assert payload["opportunity"]["tags"] == {"totalCount": 0}
    assert payload["opportunity"]["version"] == 3


async def test_an_update_that_changes_nothing_is_no_change(ask: Ask) -> None:
    id = await ask.opportunity(amount="10")
    before = await ask.everything()
    same = {"id": id, "name": "A deal", "amount": "10.00"}
    payload = await ask.done("opportunities.update", same, "opportunity { version }")
    assert payload["opportunity"] == {"version": 1}
    assert await ask.everything() == before


async def test_update_takes_opportunity_id_and_the_other_verbs_take_id(ask: Ask) -> None:
    id = await ask.opportunity()
    for key in ({"id": id}, {"opportunityId": id}, {"id": id, "opportunityId": id}):
        await ask.done("opportunities.update", {**key, "name": "x"}, "opportunity { id }")
        payload = await ask.done(
            "opportunities.progress",
            {**key, "stepId": gid("OpportunityStep", 3), "noop": True},
            "opportunity { id }",
        )
        assert payload["opportunity"] == {"id": id}


async def test_one_of_the_two_spellings_of_the_key_must_name_the_record(ask: Ask) -> None:
    id, other = await ask.opportunity(), await ask.opportunity()
    for verb in ("update", "progress", "delete", "restore"):
        name = f"opportunities.{verb}"
        assert await ask.why(name, {}) == [("VALUE_REQUIRED", "opportunityId")]
        both = {"id": id, "opportunityId": other}
        assert await ask.why(name, both) == [("VALUE_INVALID", "id")]


async def test_a_refusal_points_at_the_spelling_that_the_client_used(ask: Ask) -> None:
    for spelling in ("id", "opportunityId"):
        for wrong in (gid("Opportunity", 999), gid("Account", 1), "nonsense"):
            input = {spelling: wrong, "stepId": gid("OpportunityStep", 4)}
            assert await ask.why("opportunities.progress", input) == [("NOT_FOUND", spelling)]


async def test_progress_moves_along_a_transition_and_fills_in_what_winning_means(ask: Ask) -> None:
    id = await ask.opportunity(amount="200")
    selected = "opportunity { step { name stage { state } } probability version actualCloseDate }"
    moved = await ask.done(
        "opportunities.progress",
        {"opportunityId": id, "stepId": gid("OpportunityStep", 4)},
        selected,
    )
    assert moved["opportunity"] == {
        "step": {"name": "Opportunity", "stage": {"state": "Open"}},
        "probability": 50,
        "version": 2,
        "actualCloseDate": None,
    }
    won = await ask.done(
        "opportunities.progress",
        {"opportunityId": id, "transitionId": gid("Transition", 2), "reason": "a good price"},
        selected,
    )
    assert won["opportunity"]["step"] == {"name": "Won", "stage": {"state": "Won"}}
    assert won["opportunity"]["probability"] == 100
    assert won["opportunity"]["actualCloseDate"] is not None


async def test_a_missing_transition_is_refused_to_the_byte_as_published(ask: Ask) -> None:
    id = await ask.opportunity()
    (error,) = await ask.refused(
        "opportunities.progress", {"opportunityId": id, "stepId": gid("OpportunityStep", 5)}
    )
    assert error == {
        "label": "Transition Not Found",
        "message": "Transition from step T3Bwb3J0dW5pdHlTdGVwOjM="
        " to step T3Bwb3J0dW5pdHlTdGVwOjU= not found",
        "value": None,
        "code": "TRANSITION_NOT_FOUND",
        "path": ["input", "stepId"],
        "retryable": False,
    }
    (attempt,) = await ask.stored.rows(models.TransitionAttempt)
    assert (attempt.from_step_id, attempt.to_step_id, attempt.request_id) == (3, 5, "test")


async def test_deleting_answers_the_record_and_hides_it_until_it_is_restored(ask: Ask) -> None:
    id = await ask.opportunity()
    deleted = await ask.done("opportunities.delete", {"opportunityId": id}, STANDS)
    assert deleted["opportunity"] == {"id": id, "version": 2, "step": {"name": "Proposed"}}
    gone = await ask.read("query($id: ID!) { opportunity(id: $id) { id } }", {"id": id})
    assert gone == {"opportunity": None}
    assert await ask.why("opportunities.update", {"id": id, "name": "x"}) == [("NOT_FOUND", "id")]
    restored = await ask.done("opportunities.restore", {"opportunityId": id}, STANDS)
    assert restored["opportunity"]["version"] == 3
    there = await ask.read("query($id: ID!) { opportunity(id: $id) { id } }", {"id": id})
    assert there == {"opportunity": {"id": id}}
    assert await ask.done("opportunities.restore", {"opportunityId": id}, STANDS) == restored


async def test_a_member_who_gives_an_opportunity_away_gets_it_back_once(ask: Ask) -> None:
    """Sight is asked before the write, so the answer shows what the next request does not."""
    payload = await ask.done(
        "opportunities.create",
        {"name": "Mine", "ownerId": gid("User", 5)},
        "opportunity { id owner { name } }",
        Role.MEMBER,
    )
    assert payload["opportunity"]["owner"] == {"name": "Ned Neighbour"}
    id = await ask.opportunity(ownerId=gid("User", 3))
    given_away = await ask.done(
        "opportunities.update",
        {"id": id, "ownerId": gid("User", 5)},
        "opportunity { id owner { name } interests { totalCount } }",
        Role.MEMBER,
    )
    assert given_away["opportunity"]["owner"] == {"name": "Ned Neighbour"}
    again = await ask.why("opportunities.update", {"id": id, "name": "x"}, Role.MEMBER)
    assert again == [("NOT_FOUND", "id")]


async def test_a_member_who_deletes_gets_the_record_back(ask: Ask) -> None:
    made = await ask.done(
        "opportunities.create", {"name": "Mine"}, "opportunity { id }", Role.MEMBER
    )
    input = {"opportunityId": made["opportunity"]["id"]}
    deleted = await ask.done("opportunities.delete", input, "opportunity { id name }", Role.MEMBER)
    assert deleted["opportunity"] == {"id": input["opportunityId"], "name": "Mine"}


async def test_a_payload_takes_arguments_variables_fragments_and_aliases(ask: Ask) -> None:
    id = await ask.opportunity()
    for place in range(3):
        await ask.interest(id, gid("LearningPath", 1), quantity=place + 1)
    document = """
        mutation M($id: ID!, $n: Int!, $key: String!, $more: Boolean = false) {
          __typename
          deals: opportunities {
            __typename
            renamed: update(input: {id: $id, name: $key}) { ...Answer }
          }
        }
        fragment Answer on OpportunityPayload {
          __typename
          errors { label }
          it: opportunity {
            name
            skipped: legacyId @include(if: $more)
            ... on Node { id }
            some: interests(first: $n, orderBy: [{field: id}]) {
              totalCount
              nodes { __typename quantity ... on TrainingTokenInterest { expiresAt } }
            }
          }
        }
    """
    answered = await ask(document, {"id": id, "n": 2, "key": "keys"})
    assert answered == {
        "data": {
            "__typename": "Mutation",
            "deals": {
                "__typename": "OpportunityMutations",
                "renamed": {
                    "__typename": "OpportunityPayload",
                    "errors": [],
                    "it": {
                        "name": "keys",
                        "id": id,
                        "some": {
                            "totalCount": 3,
                            "nodes": [
                                {"__typename": "LearningPathInterest", "quantity": 1},
                                {"__typename": "LearningPathInterest", "quantity": 2},
                            ],
                        },
                    },
                },
            },
        }
    }


async def test_a_malformed_filter_in_a_payload_fails_the_request_before_the_write(
    ask: Ask,
) -> None:
    id = await ask.opportunity()
    before = await ask.everything()
    for value in ('"x"', "$v"):
        answered = await ask(
            'mutation($id: ID!, $v: String = "x") { opportunities { update(input: {id: $id,'
            " name: $v}) { opportunity { interests(filters: [{field: id, operation: eq,"
            f" value: {value}}}]) {{ totalCount }} }} }} }} }}",
            {"id": id},
        )
        assert answered["errors"][0]["extensions"]["code"] == "FILTER_MALFORMED"
        assert "data" not in answered
    assert await ask.everything() == before
