"""Attributes are defined by administrators, once for each key, and never change their meaning."""

import asyncio
from typing import Any

import pytest
from graphql import GraphQLObjectType

from pipeline_gql.api.schema import graphql_schema
from pipeline_gql.domain.attributes import RESERVED
from tests.api.asking import Ask

TEXT = {"key": "purchase_order", "label": "Purchase order", "type": "TEXT"}
CHOICE = {
    "key": "delivery",
    "label": "Delivery",
    "type": "CHOICE",
    "choices": ["Remote", "On site"],
}
SHOWN = "attribute { id key label description type choices requiredAtCreation isArchived version }"


async def test_an_attribute_is_told_as_it_was_defined_changed_archived_and_restored(
    ask: Ask,
) -> None:
    given = {**CHOICE, "description": " How? ", "requiredAtCreation": True}
    made = (await ask.done("attribute.create", given, SHOWN))["attribute"]
    assert made == {
        **given,
        "id": made["id"],
        "description": "How?",
        "isArchived": False,
        "version": 1,
    }
    change = {"attributeId": made["id"], "choices": ["Remote"], "description": None}
    changed = (await ask.done("attribute.update", change, SHOWN))["attribute"]
    assert changed == made | {"choices": ["Remote"], "description": None, "version": 2}
    archived = (await ask.done("attribute.archive", {"id": made["id"]}, SHOWN))["attribute"]
    assert archived == changed | {"isArchived": True, "version": 3}
    again = (await ask.done("attribute.archive", {"id": made["id"]}, SHOWN))["attribute"]
    assert again == archived
    restored = (await ask.done("attribute.restore", {"id": made["id"]}, SHOWN))["attribute"]
    assert restored == changed | {"version": 4}
    listed = await ask.read(
        '{ attributeDefinitions(filters: {field: type, operation: eq, value: "CHOICE"},'
        " order: {field: label}) { nodes { key } } }"
    )
    assert listed == {"attributeDefinitions": {"nodes": [{"key": "delivery"}]}}


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"key": "Purchase Order"}, "key"),
        ({"key": "1st"}, "key"),
        ({"key": "x" * 65}, "key"),
        ({"key": " "}, "key"),
        ({"key": "amount"}, "key"),
        ({"label": ""}, "label"),
        ({"label": "x" * 256}, "label"),
        ({"choices": ["A"]}, "choices"),
        ({"type": "CHOICE"}, "choices"),
        ({"type": "MULTI_CHOICE", "choices": []}, "choices"),
        ({"type": "CHOICE", "choices": ["A", "a"]}, "choices.1"),
        ({"type": "CHOICE", "choices": ["A", " "]}, "choices.1"),
        ({"type": "CHOICE", "choices": [str(i) for i in range(201)]}, "choices"),
    ],
)
async def test_a_definition_that_means_nothing_is_refused(
    ask: Ask, wrong: dict[str, Any], path: str
) -> None:
    ((_, where),) = await ask.why("attribute.create", TEXT | wrong)
    assert where == path


async def test_a_key_is_given_once_even_by_two_at_once_and_by_archived_ones(ask: Ask) -> None:
    payloads = await asyncio.gather(*(ask.verb("attribute.create", TEXT, SHOWN) for _ in range(4)))
    made = [payload["attribute"] for payload in payloads if payload["attribute"]]
    assert len(made) == 1
    for payload in payloads:
        for error in payload["errors"]:
            assert (error["code"], error["path"]) == ("VALUE_INVALID", ["input", "key"])
    await ask.done("attribute.archive", {"id": made[0]["id"]}, SHOWN)
    assert await ask.why("attribute.create", TEXT) == [("VALUE_INVALID", "key")]


async def test_choices_are_neither_taken_away_nor_given_where_values_are_not_chosen(
    ask: Ask,
) -> None:
    choice = (await ask.done("attribute.create", CHOICE, SHOWN))["attribute"]["id"]
    text = (await ask.done("attribute.create", TEXT, SHOWN))["attribute"]["id"]
    for empty in ([], None):
        why = await ask.why("attribute.update", {"id": choice, "choices": empty})
        assert why == [("VALUE_REQUIRED", "choices")]
    why = await ask.why("attribute.update", {"id": text, "choices": ["A"]})
    assert why == [("VALUE_INVALID", "choices")]


def test_no_key_is_the_name_of_what_an_opportunity_has_anyway() -> None:
    opportunity = graphql_schema().type_map["Opportunity"]
    assert isinstance(opportunity, GraphQLObjectType)
    assert {name for name in opportunity.fields if name.islower()} <= RESERVED
