"""The phases of a decision: which of them speaks, and that it says all that it has to say."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pipeline_gql.api.wording import sentence
from pipeline_gql.domain.documents import parse
from pipeline_gql.domain.errors import Code, Refusal, Refused
from pipeline_gql.domain.fields import FIELDS
from pipeline_gql.domain.moves import Move, Target, decide
from pipeline_gql.domain.pipeline import Version
from pipeline_gql.domain.rules import Case, Phase
from tests.domain.graphs import version_of
from tests.domain.ruled import CHECKS, NOW, case, cases, holds

CODES = {
    "ACTOR": Code.TRANSITION_NOT_PERMITTED,
    "CONDITION": Code.CONDITION_NOT_MET,
    "INPUT": Code.ATTRIBUTE_REQUIRED,
    "VALIDATOR": Code.VALUE_INVALID,
}
NAMES = ["p", "q", "leadSource", "expectedCloseDate"]


@st.composite
def demands(draw: st.DrawFn) -> dict[str, Any]:
    phases = draw(st.lists(st.sampled_from(sorted(CODES)), max_size=4))
    return {
        "required_attributes": draw(st.lists(st.sampled_from(NAMES), max_size=2, unique=True)),
        "rules": [
            {"id": f"r{place}", "phase": phase, "test": draw(CHECKS)}
            for place, phase in enumerate(phases)
        ],
    }


def _version(demanded: dict[str, Any]) -> Version:
    """Steps new, talk and won, as the cases know them; talk is where records stand."""
    steps = [{"key": "new", "entry": True, "probability": 1}, {"key": "talk", "probability": 2}]
    edges = [
        {"key": "begin", "from": "new", "to": "talk"},
        {"key": "agree", "from": "talk", "to": "won", **demanded},
    ]
    graph = parse(
        {
            "key": "p",
            "stages": [
                {"key": "open", "steps": steps},
                {"key": "end", "state": "Won", "steps": [{"key": "won"}]},
            ],
            "transitions": edges,
        }
    ).graph
    return replace(version_of(graph), step_ids={"new": 1, "talk": 2, "won": 3})


def _failing(demanded: dict[str, Any], it: Case, phase: Phase) -> list[tuple[str, Code]]:
    """The attributes and rules that are not kept, once more."""
    seen = replace(it, phase=phase)
    failing: list[tuple[str, Code]] = []
    if phase is Phase.INPUT:
        has = {**it.standing.fields, **it.standing.attributes, **it.inputs.attributes}
        missing = [name for name in demanded["required_attributes"] if has.get(name) is None]
        fields = [name if name in FIELDS else f"attributes.{name}" for name in missing]
        failing = [(field, Code.ATTRIBUTE_REQUIRED) for field in fields]
    for rule in demanded["rules"]:
        if rule["phase"] == phase.value and not holds(rule["test"], seen):
            failing.append((rule["id"], CODES[rule["phase"]]))
    return failing


def _decided(version: Version, it: Case, **more: Any) -> Move | list[Refusal]:
    inputs = replace(it.inputs, **more)
    try:
        move = decide(version, it.standing, Target(3), it.actor, inputs, NOW)
    except (Refusal, Refused) as refused:
        return list(refused.refusals)
    assert move is not None
    return move


def _told(refusals: list[Refusal]) -> set[tuple[str, Code]]:
    """The rule, else the attribute, that each is about; a rule may fail of several things."""
    broken = [(each.broken, each.code) for each in refusals if each.broken]
    assert len(broken) == len(refusals)
    attributes = [each.field for each, _ in broken if each.id is None]
    assert len(attributes) == len(set(attributes))
    return {(each.id or each.field, code) for each, code in broken}


@given(demands(), cases())
def test_the_first_phase_that_fails_tells_all_of_it(demanded: dict[str, Any], it: Case) -> None:
    decided = _decided(_version(demanded), it)
    failing = [found for phase in Phase if (found := _failing(demanded, it, phase))]
    if not failing:
        assert isinstance(decided, Move)
        assert decided.overridden == ()
    else:
        assert isinstance(decided, list)
        assert _told(decided) == set(failing[0])


@given(demands(), cases())
def test_an_override_remembers_what_all_phases_say(demanded: dict[str, Any], it: Case) -> None:
    decided = _decided(_version(demanded), it, override=True)
    assert isinstance(decided, Move)
    expected = {found for phase in Phase for found in _failing(demanded, it, phase)}
    assert _told(list(decided.overridden)) == expected
    assert (decided.step_id, decided.probability) == (3, 100)


def test_nobody_is_asked_to_give_what_no_call_brings_or_what_must_not_be_given() -> None:
    rules = [
        {"id": "quiet", "phase": "INPUT", "test": {"not": {"given": "reason"}}},
        {"id": "been", "phase": "INPUT", "test": {"was_in_step": "won"}},
        {"id": "said", "phase": "INPUT", "test": {"given": "comment"}},
    ]
    decided = _decided(_version({"rules": rules}), case(), reason="Since.")
    assert isinstance(decided, list)
    assert [sentence(each) for each in decided] == [
        "quiet: reason is Since., must be not given",
        "been: stays is empty, must be on step won before",
        "comment is required to move to won",
    ]
