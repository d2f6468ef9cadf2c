"""Verbs of one document: one after another, each in a transaction of its own."""

from pipeline_gql.store import models
from tests.api.asking import Ask, gid


async def test_two_moves_in_one_document_are_made_in_its_order(ask: Ask) -> None:
    id = await ask.opportunity()
    document = """
        mutation($id: ID!, $first: ID!, $second: ID!) {
          opportunities {
            z: progress(input: {opportunityId: $id, stepId: $first}) {
              errors { code } opportunity { version step { name } }
            }
            a: progress(input: {opportunityId: $id, stepId: $second}) {
              errors { code } opportunity { version step { name } }
            }
          }
        }
    """
    variables = {"id": id, "first": gid("OpportunityStep", 4), "second": gid("OpportunityStep", 5)}
    answered = await ask(document, variables)
    assert list(answered["data"]["opportunities"]) == ["z", "a"]
    assert answered["data"]["opportunities"] == {
        "z": {"errors": [], "opportunity": {"version": 2, "step": {"name": "Opportunity"}}},
        "a": {"errors": [], "opportunity": {"version": 3, "step": {"name": "Won"}}},
    }
    stays = await ask.stored.rows(models.StepStay)
    assert [stay.step_id for stay in stays] == [3, 4, 5]
    assert stays[0].left_at == stays[1].entered_at < stays[1].left_at == stays[2].entered_at


async def test_the_refusal_of_one_verb_leaves_the_work_of_the_others(ask: Ask) -> None:
    id = await ask.opportunity()
    document = """
        mutation($id: ID!, $nowhere: ID!) {
          opportunities {
            one: update(input: {id: $id, name: "One"}) { errors { code } opportunity { name } }
            two: progress(input: {opportunityId: $id, stepId: $nowhere}) {
              errors { code } opportunity { name }
            }
            three: update(input: {id: $id, leadSource: "fair"}) {
              errors { code } opportunity { name leadSource version }
            }
          }
          account { create(input: {name: ""}) { errors { code } account { id } } }
          contact {
            create(input: {firstName: "A", lastName: "B"}) { errors { code } contact { name } }
          }
        }
    """
    answered = await ask(document, {"id": id, "nowhere": gid("OpportunityStep", 7)})
    assert answered == {
        "data": {
            "opportunities": {
                "one": {"errors": [], "opportunity": {"name": "One"}},
                "two": {"errors": [{"code": "TRANSITION_NOT_FOUND"}], "opportunity": None},
                "three": {
                    "errors": [],
                    "opportunity": {"name": "One", "leadSource": "fair", "version": 3},
                },
            },
            "account": {"create": {"errors": [{"code": "VALUE_REQUIRED"}], "account": None}},
            "contact": {"create": {"errors": [], "contact": {"name": "A B"}}},
        }
    }


async def test_a_later_verb_builds_on_an_earlier_one(ask: Ask) -> None:
    """Not by its id, which the client does not know yet, but by what it did."""
    first = await ask.opportunity()
    second = await ask.opportunity()
    document = """
        mutation($first: ID!, $second: ID!, $event: ID!) {
          opportunities {
            a: addInterest(input: {opportunityId: $first,
              interestDetails: {id: $event, quantity: 10, reserve: true}}) { errors { code } }
            b: addInterest(input: {opportunityId: $second,
              interestDetails: {id: $event, quantity: 1, reserve: true}}) { errors { code } }
            c: releaseReservations(input: {opportunityId: $first}) { errors { code } }
            d: addInterest(input: {opportunityId: $second,
              interestDetails: {id: $event, quantity: 1, reserve: true}}) { errors { code } }
          }
        }
    """
    variables = {"first": first, "second": second, "event": gid("Event", 1)}
    done = (await ask(document, variables))["data"]["opportunities"]
    assert [payload["errors"] for payload in done.values()] == [
        [],
        [{"code": "NOT_ENOUGH_PLACES"}],
        [],
        [],
    ]


async def test_a_namespace_given_twice_is_one(ask: Ask) -> None:
    document = """
        mutation($id: ID!) {
          opportunities { a: update(input: {id: $id, name: "A"}) { opportunity { name } } }
          opportunities { b: update(input: {id: $id, name: "B"}) { opportunity { name } } }
        }
    """
    answered = await ask(document, {"id": await ask.opportunity()})
    assert answered["data"]["opportunities"] == {
        "a": {"opportunity": {"name": "A"}},
        "b": {"opportunity": {"name": "B"}},
    }


async def test_a_verb_that_is_skipped_does_nothing(ask: Ask) -> None:
    id = await ask.opportunity()
    document = """
        mutation($id: ID!, $wanted: Boolean!) {
          opportunities {
            update(input: {id: $id, name: "No"}) @include(if: $wanted) { opportunity { name } }
            delete(input: {opportunityId: $id}) @skip(if: true) { opportunity { name } }
          }
        }
    """
    before = await ask.everything()
    answered = await ask(document, {"id": id, "wanted": False})
    assert answered == {"data": {"opportunities": {}}}
    assert await ask.everything() == before
    answered = await ask(document, {"id": id, "wanted": True})
    assert answered == {"data": {"opportunities": {"update": {"opportunity": {"name": "No"}}}}}
