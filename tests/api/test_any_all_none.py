"""Any of, all of, none of: what filters over lists mean, said again with Python's sets."""

from collections.abc import Callable, Sequence
from itertools import chain, combinations

import pytest

from pipeline_gql.store import models
from pipeline_gql.store.seeding import advance_sequences, insert_rows
from tests.api.asking import Ask, gid

Has = frozenset[int]
MEANINGS: dict[str, Callable[[Has, Has], bool]] = {
    "in": lambda has, wanted: bool(has & wanted),
    "contains": lambda has, wanted: has >= wanted,
    "notin": lambda has, wanted: not has & wanted,
}
ROLES = ("Champion", "Blocker", "Friend")
FIELDS: dict[str, Callable[[int], str]] = {
    "tagId": lambda n: gid("Tag", n),
    "tag": lambda n: f"tag {n}",
    "teamId": lambda n: gid("Team", n),
    "teamName": lambda n: f"team {n}",
    "assignedToId": lambda n: gid("User", n),
    "assignedToName": lambda n: f"user {n}",
    "assignedToEmail": lambda n: f"user{n}@x.example",
    "contactId": lambda n: gid("Contact", n),
    "contactRole": lambda n: ROLES[n - 11],
}
NUMBERS = (11, 12, 13)


def subsets(numbers: Sequence[int]) -> list[Has]:
    sizes = range(len(numbers) + 1)
    return [frozenset(s) for s in chain.from_iterable(combinations(numbers, n) for n in sizes)]


@pytest.fixture
async def deals(ask: Ask) -> dict[str, Has]:
    """An opportunity for each subset of three: it has these tags, teams, assignees, contacts."""
    made: dict[str, Has] = {}
    async with ask.database.writing(ask.organisation.org_id) as unit:
        for n in NUMBERS:
            user = {"id": n, "name": f"user {n}", "email": f"user{n}@x.example", "role": "MEMBER"}
            await insert_rows(unit, models.User, [user])
            await insert_rows(unit, models.Team, [{"id": n, "name": f"team {n}"}])
            await insert_rows(unit, models.Tag, [{"id": n, "name": f"tag {n}"}])
            person = {"first_name": "a", "last_name": "b", "name": "a b"}
            await insert_rows(unit, models.Contact, [{"id": n, **person}])
        await advance_sequences(unit)
    for has in subsets(NUMBERS):
        parts = [{"contactId": gid("Contact", n), "role": ROLES[n - 11]} for n in has]
        links = {
            "tags": [gid("Tag", n) for n in has],
            "teamIds": [gid("Team", n) for n in has],
            "assignedToIds": [gid("User", n) for n in has],
            "contactIds": parts,
        }
        made[await ask.opportunity(**links)] = has
    return made


@pytest.mark.parametrize("field", FIELDS)
async def test_any_all_and_none_of_some_mean_what_they_mean_of_sets(
    ask: Ask, deals: dict[str, Has], field: str
) -> None:
    for operation, holds in MEANINGS.items():
        asked = subsets(NUMBERS)
        values = {f"v{i}": [FIELDS[field](n) for n in wanted] for i, wanted in enumerate(asked)}
        heads = ", ".join(f"${name}: [String!]" for name in values)
        lists = " ".join(
            f"{name}: opportunities(filters: {{field: {field}, operation: {operation},"
            f" values: ${name}}}) {{ totalCount nodes {{ id }} }}"
            for name in values
        )
        found = await ask.read(f"query Q({heads}) {{ {lists} }}", values)
        for i, wanted in enumerate(asked):
            meant = {id for id, has in deals.items() if holds(has, wanted)}
            assert {node["id"] for node in found[f"v{i}"]["nodes"]} == meant, (operation, wanted)
            assert found[f"v{i}"]["totalCount"] == len(meant)


async def test_a_usual_role_has_one_spelling_and_any_other_is_kept(ask: Ask) -> None:
    id = await ask.opportunity()
    contact = {"opportunityId": id, "contactId": gid("Contact", 1)}
    shown = "opportunity { contactRoles { role isPrimary contact { id } } }"
    for given, kept in (
        ("DECISION  maker", "Decision maker"),
        (" champion ", "Champion"),
        ("Wife's cousin", "Wife's cousin"),
        (None, None),
    ):
        payload = await ask.done("opportunities.addContact", contact | {"role": given}, shown)
        (part,) = payload["opportunity"]["contactRoles"]
        assert part == {"role": kept, "isPrimary": True, "contact": {"id": gid("Contact", 1)}}
