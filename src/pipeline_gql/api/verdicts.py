"""Verdicts of transitions, as their GraphQL fields."""

from collections.abc import Mapping
from typing import Any

from pipeline_gql.api.wording import shown, worded
from pipeline_gql.domain.asking import Input
from pipeline_gql.domain.attributes import Definition
from pipeline_gql.domain.errors import Refusal
from pipeline_gql.domain.explaining import Explainer, Verdict
from pipeline_gql.store.reads.transitions import key_of

Fields = dict[str, Any]


def told(explainer: Explainer) -> dict[str, Fields]:
    """Of one opportunity, by the key of the way that each judges."""
    return {
        key_of(each.step_id, each.transition_id): _verdict(each, explainer.definitions)
        for each in explainer.explain()
    }


def _verdict(verdict: Verdict, definitions: Mapping[str, Definition]) -> Fields:
    return {
        "allowed": not verdict.blockers,
        "blockers": [_blocker(each) for each in verdict.blockers],
        "inputs": [_input(each, definitions) for each in verdict.inputs],
    }


def _blocker(refusal: Refusal) -> Fields:
    """As the error that `progress` would answer, and the facts that stand in its sentence."""
    broken = refusal.broken
    told = {name: getattr(broken, name, None) for name in ("field", "actual", "expected")}
    return worded(refusal, refusal.path, refusal.value) | told


def _input(wanted: Input, definitions: Mapping[str, Definition]) -> Fields:
    definition = definitions.get(wanted.name) if wanted.is_attribute else None
    return {
        "name": wanted.name,
        "label": definition.label if definition else None,
        "isAttribute": wanted.is_attribute,
        "required": wanted.is_required,
        "currentValue": None if wanted.current is None else shown(wanted.current),
        "type": definition.type.value if definition else None,
        "choices": list(definition.choices) if definition else [],
    }
