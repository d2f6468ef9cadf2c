"""Remedies against what a transition demands and does not find."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from pipeline_gql.domain.errors import Broken, Ref, Refusal, Remedy, TransitionNotPermitted
from pipeline_gql.domain.facts import day_of
from pipeline_gql.domain.mending import WRITTEN, Change, Mender
from pipeline_gql.domain.remedies import ask
from pipeline_gql.domain.rules import Case
from pipeline_gql.domain.ruling.comparing import plain
from pipeline_gql.domain.ruling.people import (
    LimitCheck,
    OtherCheck,
    OwnerCheck,
    RoleCheck,
    TeamCheck,
    either,
)
from pipeline_gql.domain.ruling.surroundings import (
    AttachmentCheck,
    DaysCheck,
    GivenCheck,
    InterestsCheck,
    ReservedCheck,
    TasksCheck,
    VisitedCheck,
)
from pipeline_gql.domain.ruling.values import AttributeCheck, FieldCheck
from pipeline_gql.domain.viewer import ALLOWED, SPOKEN, Permission, Role

ADVICE: Mapping[type, str] = {
    InterestsCheck: "Say what the customer wants: opportunities.addInterest",
    AttachmentCheck: "Attach a document: opportunities.addAttachment",
    ReservedCheck: "Hold places: opportunities.reservePlacesForInterests or extendReservations",
    TasksCheck: "Complete its open tasks: task.complete",
}


def offer(refusals: Iterable[Refusal], mender: Mender) -> None:
    """Says of each refusal of a move what helps against it."""
    for refusal in refusals:
        if refusal.broken is not None:
            refusal.remedies = tuple(_against(refusal, refusal.broken, mender))


def _against(refusal: Refusal, broken: Broken, mender: Mender) -> Iterable[Remedy]:
    if changes := mender.changes(broken):
        yield _update(changes, mender)
    elif isinstance(refusal, TransitionNotPermitted):
        yield from ask(str(refusal.facts["allowed"]))
    elif advice := _advice(broken, mender.case):
        yield Remedy(advice)


def _update(changes: tuple[Change, ...], mender: Mender) -> Remedy:
    """Of the record as it stands, by names that `update` knows."""
    given: dict[str, object] = {"id": Ref("Opportunity", mender.case.standing.id)}
    attributes: list[Mapping[str, object]] = []
    for change in changes:
        if change.is_attribute:
            attributes.append({"definition_key": change.name, "value": change.value})
        elif change.name == "ownerId":
            given["owner_id"] = Ref("User", change.value)
        else:
            given[WRITTEN[change.name]] = change.value
    if attributes:
        given["attributes"] = attributes
    title = " and ".join(_said(change, mender) for change in changes)
    return Remedy(title[:1].upper() + title[1:], "opportunities.update", given)


def _said(change: Change, mender: Mender) -> str:
    name = change.name
    if change.is_attribute:
        name = mender.definitions[name].label
    if change.value is None:
        return f"clear {name}"
    if change.name == "ownerId":
        return f"make {mender.case.actor.name} its owner"
    return f"set {'amount' if name == 'grandTotal' else name} to {plain(change.value)}"


def _advice(broken: Broken, case: Case) -> str | None:
    """Where nothing can be guessed, what there is to do; None where there is nothing but time."""
    finding = broken.finding
    if finding is None:
        return _value(broken)
    if finding.negated or finding.ways:
        return f"See that {broken.field} is {broken.expected}"
    match finding.check:
        case GivenCheck() as check:
            return f"Give a {check.given} with the call"
        case VisitedCheck() as check:
            return f"Go by way of step {check.step}"
        case DaysCheck() as check:
            return _wait(check, case)
        case FieldCheck() | AttributeCheck():
            return _value(broken)
        case LimitCheck() as check:
            return _other_than(check.role)
        case RoleCheck() | OwnerCheck() | TeamCheck() | OtherCheck() as check:
            return f"Ask {check.who()}"
        case check:
            return ADVICE[type(check)]


def _wait(check: DaysCheck, case: Case) -> str | None:
    """None where it has waited for too long."""
    since = day_of(case.standing.entered_at or case.now, case.actor.time_zone)
    first = since + timedelta(days=check.at_least or 0)
    is_ahead = first > day_of(case.now, case.actor.time_zone)
    return f"Wait until {first}" if is_ahead else None


def _other_than(role: Role) -> str:
    able = [SPOKEN[each] for each in Role if each is not role and Permission.SELL in ALLOWED[each]]
    return f"Ask {either(able)}"


def _value(broken: Broken) -> str:
    must = "" if broken.expected == "present" else f": it must be {broken.expected}"
    name = broken.field.removeprefix("attributes.")
    if name != broken.field:
        return f"Give {name} in the call's attributes, or set it by opportunities.update{must}"
    return f"Set {name} by opportunities.update{must}"
