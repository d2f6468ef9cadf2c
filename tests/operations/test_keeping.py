"""Accounts, contacts and the catalogue: made, changed, refused."""

from decimal import Decimal
from typing import Any

import pytest

from pipeline_gql.domain.errors import Code
from pipeline_gql.domain.viewer import Role
from pipeline_gql.operations import (
    accounts,
    contacts,
    course_templates,
    events,
    learning_paths,
    regions,
    tax_types,
    training_token_types,
)
from pipeline_gql.operations.pricing import Price
from pipeline_gql.store import models
from tests.operations.asking import Ask

MUCH = "x" * 256

CREATES: list[tuple[str, Any, Any]] = [
    ("account", accounts, accounts.CreateAccount(name="Acme", region_id="DR", owner_id=1)),
    ("contact", contacts, contacts.CreateContact(first_name="Al", last_name="Li", account_id=1)),
    (
        "event",
        events,
        events.CreateEvent(code="E", title="Event", max_places=3, region_id="US"),
    ),
    (
        "course_template",
        course_templates,
        course_templates.CreateCourseTemplate(
            code="C", title="Course", prices=[Price("USD", Decimal("12.50"))]
        ),
    ),
    (
        "learning_path",
        learning_paths,
        learning_paths.CreateLearningPath(code="L", name="Path", prices=[]),
    ),
    (
        "training_token_type",
        training_token_types,
        training_token_types.CreateTrainingTokenType(name="Token"),
    ),
    ("region", regions, regions.CreateRegion(code="FR", name="France", financial_unit_id="EUR")),
    ("tax_type", tax_types, tax_types.CreateTaxType(name="GST", rate=Decimal("7.5"))),
]


@pytest.mark.parametrize(("name", "noun", "command"), CREATES, ids=lambda it: str(it)[:20])
async def test_what_is_created_is_recorded_once(
    ask: Ask, name: str, noun: Any, command: Any
) -> None:
    done = await ask(noun.create, command)
    table = getattr(models, "".join(word.capitalize() for word in name.split("_")))
    row = await ask.row(table, done.objects[name])
    assert row.version == 1
    audit = (await ask.rows(models.Audit))[-1]
    assert (audit.aggregate, audit.verb, audit.before) == (table.__name__, "create", None)
    told = (await ask.rows(models.Outbox))[-1]
    assert (told.type, told.sequence) == (f"{name}.created", 1)


@pytest.mark.parametrize(("name", "noun", "command"), CREATES, ids=lambda it: str(it)[:20])
async def test_who_may_not_create_leaves_nothing(
    ask: Ask, name: str, noun: Any, command: Any
) -> None:
    role = Role.READ_ONLY if name in ("account", "contact") else Role.MANAGER
    assert await ask.refused(noun.create, command, role=role) == [(Code.NOT_PERMITTED, ())]
