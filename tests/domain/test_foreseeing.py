"""What is foreseen of a rule does not depend on who asks, nor on what they say."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pipeline_gql.domain.rules import Case, Inputs, judge, stored_rule
from pipeline_gql.domain.ruling.foreseeing import foreseen, looked_at
from pipeline_gql.domain.standing import Part
from pipeline_gql.domain.viewer import Role
from tests.domain.ruled import CHECKS, LEAVES, ME, OTHER, case, cases

_OF_THE_CALL = {"limit", "role", "is_owner", "in_team", "did_not_make", "given"}


@given(CHECKS, cases(), st.sampled_from(Role), st.sampled_from([ME, OTHER]), st.booleans())
def test_whoever_asks_meets_what_was_foreseen(
    test: dict[str, Any], it: Case, role: Role, user_id: int, says: bool
) -> None:
    said = Inputs(reason="Because", comment="Well") if says else Inputs()
    asked = replace(it, inputs=said, actor=replace(it.actor, role=role, user_id=user_id))
    rule = stored_rule({"id": "r", "test": test})
    told = foreseen(rule.test, replace(it, inputs=Inputs()))
    if told is not None:
        assert (judge(rule, asked) == ()) is told


@given(cases(), st.data())
def test_all_that_is_stored_is_foreseen(it: Case, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(LEAVES.keys() - _OF_THE_CALL)))
    test = data.draw(LEAVES[kind])
    rule = stored_rule({"id": "r", "test": test})
    is_of_the_call = test.get("attribute", {}).get("is") == "changed" and it.phase.merges
    assert (foreseen(rule.test, it) is None) is is_of_the_call


EMPTY: dict[Part, dict[str, Any]] = {
    Part.AT_ENTRY: {"at_entry": {}},
    Part.ATTRIBUTES: {"attributes": {}},
    Part.INTERESTS: {"interests": ()},
    Part.ATTACHMENTS: {"attachments": 0},
    Part.OPEN_TASKS: {"open_tasks": 0},
    Part.IS_HELD: {"is_held": False},
    Part.VISITS: {"visits": ()},
    Part.TEAMS: {"teams": frozenset()},
}


@given(CHECKS, cases())
def test_what_a_rule_does_not_look_at_may_be_missing(test: dict[str, Any], it: Case) -> None:
    it = replace(it, inputs=Inputs())
    rule = stored_rule({"id": "r", "test": test})
    without = it.standing
    for part in set(Part) - looked_at(rule.test):
        without = replace(without, **EMPTY[part])
    assert foreseen(rule.test, replace(it, standing=without)) is foreseen(rule.test, it)


def test_one_way_that_is_closed_and_one_that_nobody_knows_are_no_refusal() -> None:
    role, amount = {"role": ["ADMIN"]}, {"field": {"name": "amount"}}
    empty = case()

    def told(test: dict[str, Any]) -> bool | None:
        return foreseen(stored_rule({"id": "r", "test": test}).test, empty)

    assert told(amount) is False
    assert told({"any": [amount, role]}) is None
    assert told({"all": [amount, role]}) is False
    assert told({"any": [{"not": amount}, role]}) is True
    assert told({"not": role}) is None
