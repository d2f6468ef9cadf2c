"""What a client is told who changes a record that has changed since it was read."""

from typing import Any

import pytest

from pipeline_gql.api.kinds import named
from pipeline_gql.api.schema import graphql_schema
from pipeline_gql.domain.problems import field_name
from pipeline_gql.domain.spelling import fields_told
from pipeline_gql.domain.viewer import Role
from pipeline_gql.store import models
from pipeline_gql.store.records import UNTOLD
from tests.api.asking import Ask, gid

UPDATE, EVENT = "opportunities.update", gid("Event", 1)
SCHEMA = graphql_schema()
NOUNS: list[type[models.Tenant]] = [
    noun
    for noun in (getattr(models, name) for name in models.__all__)
    if f"{noun.__name__}UpdateInput" in SCHEMA.type_map
]
"""Whatever `update` changes."""
OF_A_CONVERSION = {"accountId", "contactIds"}
"""What a lead became, in the words of opportunities: a lead calls them account and contact."""
OF_NO_FIELD = {"deleted", "reservations"}


async def conflict(ask: Ask, id: str, version: int) -> str:
    (error,) = await ask.refused(UPDATE, {"id": id, "name": "mine", "expectedVersion": version})
    assert (error["code"], error["retryable"]) == ("VERSION_CONFLICT", False)
    return error["message"]


async def test_a_conflict_names_what_changed_since_as_the_api_spells_it(ask: Ask) -> None:
    id = await ask.opportunity()
    for change in (
        {"name": "Other"},
        {"regionId": gid("Region", "US"), "amount": "5", "financialUnitId": "USD"},
        {"probability": 44, "contactIds": [{"contactId": gid("Contact", 1)}]},
    ):
        await ask.done(UPDATE, {"id": id, **change}, "opportunity { id }")
    await ask.interest(id, EVENT, reserve=True)
    move = {"id": id, "stepId": gid("OpportunityStep", 4)}
    await ask.done("opportunities.progress", move, "opportunity { id }", Role.MANAGER)
    assert await conflict(ask, id, 2) == (
        "Changed since version 2 by Ada Admin, Max Manager: amount, amountSource, contactIds,"
        " financialUnitId, interests, probability, regionId, reservations, step, value;"
        " it is at version 6 now"
    )
    assert await conflict(ask, id, 5) == (
        "Changed since version 5 by Max Manager: step; it is at version 6 now"
    )


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.__name__)
def test_every_column_is_told_by_the_name_of_a_field_or_not_at_all(
    noun: type[models.Tenant],
) -> None:
    update: Any = SCHEMA.type_map[f"{noun.__name__}UpdateInput"]
    known = set(update.fields) | set(named(SCHEMA.type_map[noun.__name__]).fields) | OF_NO_FIELD
    columns = {c.name for c in noun.__table__.columns if c.computed is None}
    told = {field_name((field,)) for field in fields_told(columns - UNTOLD)}
    assert told - known == (OF_A_CONVERSION if noun is models.Lead else set())


@pytest.mark.parametrize(
    ("version", "why"),
    [
        (-(2**31), "must be at least 1"),
        (0, "must be at least 1"),
        (2, "must be at most 1, the version it is at now"),
        (999, "must be at most 1, the version it is at now"),
    ],
)
async def test_a_version_that_never_was_is_invalid(ask: Ask, version: int, why: str) -> None:
    id = await ask.opportunity()
    (error,) = await ask.refused(UPDATE, {"id": id, "name": "mine", "expectedVersion": version})
    assert (error["code"], error["value"]) == ("VALUE_INVALID", str(version))
    assert error["message"] == f"expectedVersion {why}"
    assert error["path"] == ["input", "expectedVersion"]
