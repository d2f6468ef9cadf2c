"""What a transition demands and does not find, as the refusals that clients know."""

from pipeline_gql.domain.edges import Edge
from pipeline_gql.domain.errors import (
    AttributeRequired,
    Broken,
    Code,
    ConditionNotMet,
    Path,
    Refusal,
    TransitionNotPermitted,
    ValueInvalid,
)
from pipeline_gql.domain.fields import FIELDS
from pipeline_gql.domain.rules import Case, Finding, Rule
from pipeline_gql.domain.ruling.nesting import allowed
from pipeline_gql.domain.ruling.surroundings import Given, GivenCheck
from pipeline_gql.domain.ruling.values import AttributeCheck, FieldCheck
from pipeline_gql.domain.viewer import SPOKEN

_VALUES = (FieldCheck, AttributeCheck, GivenCheck)
"""What a call, or an update, could bring."""


def required(name: str, edge: Edge) -> Refusal:
    """An attribute or a field without a value, which the transition needs."""
    refusal = AttributeRequired(name=name, step=edge.step.name, path=_path(_field(name)))
    refusal.broken = Broken(None, None, _field(name), None, "present")
    return refusal


def of(rule: Rule, finding: Finding, case: Case, edge: Edge) -> Refusal:
    """One thing that fails of a rule, under the rule's code and in its words, if it has any."""
    told = finding.told
    refusal = _worded(rule, finding, case, edge)
    refusal.path = _path(told.field)
    refusal.told = rule.message or refusal.told
    refusal.broken = Broken(
        rule.id, rule.name, told.field, told.actual, told.expected, finding, rule.phase
    )
    return refusal


def _worded(rule: Rule, finding: Finding, case: Case, edge: Edge) -> Refusal:
    match rule.refused_as:
        case Code.TRANSITION_NOT_PERMITTED:
            name = edge.transition.name if edge.transition else edge.step.name
            who = f"{case.actor.name}, {SPOKEN[case.actor.role]}"
            return TransitionNotPermitted(transition=name, allowed=allowed(rule.test), who=who)
        case Code.ATTRIBUTE_REQUIRED:
            name = finding.told.field.removeprefix("attributes.")
            refusal = AttributeRequired(name=name, step=edge.step.name)
            if finding.told.actual is None and isinstance(finding.check, _VALUES):
                return refusal
        case Code.VALUE_INVALID:
            refusal = ValueInvalid(field=finding.told.field, problem=finding.told.expected)
        case _:
            return ConditionNotMet(rule=rule.name, finding=finding.sentence)
    refusal.told = f"{rule.name}: {finding.sentence}"
    return refusal


def _field(name: str) -> str:
    return name if name in FIELDS else f"attributes.{name}"


def _path(field: str) -> Path:
    """Where in the call the value could stand, if it could."""
    if field.startswith("attributes."):
        return ("attributes",)
    return (field,) if field in set(Given) else ()
