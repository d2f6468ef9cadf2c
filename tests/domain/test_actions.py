"""Actions as documents have them: what is read, what is refused, and that nothing is lost."""

from datetime import date
from typing import Any

import pytest

from pipeline_gql.domain.actions import (
    ActionType,
    CreateTask,
    SetField,
    SetOwner,
    Somebody,
    export_action,
)
from pipeline_gql.domain.errors import Path
from pipeline_gql.domain.problems import Problems
from pipeline_gql.domain.reading_actions import read_action, stored_action
from pipeline_gql.domain.tasks import Priority
from tests.domain.test_documents import paths

AT: Path = ("actions", 0)
EVERY: list[dict[str, Any]] = [
    {"type": "create_account"},
    {"type": "create_account", "name": "Acme"},
    {"type": "create_contact", "role": "Champion"},
    {"type": "create_registration"},
    {"type": "create_invoice"},
    {"type": "issue_training_tokens"},
    {"type": "set_field", "field": "forecastCategory", "value": "Commit"},
    {"type": "set_field", "field": "nextStep"},
    {"type": "set_field", "field": "expectedCloseDate", "value": "2026-12-31"},
    {"type": "set_field", "field": "expectedCloseDate", "in_days": 30},
    {"type": "set_probability", "probability": 0},
    {"type": "set_owner", "to": "ACCOUNT_OWNER"},
    {"type": "set_owner", "user": "ada@acme.example"},
    {
        "type": "create_task", "title": "Call", "description": "Ask.", "due_in_days": 14,
        "priority": "HIGH", "assign_to": "CREATOR",
    },
    {"type": "open_follow_on", "pipeline": "onboarding", "step": "welcome", "name": "Welcome"},
]  # fmt: skip


def test_every_type_is_tried() -> None:
    assert {each["type"] for each in EVERY} == set(ActionType)


@pytest.mark.parametrize("source", EVERY)
def test_an_action_comes_back_as_it_went_out(source: dict[str, Any]) -> None:
    action = stored_action(source)
    assert export_action(action) == source
    assert stored_action(export_action(action)) == action


def test_what_is_left_out_has_its_default() -> None:
    task = stored_action({"type": "create_task", "title": " Call "})
    assert task == CreateTask("Call", None, None, Priority.NORMAL, Somebody.OWNER)
    assert stored_action({"type": "set_owner", "to": "MOVER"}) == SetOwner(Somebody.MOVER)


def test_a_day_that_yaml_read_as_one_is_a_text_again() -> None:
    source = {"type": "set_field", "field": "expectedCloseDate", "value": date(2026, 12, 31)}
    assert stored_action(source) == SetField("expectedCloseDate", "2026-12-31")


@pytest.mark.parametrize(
    ("source", "named"),
    [
        (None, ()),
        ("create_invoice", ()),
        ({}, ("type",)),
        ({"type": "send_flowers"}, ("type",)),
        ({"type": ["create_invoice"]}, ("type",)),
        ({"type": "create_invoice", "lines": 1}, ("lines",)),
        ({"type": "create_account", "name": " "}, ("name",)),
        ({"type": "create_contact", "role": 1}, ("role",)),
        ({"type": "set_field"}, ("field",)),
        ({"type": "set_field", "field": "grandTotal", "value": "1"}, ("field",)),
        ({"type": "set_field", "field": "name"}, ("value",)),
        ({"type": "set_field", "field": "name", "value": 5}, ("value",)),
        ({"type": "set_field", "field": "name", "value": "x" * 256}, ("value",)),
        ({"type": "set_field", "field": "name", "in_days": 5}, ("in_days",)),
        ({"type": "set_field", "field": "expectedCloseDate", "value": "soon"}, ("value",)),
        ({"type": "set_field", "field": "expectedCloseDate", "value": "0001-01-01"}, ("value",)),
        (
            {"type": "set_field", "field": "expectedCloseDate", "value": "2026-12-31",
             "in_days": 1},
            ("in_days",),
        ),
        ({"type": "set_probability"}, ("probability",)),
        ({"type": "set_probability", "probability": 101}, ("probability",)),
        ({"type": "set_owner"}, ("to",)),
        ({"type": "set_owner", "to": "OWNER"}, ("to",)),
        ({"type": "set_owner", "to": "MOVER", "user": "a@b.example"}, ("to",)),
        ({"type": "set_owner", "user": "ada"}, ("user",)),
        ({"type": "create_task"}, ("title",)),
        ({"type": "create_task", "title": "x", "due_in_days": -1}, ("due_in_days",)),
        ({"type": "create_task", "title": "x", "priority": "URGENT"}, ("priority",)),
        ({"type": "create_task", "title": "x", "assign_to": "Ada"}, ("assign_to",)),
        ({"type": "open_follow_on"}, ("pipeline",)),
        ({"type": "open_follow_on", "pipeline": "On Boarding"}, ("pipeline",)),
        ({"type": "open_follow_on", "pipeline": "x", "step": ""}, ("step",)),
    ],
)  # fmt: skip
def test_a_mistake_is_found_and_placed(source: object, named: Path) -> None:
    assert (*AT, *named) in paths(_read, source)


def test_one_mistake_is_told_once() -> None:
    assert paths(_read, {"type": "set_owner", "user": "ada"}) == [(*AT, "user")]
    assert paths(_read, {"type": "send_flowers", "to": "Ada"}) == [(*AT, "type")]


def _read(source: object) -> None:
    problems = Problems()
    read_action(source, AT, problems)
    problems.raise_if_any()
