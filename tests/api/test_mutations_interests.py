"""Interests and places through `opportunities { … }`."""

from datetime import UTC, datetime, timedelta

from tests.api.asking import Ask, gid
from tests.organisations import TOKEN_TYPE

EVENT = gid("Event", 1)
TEMPLATE = gid("CourseTemplate", 11)
PATH = gid("LearningPath", 1)
TOKENS = gid("TrainingTokenType", TOKEN_TYPE)
ADD = "opportunities.addInterest"


async def test_the_id_s_prefix_says_what_kind_of_interest_it_is(ask: Ask) -> None:
    id = await ask.opportunity()
    payload = await ask.done(
        ADD,
        {
            "opportunityId": id,
            "interests": [
                {"id": TEMPLATE, "quantity": 2, "courseDetails": {}},
                {"id": EVENT, "eventDetails": None},
                {"id": PATH, "unitAmount": "10.50"},
                {"id": TOKENS, "trainingTokenDetails": {"expiresAt": "2031-01-01T00:00:00"}},
            ],
        },
        "opportunity { value { grandTotal } amountSource }"
        " interests { __typename quantity unitAmount totalAmount item { id }"
        " ... on TrainingTokenInterest { expiresAt } opportunity { id } }",
    )
    assert payload["opportunity"]["value"] == {"grandTotal": "2560.50"}
    assert payload["opportunity"]["amountSource"] == "INTERESTS"
    found = [
        (each["__typename"], each["quantity"], each["totalAmount"], each["item"]["id"])
        for each in payload["interests"]
    ]
    assert found == [
        ("CourseTemplateInterest", 2, "2000.00", TEMPLATE),
        ("EventInterest", 1, "500.00", EVENT),
        ("LearningPathInterest", 1, "10.50", PATH),
        ("TrainingTokenInterest", 1, "50.00", TOKENS),
    ]
    assert payload["interests"][3]["expiresAt"] == "2031-01-01T00:00:00.000000Z"
    assert {each["opportunity"]["id"] for each in payload["interests"]} == {id}


async def test_learners_are_contacts_or_newly_named(ask: Ask) -> None:
    id = await ask.opportunity()
    people = {
        "existingLearners": [gid("Contact", 1)],
        "newLearners": [{"firstName": "Nina", "lastName": "New", "email": "nina@new.example"}],
    }
    for item, block in (
        (TEMPLATE, "courseDetails"),
        (EVENT, "eventDetails"),
        (PATH, "learningPathDetails"),
    ):
        payload = await ask.done(
            ADD,
            {"opportunityId": id, "interestDetails": {"id": item, "quantity": 2, block: people}},
            "interests { learners { contact { name } firstName lastName email } }",
        )
        existing, new = payload["interests"][0]["learners"]
        assert existing["contact"] == {"name": "Lea Learner"}
        assert new == {
            "contact": None,
            "firstName": "Nina",
            "lastName": "New",
            "email": "nina@new.example",
        }


async def test_an_interest_is_changed_and_removed_without_its_opportunity_s_id(ask: Ask) -> None:
    id = await ask.opportunity()
    interest = await ask.interest(
        id,
        EVENT,
        quantity=2,
        reserve=True,
        taxId=gid("TaxType", 1),
        eventDetails={"existingLearners": [gid("Contact", 1)]},
    )
    selected = (
        "opportunity { id version value { grandTotal } isReservationValid }"
        " interests { id quantity unitAmount taxType { id } reservedPlaces learners { email } }"
    )
    changes = {"quantity": 3, "unitAmount": "7", "taxId": None, "eventDetails": {"newLearners": []}}
    changed = await ask.done(
        "opportunities.updateInterest", {"interestId": interest, **changes}, selected
    )
    assert changed["opportunity"]["id"] == id
    assert changed["opportunity"]["value"] == {"grandTotal": "21.00"}
    (after,) = changed["interests"]
    assert after == {
        "id": interest,
        "quantity": 3,
        "unitAmount": "7.00",
        "taxType": None,
        "reservedPlaces": 3,
        "learners": after["learners"],
    }
    assert len(after["learners"]) == 1
    cleared = {"interestId": interest, "eventDetails": {"existingLearners": None}, "reserve": False}
    payload = await ask.done("opportunities.updateInterest", cleared, selected)
    assert payload["interests"][0]["learners"] == []
    assert payload["interests"][0]["reservedPlaces"] == 0
    removed = await ask.done("opportunities.removeInterest", {"interestId": interest}, selected)
    assert removed["interests"] == []
    assert removed["opportunity"]["value"] == {"grandTotal": "0.00"}


async def test_a_null_price_means_the_item_s_price_as_it_is_now(ask: Ask) -> None:
    id = await ask.opportunity()
    interest = await ask.interest(id, EVENT, unitAmount="1")
    payload = await ask.done(
        "opportunities.updateInterest",
        {"interestId": interest, "unitAmount": None},
        "interests { unitAmount }",
    )
    assert payload["interests"] == [{"unitAmount": "500.00"}]


async def test_places_are_reserved_extended_released_and_reserved_again(ask: Ask) -> None:
    id = await ask.opportunity()
    interest = await ask.interest(id, EVENT, quantity=4)
    selected = (
        "opportunity { id isReservationValid reservationsValidUntil }"
        " interests { id reservedPlaces item { ... on Event { remainingPlaces } } }"
    )
    reserved = await ask.done(
        "opportunities.reservePlacesForInterests", {"interestIds": [interest]}, selected
    )
    held = {"id": interest, "reservedPlaces": 4, "item": {"remainingPlaces": 6}}
    assert reserved == {
        "errors": [],
        "replayed": False,
        "opportunity": {"id": id, "isReservationValid": True, "reservationsValidUntil": None},
        "interests": [held],
    }
    until = (datetime.now(UTC) + timedelta(days=7)).replace(microsecond=0)
    extended = await ask.done(
        "opportunities.extendReservations",
        {"opportunityId": id, "reservationsValidUntil": until.replace(tzinfo=None).isoformat()},
        selected,
    )
    told = until.strftime("%Y-%m-%dT%H:%M:%S.000000Z")
    assert extended["opportunity"]["reservationsValidUntil"] == told
    assert extended["interests"] == [held]
    released = await ask.done("opportunities.releaseReservations", {"opportunityId": id}, selected)
    assert released["opportunity"]["isReservationValid"] is False
    assert released["interests"][0]["item"] == {"remainingPlaces": 10}
    again = {"opportunityId": id, "interestIds": [interest]}
    await ask.done("opportunities.reservePlacesForInterests", again, selected)
    payload = await ask.done("opportunities.releaseReservations", again, selected)
    assert payload["interests"][0]["reservedPlaces"] == 0


async def test_no_end_must_be_said(ask: Ask) -> None:
    id = await ask.opportunity()
    await ask.interest(id, EVENT, reserve=True)
    verb = "opportunities.extendReservations"
    assert await ask.why(verb, {"opportunityId": id}) == [
        ("VALUE_REQUIRED", "reservationsValidUntil")
    ]
    await ask.done(
        verb, {"opportunityId": id, "reservationsValidUntil": None}, "replayed2: replayed"
    )


async def test_calls_that_would_do_nothing_are_refused(ask: Ask) -> None:
    id = await ask.opportunity()
    event, path = await ask.interest(id, EVENT), await ask.interest(id, PATH)
    for verb, input, refusal in (
        ("releaseReservations", {"opportunityId": id}, ("VALUE_INVALID", "opportunityId")),
        (
            "releaseReservations",
            {"opportunityId": id, "interestIds": [event]},
            ("VALUE_INVALID", "interestIds.0"),
        ),
        (
            "extendReservations",
            {"id": id, "reservationsValidUntil": "2031-01-01T00:00:00Z"},
            ("VALUE_INVALID", "id"),
        ),
        ("reservePlacesForInterests", {"interestIds": []}, ("VALUE_REQUIRED", "interestIds")),
        (
            "reservePlacesForInterests",
            {"interestIds": [event, path]},
            ("VALUE_INVALID", "interestIds.1"),
        ),
        (
            "reservePlacesForInterests",
            {"interestIds": [event, event]},
            ("VALUE_INVALID", "interestIds"),
        ),
        ("addInterest", {"opportunityId": id}, ("VALUE_REQUIRED", "interestDetails")),
        (
            "addInterest",
            {"opportunityId": id, "interests": []},
            ("VALUE_REQUIRED", "interestDetails"),
        ),
    ):
        assert await ask.why(f"opportunities.{verb}", input) == [refusal], (verb, input)


async def test_what_is_wrong_with_interests_is_told_with_its_place(ask: Ask) -> None:
    id = await ask.opportunity()
    learner = {"firstName": "N", "lastName": "L"}
    one = gid("Contact", 1)
    for details, refusals in (
        ({"id": EVENT, "quantity": 0}, [("VALUE_INVALID", "quantity")]),
        ({"id": EVENT, "quantity": -1}, [("VALUE_INVALID", "quantity")]),
        ({"id": EVENT, "quantity": 100_001}, [("VALUE_INVALID", "quantity")]),
        ({"id": EVENT, "unitAmount": "1.001"}, [("VALUE_INVALID", "unitAmount")]),
        ({"id": EVENT, "unitAmount": "-1"}, [("VALUE_INVALID", "unitAmount")]),
        ({"id": EVENT, "unitAmount": "1" + "0" * 14}, [("VALUE_INVALID", "unitAmount")]),
        (
            {"id": EVENT, "quantity": 0, "unitAmount": "0.001"},
            [("VALUE_INVALID", "quantity"), ("VALUE_INVALID", "unitAmount")],
        ),
        ({"id": gid("CourseTemplate", 12), "unitAmount": "1"}, [("ITEM_NOT_AVAILABLE", "id")]),
        ({"id": gid("CourseTemplate", 99)}, [("NOT_FOUND", "id")]),
        ({"id": gid("Account", 1)}, [("NOT_FOUND", "id")]),
        ({"id": "?"}, [("NOT_FOUND", "id")]),
        ({"id": EVENT, "taxId": gid("TaxType", 99)}, [("NOT_FOUND", "taxId")]),
        ({"id": EVENT, "taxId": EVENT}, [("NOT_FOUND", "taxId")]),
        ({"id": EVENT, "quantity": 11, "reserve": True}, [("NOT_ENOUGH_PLACES", "quantity")]),
        ({"id": PATH, "reserve": True}, [("VALUE_INVALID", "reserve")]),
        ({"id": EVENT, "courseDetails": {}}, [("VALUE_INVALID", "courseDetails")]),
        (
            {"id": EVENT, "courseDetails": {}, "eventDetails": {}},
            [("VALUE_INVALID", "eventDetails")],
        ),
        (
            {"id": TOKENS, "eventDetails": {"newLearners": [learner]}},
            [("VALUE_INVALID", "eventDetails")],
        ),
        (
            {"id": EVENT, "trainingTokenDetails": {"expiresAt": "2031-01-01T00:00:00"}},
            [("VALUE_INVALID", "trainingTokenDetails")],
        ),
        (
            {"id": EVENT, "eventDetails": {"newLearners": [learner, learner]}},
            [("TOO_MANY_LEARNERS", "eventDetails")],
        ),
        (
            {
                "id": PATH,
                "learningPathDetails": {"existingLearners": [one], "newLearners": [learner]},
            },
            [("TOO_MANY_LEARNERS", "learningPathDetails")],
        ),
        (
            {"id": EVENT, "eventDetails": {"existingLearners": [gid("Contact", 9)]}},
            [("NOT_FOUND", "eventDetails.existingLearners.0")],
        ),
        (
            {"id": EVENT, "quantity": 2, "eventDetails": {"existingLearners": [one, one]}},
            [("VALUE_INVALID", "eventDetails.existingLearners")],
        ),
        (
            {"id": EVENT, "eventDetails": {"newLearners": [{"firstName": " ", "lastName": "L"}]}},
            [("VALUE_REQUIRED", "eventDetails.newLearners.0.firstName")],
        ),
        (
            {"id": EVENT, "eventDetails": {"newLearners": [{**learner, "email": "no"}]}},
            [("VALUE_INVALID", "eventDetails.newLearners.0.email")],
        ),
    ):
        input = {"opportunityId": id, "interestDetails": details}
        expected = [(code, f"interestDetails.{path}") for code, path in refusals]
        assert await ask.why(ADD, input) == expected, details
        several = {"opportunityId": id, "interests": [{"id": TEMPLATE}, details]}
        expected = [(code, f"interests.1.{path}") for code, path in refusals]
        assert await ask.why(ADD, several) == expected, details


async def test_an_item_without_a_price_needs_one(ask: Ask) -> None:
    id = await ask.opportunity(financialUnitId="JPY")
    assert await ask.why(ADD, {"id": id, "interestDetails": {"id": EVENT}}) == [
        ("VALUE_REQUIRED", "interestDetails.unitAmount")
    ]
    assert await ask.why(
        ADD, {"id": id, "interestDetails": {"id": EVENT, "unitAmount": "1.5"}}
    ) == [("VALUE_INVALID", "interestDetails.unitAmount")]


async def test_a_sold_out_event_refuses_with_what_is_left(ask: Ask) -> None:
    id = await ask.opportunity()
    await ask.interest(id, EVENT, quantity=9, reserve=True)
    (error,) = await ask.refused(
        ADD, {"opportunityId": id, "interestDetails": {"id": EVENT, "quantity": 2, "reserve": True}}
    )
    assert error["label"] == "Not Enough Places"
    assert error["message"] == "My New Course in London has 1 place left, 2 asked"
    assert error["value"] == EVENT
