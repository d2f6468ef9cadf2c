"""`opportunities { assign addContact removeContact addTag removeTag }` from end to end."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from pipeline_gql.domain.opportunities import MOST_LINKS
from pipeline_gql.domain.viewer import Role
from pipeline_gql.store import models
from pipeline_gql.store.seeding import insert_rows
from tests.api.asking import Ask, gid

PEOPLE = "opportunity { version owner { id } assignedTo { nodes { id } } }"
CONTACTS = "opportunity { version contact { id } contactRoles { contact { id } role isPrimary } }"
TAGS = "opportunity { version tags { nodes { name } } }"
TAG = gid("Tag", 1)
CONTACT = gid("Contact", 1)
OTHER_TYPE = gid("Account", 1)
NOBODY = 77


def user(number: int) -> str:
    return gid("User", number)


async def contacts(ask: Ask, count: int = 2) -> list[str]:
    """So many, in the order of their numbers."""
    ids = [CONTACT]
    for place in range(1, count):
        made = await ask.done(
            "contact.create", {"firstName": f"C{place}", "lastName": "B"}, "contact { id }"
        )
        ids.append(made["contact"]["id"])
    return ids


async def does(ask: Ask, verb: str, selected: str, **input: Any) -> Mapping[str, Any]:
    payload = await ask.done(f"opportunities.{verb}", input, selected)
    return payload["opportunity"]


async def told(ask: Ask) -> list[tuple[str, int]]:
    """The events of opportunities with their versions."""
    rows = await ask.stored.rows(models.Outbox)
    return [(row.type, row.sequence) for row in rows if row.aggregate == "Opportunity"]


async def test_an_opportunity_is_assigned_to_an_owner_and_to_others(ask: Ask) -> None:
    id = await ask.opportunity()
    given = await does(
        ask, "assign", PEOPLE, opportunityId=id, ownerId=user(2), assignedToIds=[user(3), user(4)]
    )
    assert given == {
        "version": 2,
        "owner": {"id": user(2)},
        "assignedTo": {"nodes": [{"id": user(3)}, {"id": user(4)}]},
    }
    assert (await told(ask))[-1] == ("opportunity.assigned", 2)
    audit = (await ask.stored.rows(models.Audit))[-1]
    assert (audit.verb, audit.before) == ("assign", {"owner_id": 1, "assigned_to_ids": []})
    assert audit.after == {"owner_id": 2, "assigned_to_ids": [3, 4], "version": 2}


async def test_whom_an_assignment_does_not_name_stays_and_null_clears(ask: Ask) -> None:
    id = await ask.opportunity(ownerId=user(2), assignedToIds=[user(3)])
    kept = await does(ask, "assign", PEOPLE, id=id, ownerId=user(4))
    assert kept["assignedTo"] == {"nodes": [{"id": user(3)}]}
    kept = await does(ask, "assign", PEOPLE, id=id, assignedToIds=None)
    assert kept == {"version": 3, "owner": {"id": user(4)}, "assignedTo": {"nodes": []}}
    assert (await does(ask, "assign", PEOPLE, id=id, ownerId=None))["owner"] is None


async def test_a_contact_is_added_and_its_part_changed(ask: Ask) -> None:
    first, second = await contacts(ask)
    id = await ask.opportunity()
    given = await does(ask, "addContact", CONTACTS, id=id, contactId=second, role=" buyer ")
    part = {"contact": {"id": second}, "role": "buyer", "isPrimary": True}
    assert given == {"version": 2, "contact": {"id": second}, "contactRoles": [part]}
    given = await does(ask, "addContact", CONTACTS, id=id, contactId=first)
    other = {"contact": {"id": first}, "role": None, "isPrimary": False}
    assert (given["version"], given["contactRoles"]) == (3, [other, part])
    given = await does(
        ask, "addContact", CONTACTS, id=id, contactId=first, role="User", primary=True
    )
    assert (given["version"], given["contact"]) == (4, {"id": first})
    assert given["contactRoles"] == [
        {"contact": {"id": first}, "role": "User", "isPrimary": True},
        {"contact": {"id": second}, "role": "buyer", "isPrimary": False},
    ]
    given = await does(ask, "addContact", CONTACTS, id=id, contactId=second, role=None)
    assert [part["role"] for part in given["contactRoles"]] == ["User", None]
    assert await told(ask) == [
        ("opportunity.created", 1),
        ("opportunity.contact_added", 2),
        ("opportunity.contact_added", 3),
        ("opportunity.contact_changed", 4),
        ("opportunity.contact_changed", 5),
    ]


async def test_where_the_primary_contact_goes_the_one_with_the_lowest_id_takes_over(
    ask: Ask,
) -> None:
    first, second, third = await contacts(ask, 3)
    id = await ask.opportunity(
        contactIds=[{"contactId": third}, {"contactId": second}, {"contactId": first}]
    )
    for gone, follows in ((third, first), (second, first), (first, None)):
        given = await does(ask, "removeContact", CONTACTS, id=id, contactId=gone)
        assert given["contact"] == (follows and {"id": follows})
    assert given["contactRoles"] == []


async def test_a_tag_is_added_and_removed(ask: Ask) -> None:
    id = await ask.opportunity()
    tagged = await does(ask, "addTag", TAGS, id=id, tagId=TAG)
    assert tagged == {"version": 2, "tags": {"nodes": [{"name": "key"}]}}
    assert await does(ask, "removeTag", TAGS, id=id, tagId=TAG) == {
        "version": 3,
        "tags": {"nodes": []},
    }
    assert (await told(ask))[1:] == [("opportunity.tagged", 2), ("opportunity.untagged", 3)]


@pytest.mark.parametrize(
    ("verb", "input"),
    [
        ("assign", {"ownerId": user(1), "assignedToIds": [user(3)]}),
        ("addContact", {"contactId": CONTACT}),
        ("addContact", {"contactId": CONTACT, "role": "buyer", "primary": True}),
        ("addTag", {"tagId": TAG}),
    ],
)
async def test_what_is_so_already_succeeds_without_a_new_version(
    ask: Ask, verb: str, input: dict[str, Any]
) -> None:
    id = await ask.opportunity(
        assignedToIds=[user(3)],
        contactIds=[{"contactId": CONTACT, "role": "buyer"}],
        tags=[TAG],
    )
    before = await ask.everything()
    given = await does(ask, verb, "opportunity { version }", id=id, expectedVersion=1, **input)
    assert given == {"version": 1}
    assert await ask.everything() == before


@pytest.mark.parametrize(
    ("verb", "input", "why"),
    [
        ("assign", {}, ("VALUE_REQUIRED", "ownerId")),
        ("assign", {"ownerId": user(NOBODY)}, ("NOT_FOUND", "ownerId")),
        ("assign", {"assignedToIds": [user(3), user(NOBODY)]}, ("NOT_FOUND", "assignedToIds.1")),
        ("assign", {"ownerId": OTHER_TYPE}, ("NOT_FOUND", "ownerId")),
        ("addContact", {"contactId": gid("Contact", NOBODY)}, ("NOT_FOUND", "contactId")),
        ("addContact", {"contactId": "junk"}, ("NOT_FOUND", "contactId")),
        ("addContact", {"contactId": CONTACT, "role": "x" * 256}, ("VALUE_INVALID", "role")),
        ("addContact", {"contactId": CONTACT, "primary": False}, ("VALUE_INVALID", "primary")),
        ("removeContact", {"contactId": gid("Contact", NOBODY)}, ("NOT_FOUND", "contactId")),
        ("addTag", {"tagId": gid("Tag", NOBODY)}, ("NOT_FOUND", "tagId")),
        ("addTag", {"tagId": OTHER_TYPE}, ("NOT_FOUND", "tagId")),
        ("removeTag", {"tagId": TAG}, ("NOT_FOUND", "tagId")),
    ],
)
async def test_a_refusal_says_where_and_leaves_everything_as_it_was(
    ask: Ask, verb: str, input: dict[str, Any], why: tuple[str, str]
) -> None:
    id = await ask.opportunity(contactIds=[{"contactId": CONTACT}])
    assert await ask.why(f"opportunities.{verb}", {"opportunityId": id, **input}) == [why]


EVERY = [
    ("assign", {"ownerId": user(2)}),
    ("addContact", {"contactId": CONTACT}),
    ("removeContact", {"contactId": CONTACT}),
    ("addTag", {"tagId": TAG}),
    ("removeTag", {"tagId": TAG}),
]


@pytest.mark.parametrize(("verb", "input"), EVERY)
async def test_every_one_of_them_asks_who_and_which_version(
    ask: Ask, verb: str, input: dict[str, Any]
) -> None:
    id = await ask.opportunity()
    name = f"opportunities.{verb}"
    stale = {"id": id, "expectedVersion": 7, **input}
    assert [path for _, path in await ask.why(name, stale)] == ["expectedVersion"]
    assert await ask.why(name, {"id": id, **input}, Role.READ_ONLY) == [("NOT_PERMITTED", "")]
    assert await ask.why(name, {"id": id, **input}, Role.MEMBER) == [("NOT_FOUND", "id")]
    assert await ask.why(name, input) == [("VALUE_REQUIRED", "opportunityId")]


async def test_nobody_who_left_is_assigned_anew(ask: Ask) -> None:
    id = await ask.opportunity(assignedToIds=[user(3)])
    async with ask.database.writing(ask.organisation.org_id) as unit:
        for number in (3, 4):
            row = await unit.session.get_one(models.User, (unit.org_id, number))
            row.is_active = False
    input = {"id": id, "ownerId": user(4), "assignedToIds": [user(3), user(4)]}
    assert await ask.why("opportunities.assign", input) == [
        ("ITEM_NOT_AVAILABLE", "ownerId"),
        ("ITEM_NOT_AVAILABLE", "assignedToIds.1"),
    ]


async def test_a_member_who_gives_an_opportunity_away_gets_it_back_once_more(ask: Ask) -> None:
    made = await ask.done(
        "opportunities.create", {"name": "Theirs", "ownerId": user(3)}, "opportunity { id }"
    )
    id = made["opportunity"]["id"]
    given = await ask.done(
        "opportunities.assign", {"id": id, "ownerId": user(2)}, PEOPLE, Role.MEMBER
    )
    assert given["opportunity"]["owner"] == {"id": user(2)}
    again = {"id": id, "ownerId": user(3)}
    assert await ask.why("opportunities.assign", again, Role.MEMBER) == [("NOT_FOUND", "id")]


async def test_there_is_an_end_to_contacts_and_tags(ask: Ask) -> None:
    id = await ask.opportunity()
    numbers = range(1000, 1000 + MOST_LINKS)
    async with ask.database.writing(ask.organisation.org_id) as unit:
        names = [{"first_name": "A", "last_name": "B", "name": "A B"}] * MOST_LINKS
        rows = [{"id": n, **name} for n, name in zip(numbers, names, strict=True)]
        await insert_rows(unit, models.Contact, rows)
        await insert_rows(unit, models.Tag, [{"id": n, "name": f"T{n}"} for n in numbers])
    everybody = [{"contactId": gid("Contact", number)} for number in numbers]
    await does(ask, "update", "opportunity { id }", id=id, contactIds=everybody)
    await does(ask, "update", "opportunity { id }", id=id, tags=[gid("Tag", n) for n in numbers])
    for verb, input, path in (
        ("addContact", {"contactId": CONTACT}, "contactId"),
        ("addTag", {"tagId": TAG}, "tagId"),
    ):
        assert await ask.why(f"opportunities.{verb}", {"id": id, **input}) == [
            ("VALUE_INVALID", path)
        ]


async def test_of_what_many_add_at_the_same_time_nothing_is_lost(ask: Ask) -> None:
    everybody = await contacts(ask, 6)
    id = await ask.opportunity()
    await asyncio.gather(
        *(
            does(ask, "addContact", CONTACTS, id=id, contactId=each, primary=True)
            for each in everybody
        ),
        *(does(ask, "addTag", TAGS, id=id, tagId=TAG) for _ in range(3)),
    )
    found = await ask.read(f'{{ opportunity(id: "{id}") {{ {CONTACTS[14:-2]} }} }}')
    roles = found["opportunity"]["contactRoles"]
    assert [role["contact"]["id"] for role in roles] == everybody
    primary = [role["contact"] for role in roles if role["isPrimary"]]
    assert primary == [found["opportunity"]["contact"]]
    assert found["opportunity"]["version"] == 1 + 6 + 1
    assert [sequence for _, sequence in await told(ask)] == list(range(1, 9))


async def test_of_two_who_remove_the_same_contact_one_is_told_that_it_is_gone(ask: Ask) -> None:
    id = await ask.opportunity(contactIds=[{"contactId": CONTACT}])
    input = {"id": id, "contactId": CONTACT}
    answers = await asyncio.gather(
        *(ask.verb("opportunities.removeContact", input) for _ in range(2))
    )
    codes = sorted([error["code"] for error in answer["errors"]] for answer in answers)
    assert codes == [[], ["NOT_FOUND"]]


async def test_a_retry_with_the_same_key_adds_nothing_twice(ask: Ask) -> None:
    id = await ask.opportunity()
    input = {"id": id, "tagId": TAG, "idempotencyKey": "tag-1"}
    first = await ask.done("opportunities.addTag", input, TAGS)
    again = await ask.verb("opportunities.addTag", input, TAGS)
    assert (again["replayed"], again["opportunity"]) == (True, first["opportunity"])
