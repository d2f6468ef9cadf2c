"""Actions read from a document, strictly: what is not understood is refused.

Their members, with defaults in brackets::

    - type: create_account
      name: Acme                # [the opportunity's name]
    - type: create_contact
      role: Learner             # [none]
    - type: create_registration
    - type: create_invoice
    - type: issue_training_tokens
    - type: set_field
      field: forecastCategory   # name, description, leadSource, nextStep, expectedCloseDate too
      value: Commit             # [cleared]; of expectedCloseDate a day such as 2026-12-31
      in_days: 30               # instead of a value, for expectedCloseDate alone
    - type: set_probability
      probability: 60
    - type: set_owner
      to: MOVER                 # or CREATOR, ACCOUNT_OWNER
      user: ada@acme.example    # instead: whose address it is
    - type: create_task
      title: Call again
      description: Ask how it went.
      due_in_days: 14           # [no date]
      priority: NORMAL          # LOW, NORMAL or HIGH [NORMAL]
      assign_to: OWNER          # or MOVER, CREATOR, ACCOUNT_OWNER [OWNER]
    - type: open_follow_on
      pipeline: onboarding      # its key
      step: welcome             # the key of an entry step [the default one]
      name: Onboarding          # [the opportunity's name]
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, cast

from pipeline_gql.domain.actions import (
    Action,
    ActionType,
    CreateAccount,
    CreateContact,
    CreateInvoice,
    CreateRegistration,
    CreateTask,
    IssueTrainingTokens,
    OpenFollowOn,
    SetField,
    SetOwner,
    SetProbability,
    Somebody,
)
from pipeline_gql.domain.attribute_types import day_of
from pipeline_gql.domain.contents import Contents
from pipeline_gql.domain.errors import Path, Refusal, Refused
from pipeline_gql.domain.opportunities import contact_role, read
from pipeline_gql.domain.problems import Problems, invalid, missing
from pipeline_gql.domain.spelling import camel
from pipeline_gql.domain.tasks import Priority
from pipeline_gql.domain.text import DESCRIPTION, optional_text, required_email, required_text

FARTHEST = 36_500
"""Days that something may lie ahead."""

_SETTABLE = (
    *("name", "description", "lead_source", "next_step", "forecast_category"),
    "expected_close_date",
)
FIELDS: Mapping[str, str] = {camel(name): name for name in _SETTABLE}
"""What can be set, as clients spell it, and as commands do."""

DAYS = frozenset({"expected_close_date"})


def read_action(source: object, path: Path, problems: Problems) -> Action | None:
    """What is wrong goes to `problems`; None comes back where it is not clear what is meant."""
    type = _type_of(source)
    members, make = _READERS[type] if type else (_members(source), None)
    contents = Contents(source, path, {"type", *members}, problems)
    if isinstance(source, Mapping) and not contents.has("type"):
        problems.add(missing((*path, "type")))
    contents.choice(ActionType, "type")
    return make(contents) if make else None


def _members(source: object) -> set[str]:
    return set(cast(Mapping[str, Any], source)) if isinstance(source, Mapping) else set()


def _type_of(source: object) -> ActionType | None:
    named = cast(Mapping[str, Any], source).get("type") if isinstance(source, Mapping) else None
    return ActionType(named) if isinstance(named, str) and named in set(ActionType) else None


def _account(contents: Contents) -> Action:
    return CreateAccount(contents.text("name", required_text))


def _contact(contents: Contents) -> Action:
    return CreateContact(contents.text("role", contact_role))


def _field(contents: Contents) -> Action | None:
    problems, path = contents.problems, contents.path
    field = contents.text("field", required_text, is_needed=True)
    if field is None:
        return None
    if field not in FIELDS:
        problem = f"must be one of {', '.join(FIELDS)}"
        problems.add(invalid((*path, "field"), problem, field))
        return None
    column = FIELDS[field]
    in_days = contents.number("in_days", FARTHEST)
    if in_days is not None and (column not in DAYS or contents.has("value")):
        problem = "is for days alone" if column not in DAYS else "must be absent beside value"
        problems.add(invalid((*path, "in_days"), problem, in_days))
    value = contents.member("value")
    text = value.isoformat() if isinstance(value, date) else value
    if in_days is None:
        _judge(column, text, (*path, "value"), problems)
    return SetField(field, cast("str | None", text), in_days)


def _judge(column: str, value: object, path: Path, problems: Problems) -> None:
    """As the opportunity's own verbs would, had a client sent it."""
    found = Problems()
    try:
        read({column: day_of_text(value) if column in DAYS else value}, found)
        found.raise_if_any()
    except (Refusal, Refused) as refused:
        for each in refused.refusals:
            each.path = path
        problems.add(*refused.refusals)


def day_of_text(text: object) -> date | None:
    """Of a text such as 2026-12-31."""
    if text is None:
        return None
    if not isinstance(text, str) or (day := day_of(text)) is None:
        raise invalid(("value",), "must be a day such as 2026-12-31", text)
    return day


def _probability(contents: Contents) -> Action:
    if not contents.has("probability"):
        contents.problems.add(missing((*contents.path, "probability")))
    return SetProbability(contents.number("probability", 100) or 0)


def _owner(contents: Contents) -> Action:
    to = contents.choice(Somebody, "to")
    user = contents.text("user", required_email)
    path = contents.path
    if contents.has("to") == contents.has("user"):
        contents.problems.add(invalid((*path, "to"), "or user must be given, not both"))
    if to is Somebody.OWNER:
        contents.problems.add(invalid((*path, "to"), "must name somebody else", to.value))
    return SetOwner(to, user)


def _task(contents: Contents) -> Action:
    return CreateTask(
        title=contents.text("title", required_text, is_needed=True) or "",
        description=contents.text("description", _description),
        due_in_days=contents.number("due_in_days", FARTHEST),
        priority=contents.choice(Priority, "priority") or Priority.NORMAL,
        assign_to=contents.choice(Somebody, "assign_to") or Somebody.OWNER,
    )


def _description(value: object, path: Path) -> str | None:
    return optional_text(value, path, DESCRIPTION)


def _follow_on(contents: Contents) -> Action:
    return OpenFollowOn(
        pipeline=contents.key("pipeline"),
        step=contents.key("step") if contents.has("step") else None,
        name=contents.text("name", required_text),
    )


_READERS: Mapping[ActionType, tuple[set[str], Callable[[Contents], Action | None]]] = {
    ActionType.CREATE_ACCOUNT: ({"name"}, _account),
    ActionType.CREATE_CONTACT: ({"role"}, _contact),
    ActionType.CREATE_REGISTRATION: (set(), lambda _: CreateRegistration()),
    ActionType.CREATE_INVOICE: (set(), lambda _: CreateInvoice()),
    ActionType.ISSUE_TRAINING_TOKENS: (set(), lambda _: IssueTrainingTokens()),
    ActionType.SET_FIELD: ({"field", "value", "in_days"}, _field),
    ActionType.SET_PROBABILITY: ({"probability"}, _probability),
    ActionType.SET_OWNER: ({"to", "user"}, _owner),
    ActionType.CREATE_TASK: (
        {"title", "description", "due_in_days", "priority", "assign_to"},
        _task,
    ),
    ActionType.OPEN_FOLLOW_ON: ({"pipeline", "step", "name"}, _follow_on),
}


def stored_action(contents: object) -> Action:
    """An action of a published version, which was read before it was published."""
    problems = Problems()
    action = read_action(contents, ("actions",), problems)
    problems.raise_if_any()
    assert action is not None
    return action
