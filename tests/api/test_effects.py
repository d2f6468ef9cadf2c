"""`effects`: what a mutation brought about, or with `dryRun` would."""

from typing import Any

from tests.api.asking import Ask, gid
from tests.api.test_dry_runs import delta
from tests.api.walking import administrator, worth
from tests.server import DatabaseUrls

TOLD = "effects { created { __typename id } events { type version fields } %s }"
DELTA = "forecastDelta { currency value weighted }"
SHOWN = TOLD % DELTA


async def test_effects_follow_a_sale_and_add_up_to_what_is_left(
    ask: Ask, urls: DatabaseUrls
) -> None:
    made = await ask.done(
        "opportunities.create",
        {"name": "A", "amount": "100.01", "financialUnitId": "USD"},
        f"opportunity {{ id }} {SHOWN}",
    )
    id = made["opportunity"]["id"]
    assert made["effects"]["created"] == [{"__typename": "Opportunity", "id": id}]
    assert [event["type"] for event in made["effects"]["events"]] == ["opportunity.created"]
    steps: list[tuple[str, dict[str, Any], list[str]]] = [
        ("update", {"amount": "50", "probability": 33}, ["opportunity.updated"]),
        ("update", {"financialUnitId": "GBP"}, ["opportunity.updated"]),
        ("progress", {"stepId": gid("OpportunityStep", 4)}, ["opportunity.moved"]),
        ("progress", {"stepId": gid("OpportunityStep", 5)}, ["opportunity.moved"]),
        ("delete", {}, ["opportunity.deleted"]),
        ("restore", {}, ["opportunity.restored"]),
        ("addTag", {"tagId": gid("Tag", 1)}, ["opportunity.tagged"]),
    ]
    moved: list[Any] = [delta(made)]
    for verb, input, events in steps:
        payload = await ask.done(f"opportunities.{verb}", {"id": id, **input}, SHOWN)
        assert payload["effects"]["created"] == []
        told = [event["type"] for event in payload["effects"]["events"]]
        assert (told, verb) == (events, verb)
        moved.append(delta(payload))
    assert moved[-1] == {}
    async with administrator(urls) as connection:
        left = await worth(connection, ask.organisation.org_id)
    for currency in ("USD", "GBP"):
        sums = [sum(each.get(currency, (0, 0))[i] for each in moved) * 10_000 for i in (0, 1)]
        assert tuple(sums) == left.get(currency, (0, 0))


async def test_new_records_can_be_read_at_once_and_in_a_dry_run_too(ask: Ask) -> None:
    id = await ask.lead(company="Lone Ltd")
    selected = """effects { created {
      __typename ... on Node { id } ... on Opportunity { name owner { name } step { name } }
      ... on Account { name opportunities(first: 1) { nodes { name } } }
    } }"""
    told: list[Any] = []
    for dry in (True, False):
        payload = await ask.done("lead.convert", {"leadId": id, "dryRun": dry}, selected)
        told.append(payload["effects"]["created"])
        for record in told[-1]:
            record.pop("id")
    assert told[0] == told[1]
    names = [record["__typename"] for record in told[1]]
    assert names == ["Account", "Contact", "Opportunity"]
    account, _, opportunity = told[1]
    assert account["name"] == "Lone Ltd"
    assert account["opportunities"]["nodes"] == [{"name": opportunity["name"]}]
    assert opportunity["step"] == {"name": "Proposed"}


async def test_a_selection_that_cannot_be_asked_is_refused_before_anything_is_done(
    ask: Ask,
) -> None:
    before = await ask.everything()
    answered = await ask("""mutation { account { create(input: {name: "A"}) { effects {
      made: created { ... on Account { opportunities(after: "nonsense") { totalCount } } }
    } } } }""")
    assert "data" not in answered
    assert answered["errors"][0]["message"].startswith("made: ")
    assert await ask.everything() == before


async def test_a_refusal_has_no_effects_and_a_retry_has_the_first_call_s(ask: Ask) -> None:
    refused = await ask.verb("account.create", {"name": ""}, SHOWN)
    assert refused["effects"] is None
    input = {"name": "A", "idempotencyKey": "k"}
    first = await ask.done("account.create", input, SHOWN)
    assert await ask.verb("account.create", input, SHOWN) == {**first, "replayed": True}
    other = await ask.verb("account.create", input, f"account {{ name }} {SHOWN}")
    assert (other["account"], other["effects"]) == ({"name": "A"}, None)


async def test_each_verb_of_an_atomic_namespace_tells_its_own(ask: Ask) -> None:
    document = f"""mutation($id: ID!) {{ opportunities(atomic: true) {{
      a: update(input: {{id: $id, amount: "10", financialUnitId: "USD"}}) {{ {SHOWN} }}
      b: update(input: {{id: $id, amount: "30"}}) {{ {SHOWN} }}
      c: addComment(input: {{opportunityId: $id, body: "Well."}}) {{ {SHOWN} }}
    }} }}"""
    id = await ask.opportunity()
    told = (await ask(document, {"id": id}))["data"]["opportunities"]
    values = [[str(value) for value, _ in delta(told[name]).values()] for name in "abc"]
    assert values == [["10.00"], ["20.00"], []]
    assert [len(told[name]["effects"]["events"]) for name in "abc"] == [1, 1, 1]
    assert [each["__typename"] for each in told["c"]["effects"]["created"]] == ["Comment"]
