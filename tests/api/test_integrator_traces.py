"""What integrators of the training API send in practice, one trace a test."""

from tests.api.asking import Ask, gid

EVENT = gid("Event", 1)


async def test_opportunities_of_a_step_are_listed_page_by_page(ask: Ask) -> None:
    made = [await ask.opportunity(name=f"Deal {i}") for i in range(3)]
    await ask.interest(made[0], EVENT)
    document = """
        query Opportunities($stepId: String!, $first: Int, $offset: Int) {
          opportunities(
            filters: [{field: stepId, operation: eq, value: $stepId}]
            first: $first
            offset: $offset
          ) {
            pageInfo { totalRecords hasNextPage }
            edges {
              node {
                id
                name
                activeInvoiceId
                salesDocument { ... on Invoice { id lifecycleState } }
                attributes { definitionKey value }
                interests {
                  edges { node { id item { id ... on Event { title startDate } } } }
                }
              }
            }
          }
        }
    """
    seen: list[str] = []
    for offset in (0, 2):
        found = await ask.read(
            document, {"stepId": gid("OpportunityStep", 3), "first": 2, "offset": offset}
        )
        page = found["opportunities"]
        assert page["pageInfo"] == {"totalRecords": 3, "hasNextPage": offset == 0}
        seen += [edge["node"]["id"] for edge in page["edges"]]
        if offset == 0:
            node = page["edges"][0]["node"]
            assert node["activeInvoiceId"] is None
            assert node["salesDocument"] is None
            assert node["attributes"] == []
            (interest,) = node["interests"]["edges"]
            assert interest["node"]["item"] == {
                "id": EVENT,
                "title": "My New Course in London",
                "startDate": "2031-03-03",
            }
    assert seen == made


async def test_an_opportunity_is_created_with_a_step_and_a_raw_currency(ask: Ask) -> None:
    document = """
        mutation Create {
          opportunities {
            create(input: {
              name: "From the web shop"
              entryStepId: "T3Bwb3J0dW5pdHlTdGVwOjM="
              financialUnitId: "USD"
              regionId: "UmVnaW9uOkRS"
              accountId: "T3JnYW5pc2F0aW9uOjE="
            }) {
              errors { label message value }
              opportunity { id legacyId name step { id } financialUnit { name } account { id } }
            }
          }
        }
    """
    created = (await ask(document))["data"]["opportunities"]["create"]
    assert created["errors"] == []
    assert created["opportunity"]["step"] == {"id": "T3Bwb3J0dW5pdHlTdGVwOjM="}
    assert created["opportunity"]["financialUnit"] == {"name": "U.S. Dollars"}
    assert created["opportunity"]["account"] == {"id": "T3JnYW5pc2F0aW9uOjE="}


async def test_an_event_is_added_with_a_tax_and_no_details(ask: Ask) -> None:
    id = await ask.opportunity(financialUnitId="USD")
    document = """
        mutation AddInterest($opportunityId: ID!, $eventId: ID!, $taxId: ID, $price: Decimal) {
          opportunities {
            addInterest(input: {
              opportunityId: $opportunityId
              interestDetails: {id: $eventId, quantity: 2, unitAmount: $price, taxId: $taxId}
            }) {
              errors { label message value }
              opportunity { id value { grandTotal } }
              interests { id totalAmount item { id } }
            }
          }
        }
    """
    variables = {"opportunityId": id, "eventId": EVENT, "taxId": gid("TaxType", 1)}
    added = await ask(document, {**variables, "price": "99.95"})
    payload = added["data"]["opportunities"]["addInterest"]
    assert payload["errors"] == []
    assert payload["opportunity"] == {"id": id, "value": {"grandTotal": "239.88"}}
    assert payload["interests"][0]["totalAmount"] == "199.90"
    assert payload["interests"][0]["item"] == {"id": EVENT}
    added = await ask(document, variables)
    (interest,) = added["data"]["opportunities"]["addInterest"]["interests"]
    assert interest["totalAmount"] == "1000.00"


async def test_an_opportunity_is_moved_with_two_variables(ask: Ask) -> None:
    document = """
        mutation Progress($opportunityId: ID!, $stepId: ID!) {
          opportunities {
            progress(input: {opportunityId: $opportunityId, stepId: $stepId}) {
              errors { label message value }
              opportunity { id step { id name } }
            }
          }
        }
    """
    id = await ask.opportunity()
    variables = {"opportunityId": id, "stepId": "T3Bwb3J0dW5pdHlTdGVwOjQ="}
    moved = await ask(document, variables)
    assert moved["data"]["opportunities"]["progress"] == {
        "errors": [],
        "opportunity": {
            "id": id,
            "step": {"id": "T3Bwb3J0dW5pdHlTdGVwOjQ=", "name": "Opportunity"},
        },
    }
    refused = await ask(document, variables)
    assert refused["data"]["opportunities"]["progress"] == {
        "errors": [
            {
                "label": "Transition Not Found",
                "message": "Transition from step T3Bwb3J0dW5pdHlTdGVwOjQ= "
                "to step T3Bwb3J0dW5pdHlTdGVwOjQ= not found",
                "value": None,
            }
        ],
        "opportunity": None,
    }


async def test_the_steps_are_listed_with_their_stages(ask: Ask) -> None:
    found = await ask.read(
        "{ opportunitySteps { edges { node { id name stage { id name state } } } } }"
    )
    steps = [edge["node"] for edge in found["opportunitySteps"]["edges"]]
    assert [(step["name"], step["stage"]["state"]) for step in steps] == [
        ("Proposed", "Open"),
        ("Opportunity", "Open"),
        ("Won", "Won"),
        ("Lost", "Lost"),
        ("Archived", "Archived"),
    ]


async def test_a_hold_is_read_from_the_opportunity(ask: Ask) -> None:
    id = await ask.opportunity()
    document = """
        query Hold($id: ID!) { opportunity(id: $id) { isReservationValid reservationsValidUntil } }
    """
    nothing = {"isReservationValid": False, "reservationsValidUntil": None}
    assert await ask.read(document, {"id": id}) == {"opportunity": nothing}
    await ask.interest(id, EVENT, reserve=True)
    held = {"isReservationValid": True, "reservationsValidUntil": None}
    assert await ask.read(document, {"id": id}) == {"opportunity": held}
    until = {"opportunityId": id, "reservationsValidUntil": "2031-01-01T12:00:00+02:00"}
    await ask.done("opportunities.extendReservations", until, "opportunity { id }")
    held["reservationsValidUntil"] = "2031-01-01T10:00:00.000000Z"
    assert await ask.read(document, {"id": id}) == {"opportunity": held}


async def test_an_event_is_read_with_its_interests_and_whose_they_are(ask: Ask) -> None:
    account = gid("Account", 1)
    ids = [await ask.opportunity(accountId=account) for _ in range(3)]
    for id in ids:
        await ask.interest(id, EVENT)
    document = """
        query Event($id: String!, $first: Int, $after: String) {
          events(filters: {field: id, operation: eq, value: $id}) {
            edges {
              node {
                title
                interests(first: $first, after: $after) {
                  pageInfo { totalRecords hasNextPage endCursor }
                  edges {
                    node {
                      id
                      opportunity {
                        id
                        step { id name }
                        owner { id name }
                        account { id name }
                      }
                    }
                  }
                }
              }
            }
          }
        }
    """
    seen: list[str] = []
    after = None
    for expected in (True, False):
        found = await ask.read(document, {"id": EVENT, "first": 2, "after": after})
        page = found["events"]["edges"][0]["node"]["interests"]
        assert page["pageInfo"]["totalRecords"] == 3
        assert page["pageInfo"]["hasNextPage"] is expected
        after = page["pageInfo"]["endCursor"]
        for edge in page["edges"]:
            whose = edge["node"]["opportunity"]
            assert whose["owner"] == {"id": gid("User", 1), "name": "Ada Admin"}
            assert whose["account"] == {"id": account, "name": "Administrate"}
            assert whose["step"]["name"] == "Proposed"
            seen.append(whose["id"])
    assert seen == ids


async def test_places_are_reserved_for_interests_and_extended(ask: Ask) -> None:
    id = await ask.opportunity()
    interest = await ask.interest(id, EVENT, quantity=2)
    document = """
        mutation Reserve($interestIds: [ID!]!, $opportunityId: ID!, $until: DateTime!) {
          opportunities {
            reservePlacesForInterests(input: {interestIds: $interestIds}) {
              errors { label message value }
            }
            extendReservations(
              input: {opportunityId: $opportunityId, reservationsValidUntil: $until}
            ) {
              errors { label message value }
              opportunity { isReservationValid reservationsValidUntil }
            }
          }
        }
    """
    variables = {"interestIds": [interest], "opportunityId": id, "until": "2031-05-01T00:00:00Z"}
    answered = await ask(document, variables)
    assert answered["data"]["opportunities"] == {
        "reservePlacesForInterests": {"errors": []},
        "extendReservations": {
            "errors": [],
            "opportunity": {
                "isReservationValid": True,
                "reservationsValidUntil": "2031-05-01T00:00:00.000000Z",
            },
        },
    }
