"""Rules: what each kind of check means, how they nest, what is told of a failure, what is refused
as a rule."""

import json
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from typing import Any

import pytest
from hypothesis import given

from pipeline_gql.domain.errors import Path, Refusal, Refused
from pipeline_gql.domain.rules import (
    Case,
    Finding,
    Inputs,
    Phase,
    Rule,
    export_rule,
    judge,
    stored_rule,
)
from pipeline_gql.domain.ruling.reading import KINDS
from pipeline_gql.domain.standing import Visit, Want
from pipeline_gql.domain.viewer import Role
from tests.domain.ruled import CHECKS, LEAVES, ME, NOW, OTHER, case, cases, holds


def rule(test: dict[str, Any], **more: Any) -> Rule:
    return stored_rule({"id": "r", "test": test, **more})


def found(test: dict[str, Any], it: Case) -> tuple[Finding, ...]:
    return judge(rule(test), it)


@given(CHECKS, cases())
def test_a_rule_is_kept_exactly_where_its_document_says_so(test: dict[str, Any], it: Case) -> None:
    assert (found(test, it) == ()) is holds(test, it)


@given(CHECKS, cases())
def test_each_finding_alone_is_reason_enough(test: dict[str, Any], it: Case) -> None:
    """What is found fails, and is told: with the field, and with what it must be."""
    for finding in found(test, it):
        assert finding.told.field
        assert finding.told.expected
        if finding.check is not None:
            assert finding.check.holds(it) is finding.negated


@given(CHECKS)
def test_a_rule_comes_back_as_it_went_out(test: dict[str, Any]) -> None:
    read = rule(test, name="A rule", phase="INPUT")
    assert stored_rule(export_rule(read)) == read


def test_every_kind_of_check_is_tried() -> None:
    assert set(LEAVES) == set(KINDS)


WANT = Want("EVENT", 2, 1_000_0000, 150_0000)
TRUTHS: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ({"field": {"name": "accountId"}}, {"fields": {"accountId": 3}}, {}),
    (
        {"field": {"name": "leadSource", "is": "eq", "value": "Web"}},
        {"fields": {"leadSource": "Web"}},
        {"fields": {"leadSource": "web"}},
    ),
    (
        {"field": {"name": "leadSource", "is": "ne", "value": "Web"}},
        {},
        {"fields": {"leadSource": "Web"}},
    ),
    (
        {"field": {"name": "amount", "is": "lt", "value": "10"}},
        {"fields": {"amount": Decimal("9.99")}},
        {"fields": {"amount": Decimal(10)}},
    ),
    (
        {"field": {"name": "amount", "is": "le", "value": "10.00"}},
        {"fields": {"amount": Decimal(10)}},
        {},
    ),
    (
        {"field": {"name": "probability", "is": "gt", "value": 20}},
        {"fields": {"probability": 21}},
        {"fields": {"probability": 20}},
    ),
    (
        {"field": {"name": "expectedCloseDate", "is": "ge", "value": "2026-07-01"}},
        {"fields": {"expectedCloseDate": date(2026, 7, 1)}},
        {"fields": {"expectedCloseDate": date(2026, 6, 30)}},
    ),
    (
        {"field": {"name": "regionId", "is": "in", "values": ["DR", "US"]}},
        {"fields": {"regionId": "US"}},
        {"fields": {"regionId": "FR"}},
    ),
    (
        {"field": {"name": "nextStep", "is": "contains", "value": "CALL"}},
        {"fields": {"nextStep": "we call them"}},
        {"fields": {"nextStep": "they write"}},
    ),
    (
        {"field": {"name": "externalId", "is": "matches", "value": "[A-Z]{2}-\\d+"}},
        {"fields": {"externalId": "PO-17"}},
        {"fields": {"externalId": "PO-17 "}},
    ),
    (
        {"field": {"name": "expectedCloseDate", "is": "changed"}},
        {"fields": {"expectedCloseDate": date(2026, 7, 1)}},
        {},
    ),
    (
        {"attribute": {"key": "p", "is": "ge", "value": 10}},
        {"attributes": {"p": "10.0"}},
        {"attributes": {"p": "9"}},
    ),
    (
        {"attribute": {"key": "p", "is": "ge", "value": "10"}},
        {"attributes": {"p": "9"}},
        {"attributes": {"p": "1"}},
    ),
    (
        {"attribute": {"key": "p", "is": "changed"}},
        {"attributes": {"p": "1"}, "inputs": Inputs({"p": "2"})},
        {"attributes": {"p": "1"}, "inputs": Inputs({"p": "1"})},
    ),
    (
        {"interests": {"at_least": 1, "kind": "EVENT", "total_at_least": 1000}},
        {"interests": (WANT,)},
        {"interests": (Want("PRODUCT", 2, 1_000_0000, 0),)},
    ),
    (
        {"limit": {"of": "discount", "role": "MEMBER", "most": 15}},
        {"interests": (WANT,)},
        {"interests": (Want("EVENT", 2, 1_000_0000, 150_0001),)},
    ),
    (
        {"limit": {"of": "amount", "role": "MEMBER", "most": "100.50"}},
        {"fields": {"grandTotal": Decimal(101)}, "role": Role.MANAGER},
        {"fields": {"grandTotal": Decimal(101)}},
    ),
    ({"role": ["ADMIN", "MANAGER"]}, {"role": Role.ADMIN}, {"role": Role.MEMBER}),
    ({"is_owner": True}, {"owner_id": ME}, {"owner_id": None}),
    ({"in_team": "Red"}, {"teams": frozenset({"Red"})}, {"teams": frozenset({"Blue"})}),
    (
        {"did_not_make": "agree"},
        {"visits": (Visit(2, "agree", OTHER),)},
        {"visits": (Visit(2, "agree", ME), Visit(2, "again", OTHER))},
    ),
    ({"attachments": {}}, {"attachments": 1}, {"attachments": 0}),
    ({"given": "reason"}, {"inputs": Inputs(reason="So")}, {"inputs": Inputs(comment="So")}),
    (
        {"reservations_valid": True},
        {"is_held": True, "held_until": NOW + timedelta(seconds=1)},
        {"is_held": True, "held_until": NOW},
    ),
    ({"was_in_step": "new"}, {}, {"visits": (Visit(2, None, ME), Visit(1, None, ME))}),
    ({"no_open_task": True}, {}, {"open_tasks": 1}),
    (
        {"days_in_step": {"at_least": 2}},
        {"entered_at": NOW - timedelta(hours=37)},
        {"entered_at": NOW - timedelta(hours=36)},
    ),
    (
        {"days_in_step": {"at_most": 1}},
        {"entered_at": NOW - timedelta(hours=36)},
        {"entered_at": NOW - timedelta(hours=37)},
    ),
]


@pytest.mark.parametrize(("test", "kept", "broken"), TRUTHS)
def test_what_a_check_means(
    test: dict[str, Any], kept: dict[str, Any], broken: dict[str, Any]
) -> None:
    assert found(test, case(**kept)) == ()
    assert found({"not": test}, case(**broken)) == ()
    assert len(found(test, case(**broken))) == 1
    assert len(found({"not": test}, case(**kept))) == 1


def test_only_what_comes_after_the_input_sees_it() -> None:
    test = {"attribute": {"key": "p"}}
    given = Inputs({"p": "1"})
    seen = [found(test, case(inputs=given, phase=phase)) == () for phase in Phase]
    assert dict(zip(Phase, seen, strict=True)) == {
        Phase.ACTOR: False, Phase.CONDITION: False, Phase.INPUT: True, Phase.VALIDATOR: True,
    }  # fmt: skip


def test_an_amount_is_compared_and_told_in_the_currency_of_the_record() -> None:
    test = {"field": {"name": "amount", "is": "ge", "value": "1000.5"}}
    for currency, actual, expected in (
        ("USD", "999.00", "at least 1000.50"),
        ("JPY", "999", "at least 1000.5"),
        ("KWD", "999.000", "at least 1000.500"),
    ):
        (finding,) = found(test, case(fields={"amount": Decimal(999)}, currency=currency))
        assert (finding.told.field, finding.told.actual) == ("amount", actual)
        assert finding.told.expected == expected


def test_what_fails_of_several_is_told_in_one_sentence_or_each_on_its_own() -> None:
    tests = [{"field": {"name": "accountId"}}, {"attachments": {"at_least": 2}}]
    every = found({"all": tests}, case())
    assert [finding.sentence for finding in every] == [
        "accountId is empty, must be present",
        "attachments is 0, must be at least 2",
    ]
    (either,) = found({"any": tests}, case())
    assert either.sentence == (
        "accountId is empty, must be present or attachments is 0, must be at least 2"
    )
    assert [[each.told.field for each in way] for way in either.ways] == [
        ["accountId"],
        ["attachments"],
    ]


@pytest.mark.parametrize(
    "value", [-3, -0.5, 0.00000125, 123456789.012345, 10**19 - 1, 1 - 10**19, Decimal("-1.5")]
)
def test_a_number_of_an_attribute_is_compared_and_kept_exactly(value: Any) -> None:
    exact = Decimal(str(value))
    asked = {"attribute": {"key": "p", "is": "eq", "value": value}}
    kept = json.loads(json.dumps(export_rule(rule(asked))))
    other = exact + (1 if exact == exact.to_integral_value() else Decimal("1e-10"))
    for it in (rule(asked), stored_rule(kept)):
        assert judge(it, case(attributes={"p": f"{exact:f}"})) == ()
        assert judge(it, case(attributes={"p": f"{other:f}"}))
    one_of = rule({"attribute": {"key": "p", "is": "in", "values": [value]}})
    assert judge(one_of, case(attributes={"p": f"{exact:f}"})) == ()


@pytest.mark.parametrize(
    ("is_", "wanted", "kept"),
    [
        ("contains", "Law", True),
        ("contains", "law", True),
        ("contains", "La", False),
        ("contains", '"', False),
        ("contains", '", "', False),
        ("contains", "Tax [old]", True),
        ("matches", "L.w", True),
        ("matches", ".*, .*", False),
    ],
)
def test_of_several_choices_each_is_looked_at_by_itself(is_: str, wanted: str, kept: bool) -> None:
    several = case(attributes={"p": '["Law", "Tax [old]"]'})
    findings = found({"attribute": {"key": "p", "is": is_, "value": wanted}}, several)
    assert (findings == ()) is kept
    assert [each.told.actual for each in findings] in ([], ["Law, Tax [old]"])


def test_a_text_that_looks_like_choices_is_searched_as_a_text() -> None:
    for text in ('["b", "a"]', '["a",]', "[a]", '["a"] and more', "[]", "[1]"):
        it = case(attributes={"p": text})
        check = {"attribute": {"key": "p", "is": "contains", "value": "["}}
        assert found(check, it) == (), text


LONG = {"all": [{"is_owner": True}] * 51}
DEEP: dict[str, Any] = reduce(lambda inner, _: {"not": inner}, range(12), {"is_owner": True})
FIELD = ("test", "field")


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"test": None}, ("test",)),
        ({"test": {}}, ("test",)),
        ({"test": []}, ("test",)),
        ({"test": {"is_owner": True, "no_open_task": True}}, ("test",)),
        ({"test": {"weather": "fine"}}, ("test", "weather")),
        ({"test": {"all": []}}, ("test", "all")),
        ({"test": LONG}, ("test", "all")),
        ({"test": {"any": [{"is_owner": False}]}}, ("test", "any", 0, "is_owner")),
        ({"test": {"field": {"name": "colour"}}}, (*FIELD, "name")),
        ({"test": {"field": {"is": "present"}}}, (*FIELD, "name")),
        ({"test": {"field": {"name": "accountId", "is": "eq", "value": 3}}}, (*FIELD, "is")),
        ({"test": {"field": {"name": "leadSource", "is": "lt", "value": "x"}}}, (*FIELD, "is")),
        ({"test": {"field": {"name": "leadSource", "is": "changed"}}}, (*FIELD, "is")),
        ({"test": {"field": {"name": "amount", "is": "contains", "value": 1}}}, (*FIELD, "is")),
        ({"test": {"field": {"name": "amount", "is": "ge"}}}, (*FIELD, "value")),
        ({"test": {"field": {"name": "amount", "is": "ge", "value": "ten"}}}, (*FIELD, "value")),
        ({"test": {"field": {"name": "amount", "is": "ge", "value": "NaN"}}}, (*FIELD, "value")),
        ({"test": {"field": {"name": "amount", "is": "ge", "value": 0.00001}}}, (*FIELD, "value")),
        ({"test": {"field": {"name": "amount", "value": 1}}}, (*FIELD, "value")),
        ({"test": {"field": {"name": "name", "is": "in", "values": []}}}, (*FIELD, "values")),
        ({"test": {"field": {"name": "name", "is": "in", "value": "x"}}}, (*FIELD, "value")),
        ({"test": {"field": {"name": "name", "is": "matches", "value": "(a"}}}, (*FIELD, "value")),
        ({"test": {"field": {"name": "amount", "is": "ge", "value": -1}}}, (*FIELD, "value")),
        (
            {"test": {"field": {"name": "expectedCloseDate", "is": "ge", "value": "2026-W01-1"}}},
            (*FIELD, "value"),
        ),
        ({"test": {"attribute": {"key": "p", "is": "matches", "value": 5}}}, ("test", "attribute")),
        *(
            ({"test": {"attribute": {"key": "p", "is": "ge", "value": value}}}, ("test",))
            for value in (1e-11, 10**19, Decimal("1.000000000000001"), float("inf"))
        ),
        ({"test": {"limit": {"of": "amount", "role": "MEMBER"}}}, ("test", "limit", "most")),
        ({"test": {"limit": {"of": "time", "role": "MEMBER", "most": 1}}}, ("test", "limit", "of")),
        ({"test": {"role": ["KING"]}}, ("test", "role")),
        ({"test": {"role": []}}, ("test", "role")),
        ({"test": {"in_team": 5}}, ("test", "in_team")),
        ({"test": {"given": "money"}}, ("test", "given")),
        ({"test": {"days_in_step": {}}}, ("test", "days_in_step", "at_least")),
        ({"test": {"days_in_step": {"at_least": 3, "at_most": 2}}}, ("test", "days_in_step")),
        ({"id": "Not a key"}, ("id",)),
        ({"phase": "LATER"}, ("phase",)),
        ({"code": "NOT_FOUND"}, ("code",)),
        ({"message": "\0"}, ("message",)),
        ({"colour": "red"}, ("colour",)),
    ],
)
def test_what_is_no_rule_is_refused_and_placed(wrong: dict[str, Any], path: Path) -> None:
    assert path in [found[: len(path)] for found in _paths(wrong)]


def test_codes_are_those_that_rules_may_have() -> None:
    with pytest.raises(Refusal) as refused:
        rule({"is_owner": True}, code="GONE")
    told = "must be one of TRANSITION_NOT_PERMITTED, CONDITION_NOT_MET, ATTRIBUTE_REQUIRED, "
    assert refused.value.facts["problem"] == told + "VALUE_INVALID"


def test_what_is_nested_too_deeply_is_refused() -> None:
    assert _paths({"test": DEEP})


def _paths(wrong: dict[str, Any]) -> list[Path]:
    try:
        stored_rule({"id": "r", "test": {"is_owner": True}, **wrong})
    except (Refusal, Refused) as refused:
        return [each.path for each in refused.refusals]
    return []
