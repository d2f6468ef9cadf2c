"""Cases and checks made up, and what each check means, said once more and naively."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from pipeline_gql.domain.fields import FIELDS, KEPT_AT_ENTRY, Form
from pipeline_gql.domain.rules import Case, Inputs, Phase
from pipeline_gql.domain.standing import Standing, Visit, Want
from pipeline_gql.domain.viewer import Role, Viewer

NOW = datetime(2026, 7, 15, 12, tzinfo=UTC)
STEP_IDS = {"new": 1, "talk": 2, "won": 3}
ME, OTHER = 7, 8
SCALE = 10_000


def case(
    *,
    role: Role = Role.MEMBER,
    inputs: Inputs | None = None,
    phase: Phase = Phase.VALIDATOR,
    fields: dict[str, Any] | None = None,
    **standing: Any,
) -> Case:
    """A record of a member on `talk`; `fields` beside those that are always there."""
    known = {**dict.fromkeys(FIELDS), "name": "A deal", "currency": "USD", "probability": 20}
    known |= {"grandTotal": Decimal(0), "ownerId": standing.get("owner_id")}
    facts: dict[str, Any] = {
        "step_id": 2,
        "probability": 20,
        "probability_is_manual": False,
        "actual_close_date": None,
        "entered_at": NOW,
        "fields": known | (fields or {}),
        "at_entry": {name: known[name] for name in KEPT_AT_ENTRY},
        "visits": (Visit(1, None, ME), Visit(2, "begin", OTHER)),
    }
    viewer = Viewer(UUID(int=1), ME, "Mia Member", role)
    return Case(Standing(**facts | standing), viewer, inputs or Inputs(), NOW, STEP_IDS, phase)


def _texts() -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from(["a", "ab", "b", "AB", "10", "9"])


def _amounts() -> st.SearchStrategy[Decimal]:
    return st.integers(0, 30).map(lambda number: Decimal(number) / 2)


DAYS = st.sampled_from([date(2026, 7, day) for day in (1, 2, 3)])


@st.composite
def cases(draw: st.DrawFn) -> Case:
    fields: dict[str, Any] = {
        name: draw(_texts()) for name, form in FIELDS.items() if form is Form.TEXT
    }
    fields |= {"amount": draw(st.none() | _amounts()), "grandTotal": draw(_amounts())}
    fields |= {"probability": draw(st.integers(0, 3)), "currency": draw(CURRENCIES)}
    fields |= {"expectedCloseDate": draw(st.none() | DAYS), "actualCloseDate": None}
    fields |= {name: draw(st.none() | st.just(ME)) for name in ("accountId", "contactId")}
    fields["ownerId"] = owner = draw(st.sampled_from([None, ME, OTHER]))
    people = st.sampled_from([None, ME, OTHER])
    visits = st.builds(Visit, st.integers(1, 3), st.sampled_from([None, "begin", "agree"]), people)
    want = st.builds(
        Want,
        st.sampled_from(["EVENT", "PRODUCT"]),
        st.integers(1, 3),
        st.just(20 * SCALE),
        st.integers(0, 20).map(lambda units: units * SCALE),
    ) | st.just(Want("EVENT", 1, 0, 0))
    attributes = st.dictionaries(st.sampled_from("pq"), _texts(), max_size=2)
    stored = {key: value for key, value in draw(attributes).items() if value is not None}
    return case(
        role=draw(st.sampled_from(Role)),
        phase=draw(st.sampled_from(Phase)),
        fields=fields,
        owner_id=owner,
        currency=fields["currency"],
        at_entry={name: draw(st.sampled_from([fields[name], None])) for name in KEPT_AT_ENTRY},
        attributes=stored,
        interests=tuple(draw(st.lists(want, max_size=2))),
        attachments=draw(st.integers(0, 2)),
        open_tasks=draw(st.integers(0, 1)),
        is_held=draw(st.booleans()),
        held_until=draw(st.none() | st.integers(-1, 1).map(lambda d: NOW + timedelta(days=d))),
        visits=tuple(draw(st.lists(visits, max_size=3))),
        entered_at=NOW - timedelta(hours=draw(st.integers(0, 100))),
        teams=frozenset(draw(st.sets(st.sampled_from(["Red", "Blue"])))),
        inputs=Inputs(draw(attributes), draw(_texts()), draw(_texts())),
    )


CURRENCIES = st.sampled_from(["USD", "JPY"])
_ORDER = st.sampled_from(["lt", "le", "gt", "ge", "eq", "ne"])
_WORD = st.sampled_from(["a", "b", "ab", "10"])
_PATTERN = st.sampled_from(["a+", "[0-9]{1,3}", "a|b", ".*b"])


@st.composite
def _compared(draw: st.DrawFn, ordered: st.SearchStrategy[Any] | None) -> dict[str, Any]:
    if ordered is not None and draw(st.booleans()):
        return {"is": draw(_ORDER), "value": draw(ordered)}
    match draw(st.sampled_from(["present", "eq", "ne", "in", "contains", "matches"])):
        case "present":
            return {"is": "present"}
        case "in":
            values = st.lists(_WORD if ordered is None else ordered, min_size=1, max_size=2)
            return {"is": "in", "values": draw(values)}
        case "contains" | "matches" as operation if ordered is None:
            wanted = _WORD if operation == "contains" else _PATTERN
            return {"is": operation, "value": draw(wanted)}
        case operation:
            operation = operation if operation in ("eq", "ne") else "eq"
            return {"is": operation, "value": draw(_WORD if ordered is None else ordered)}


def _field(name: str, ordered: st.SearchStrategy[Any] | None) -> st.SearchStrategy[dict[str, Any]]:
    return _compared(ordered).map(lambda more: {"field": {"name": name, **more}})


_DAY = DAYS.map(lambda day: day.isoformat())
_MONEY = _amounts().map(str)
LEAVES: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "field": st.one_of(
        _field("leadSource", None),
        _field("grandTotal", _MONEY),
        _field("amount", _MONEY),
        _field("probability", st.integers(0, 3)),
        _field("expectedCloseDate", _DAY),
        st.sampled_from(["accountId", "ownerId"]).map(lambda n: {"field": {"name": n}}),
        st.sampled_from(sorted(KEPT_AT_ENTRY)).map(
            lambda n: {"field": {"name": n, "is": "changed"}}
        ),
    ),
    "attribute": st.one_of(
        _compared(None).map(lambda more: {"attribute": {"key": "p", **more}}),
        st.tuples(_ORDER, st.sampled_from([9, 10, 9.5])).map(
            lambda it: {"attribute": {"key": "p", "is": it[0], "value": it[1]}}
        ),
        st.just({"attribute": {"key": "p", "is": "changed"}}),
    ),
    "interests": st.fixed_dictionaries(
        {"at_least": st.integers(0, 2)},
        optional={"kind": st.sampled_from(["EVENT", "PRODUCT"]), "total_at_least": st.just("30")},
    ).map(lambda it: {"interests": it}),
    "limit": st.fixed_dictionaries(
        {
            "of": st.sampled_from(["amount", "discount"]),
            "role": st.sampled_from(["MEMBER", "MANAGER"]),
            "most": st.sampled_from([0, 7, 10.5, 50]),
        }
    ).map(lambda it: {"limit": it}),
    "role": st.sets(st.sampled_from(list(map(str, Role))), min_size=1, max_size=2).map(
        lambda it: {"role": sorted(it)}
    ),
    "is_owner": st.just({"is_owner": True}),
    "in_team": st.sampled_from(["Red", "Blue"]).map(lambda it: {"in_team": it}),
    "did_not_make": st.sampled_from(["begin", "agree"]).map(lambda it: {"did_not_make": it}),
    "attachments": st.integers(0, 2).map(lambda it: {"attachments": {"at_least": it}}),
    "given": st.sampled_from(["reason", "comment"]).map(lambda it: {"given": it}),
    "reservations_valid": st.just({"reservations_valid": True}),
    "was_in_step": st.sampled_from(sorted(STEP_IDS)).map(lambda it: {"was_in_step": it}),
    "no_open_task": st.just({"no_open_task": True}),
    "days_in_step": st.sampled_from(
        [{"at_least": 1}, {"at_most": 2}, {"at_least": 1, "at_most": 2}]
    ).map(lambda it: {"days_in_step": it}),
}


def _nested(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    several = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        several.map(lambda it: {"all": it}),
        several.map(lambda it: {"any": it}),
        inner.map(lambda it: {"not": it}),
    )


CHECKS = st.recursive(st.one_of(*LEAVES.values()), _nested, max_leaves=6)


def holds(check: dict[str, Any], it: Case) -> bool:
    """What the document says, read by a person."""
    ((kind, said),) = check.items()
    who, record = it.actor, it.standing
    match kind:
        case "all":
            return all(holds(each, it) for each in said)
        case "any":
            return any(holds(each, it) for each in said)
        case "not":
            return not holds(said, it)
        case "field" if said.get("is") == "changed":
            return record.fields[said["name"]] != record.at_entry[said["name"]]
        case "field":
            return _compares(said, record.fields[said["name"]])
        case "attribute":
            return _attribute(said, it)
        case "interests":
            meant = [w for w in record.interests if said.get("kind") in (None, w.kind)]
            total = sum(w.total for w in meant)
            return len(meant) >= said["at_least"] and total >= SCALE * int(
                said.get("total_at_least", 0)
            )
        case "limit" if who.role.value != said["role"]:
            return True
        case "limit" if said["of"] == "amount":
            value = record.fields["grandTotal"]
            assert isinstance(value, Decimal)
            return value <= Decimal(str(said["most"]))
        case "limit":
            paid = [w for w in record.interests if w.total]
            shares = [Decimal(w.discount) / w.total * 100 for w in paid]
            return max(shares, default=Decimal(0)) <= Decimal(str(said["most"]))
        case "role":
            return who.role.value in said
        case "is_owner":
            return record.owner_id == ME
        case "in_team":
            return said in record.teams
        case "did_not_make":
            return (said, ME) not in {(v.transition, v.actor_id) for v in record.visits}
        case "attachments":
            return record.attachments >= said["at_least"]
        case "given":
            return getattr(it.inputs, said) is not None
        case "reservations_valid":
            return record.is_held and (record.held_until is None or record.held_until > NOW)
        case "was_in_step":
            return STEP_IDS[said] in [v.step_id for v in record.visits][:-1]
        case "no_open_task":
            return not record.open_tasks
        case "days_in_step":
            assert record.entered_at is not None
            days = (NOW.date() - record.entered_at.date()).days
            return said.get("at_least", 0) <= days <= said.get("at_most", 99)
        case _:
            raise AssertionError(kind)


def _attribute(said: dict[str, Any], it: Case) -> bool:
    had = it.standing.attributes.get("p")
    has = had
    if it.phase in (Phase.INPUT, Phase.VALIDATOR) and "p" in it.inputs.attributes:
        has = it.inputs.attributes["p"]
    if said.get("is") == "changed":
        return has != had
    if isinstance(said.get("value"), int | float):
        number = Decimal(has) if has and re.fullmatch("[0-9]+", has) else None
        return _compares({**said, "value": str(said["value"])}, number)
    return _compares(said, has)


def _compares(said: dict[str, Any], actual: Any) -> bool:
    operation = said.get("is", "present")
    if operation == "present":
        return actual is not None
    if operation == "in":
        return any(_compares({"is": "eq", "value": value}, actual) for value in said["values"])
    wanted = _alike(said["value"], actual)
    if operation == "ne":
        return actual is None or actual != wanted
    if actual is None:
        return False
    match operation:
        case "eq":
            return actual == wanted
        case "lt":
            return actual < wanted
        case "le":
            return actual <= wanted
        case "gt":
            return actual > wanted
        case "ge":
            return actual >= wanted
        case "contains":
            return wanted.lower() in actual.lower()
        case "matches":
            return re.fullmatch(wanted, actual) is not None
        case _:
            raise AssertionError(operation)


def _alike(wanted: str, actual: Any) -> Any:
    if isinstance(actual, Decimal):
        return Decimal(wanted)
    return date.fromisoformat(wanted) if isinstance(actual, date) else wanted
