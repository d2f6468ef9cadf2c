"""What a transition asks for: the fields, attributes and words to fill a form with."""

from dataclasses import dataclass

from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.fields import FIELDS, Form, Value
from pipeline_gql.domain.pipeline import Transition
from pipeline_gql.domain.rules import Phase, Rule
from pipeline_gql.domain.ruling.cases import Check
from pipeline_gql.domain.ruling.comparing import Operation, plain
from pipeline_gql.domain.ruling.nesting import leaves
from pipeline_gql.domain.ruling.surroundings import GivenCheck
from pipeline_gql.domain.ruling.values import AttributeCheck, FieldCheck
from pipeline_gql.domain.standing import Standing

RECORDS = {"accountId": "Account", "contactId": "Contact", "ownerId": "User", "regionId": "Region"}
"""The fields that hold the key of a record, and its type."""


@dataclass(frozen=True, slots=True)
class Input:
    """`name` is an attribute's key, a field as GraphQL names it, or `reason` or `comment`."""

    name: str
    is_attribute: bool
    is_required: bool
    current: str | Ref | None


def inputs(transition: Transition, standing: Standing) -> tuple[Input, ...]:
    """What it requires first, then what its rules on the call's own values look at."""
    wanted = dict.fromkeys(transition.required_attributes, True)
    for rule in transition.rules:
        if rule.phase in (Phase.INPUT, Phase.VALIDATOR):
            for check in leaves(rule.test):
                if name := _named(check):
                    wanted[name] = wanted.get(name, False) or _demands(rule, check)
    return tuple(_input(name, required, standing) for name, required in wanted.items())


def _named(check: Check) -> str | None:
    match check:
        case FieldCheck():
            return check.name
        case AttributeCheck():
            return check.key
        case GivenCheck():
            return check.given.value
        case _:
            return None


def _demands(rule: Rule, check: Check) -> bool:
    """Whether nothing else than this could keep the rule."""
    if rule.test is not check:
        return False
    is_value = isinstance(check, FieldCheck | AttributeCheck)
    return not is_value or check.operation is not Operation.NE


def _input(name: str, is_required: bool, standing: Standing) -> Input:
    if name in FIELDS:
        current = _current(name, standing.fields.get(name))
        return Input(name, False, is_required, current)
    spoken = name in ("reason", "comment")
    return Input(name, not spoken, is_required, standing.attributes.get(name))


def _current(name: str, value: Value) -> str | Ref | None:
    if value is None:
        return None
    if name in RECORDS and isinstance(value, str | int):
        return Ref(RECORDS[name], value)
    return plain(value)


assert {name for name, form in FIELDS.items() if form is Form.KEY} <= RECORDS.keys()
