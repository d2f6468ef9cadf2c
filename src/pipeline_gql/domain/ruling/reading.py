"""Checks as documents hold them: a mapping of one member, which says what is asked.

::

    all: [<check>, …]                # also `any`, and `not: <check>`
    field: {name: expectedCloseDate, is: present}
    field: {name: grandTotal, is: ge, value: "1000.00"}
    attribute: {key: discount_reason, is: matches, value: "[A-Z]{3}-\\d+"}
    attribute: {key: format, is: in, values: [Online, In house]}
    interests: {at_least: 1, kind: EVENT, total_at_least: "1000.00"}
    limit: {of: discount, role: MEMBER, most: 15}       # or of: amount
    role: [ADMIN, MANAGER]
    is_owner: true
    in_team: Enterprise
    did_not_make: agree              # a transition's key
    attachments: {at_least: 1}
    given: reason                    # or comment: with the call
    reservations_valid: true
    was_in_step: qualified           # a step's key
    no_open_task: true
    days_in_step: {at_least: 2, at_most: 30}
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType

from pipeline_gql.domain.contents import Contents
from pipeline_gql.domain.errors import Path
from pipeline_gql.domain.interests import Kind
from pipeline_gql.domain.problems import Problems, invalid
from pipeline_gql.domain.ruling.cases import Check
from pipeline_gql.domain.ruling.nesting import All, Any, Nested, Not
from pipeline_gql.domain.ruling.people import (
    LimitCheck,
    Limited,
    OtherCheck,
    OwnerCheck,
    RoleCheck,
    TeamCheck,
)
from pipeline_gql.domain.ruling.reading_values import decimal_of, read_attribute, read_field
from pipeline_gql.domain.ruling.surroundings import (
    AttachmentCheck,
    DaysCheck,
    Given,
    GivenCheck,
    InterestsCheck,
    ReservedCheck,
    TasksCheck,
    VisitedCheck,
)
from pipeline_gql.domain.text import required_text
from pipeline_gql.domain.viewer import Role

DEEPEST = 10
MOST_CHECKS = 50
LONGEST_WAIT = 36_500
MOST = 1_000


def read_check(source: object, path: Path, problems: Problems, depth: int = 0) -> Nested | None:
    """None for what is wrong, which is in `problems` then."""
    contents = Contents(source, path, {"all", "any", "not", *KINDS}, problems)
    kinds = [kind for kind in ("all", "any", "not", *KINDS) if contents.has(kind)]
    if len(kinds) != 1 or depth > DEEPEST:
        wrong = "must hold one check" if depth <= DEEPEST else "is nested too deeply"
        problems.add(invalid(path, wrong))
        return None
    (kind,) = kinds
    if kind in KINDS:
        return KINDS[kind](contents)
    if kind == "not":
        check = read_check(contents.member("not"), (*path, "not"), problems, depth + 1)
        return None if check is None else Not(check)
    items = list(contents.items(kind))
    if not 0 < len(items) <= MOST_CHECKS:
        contents.wrong(kind, f"must hold 1 to {MOST_CHECKS} checks")
    checks = [read_check(item, place, problems, depth + 1) for place, item in items]
    known = tuple(check for check in checks if check is not None)
    return All(known) if kind == "all" else Any(known)


def _roles(contents: Contents) -> Check:
    roles = contents.texts("role")
    if not roles or not set(roles) <= set(Role):
        contents.wrong("role", f"must be a list of {', '.join(Role)}")
        return OwnerCheck()
    return RoleCheck(tuple(role for role in Role if role.value in roles))


def _alone(check: Check, name: str) -> Callable[[Contents], Check]:
    """A check that has nothing to be said about it but true."""

    def read(contents: Contents) -> Check:
        if contents.member(name) is not True:
            contents.wrong(name, "must be true")
        return check

    return read


def _interests(parent: Contents) -> Check:
    contents = parent.inner("interests", {"at_least", "kind", "total_at_least"})
    least = contents.number("at_least", MOST)
    total = _decimal(contents, "total_at_least") if contents.has("total_at_least") else None
    return InterestsCheck(1 if least is None else least, contents.choice(Kind, "kind"), total)


def _limit(parent: Contents) -> Check:
    contents = parent.inner("limit", {"of", "role", "most"})
    of, role = contents.choice(Limited, "of"), contents.choice(Role, "role")
    for name, value in (("of", of), ("role", role)):
        if value is None:
            contents.demand(name)
    return LimitCheck(of or Limited.AMOUNT, role or Role.MEMBER, _decimal(contents, "most"))


def _attachments(parent: Contents) -> Check:
    least = parent.inner("attachments", {"at_least"}).number("at_least", MOST)
    return AttachmentCheck(1 if least is None else least)


def _days(parent: Contents) -> Check:
    contents = parent.inner("days_in_step", {"at_least", "at_most"})
    least = contents.number("at_least", LONGEST_WAIT)
    most = contents.number("at_most", LONGEST_WAIT)
    if least is None and most is None:
        contents.demand("at_least")
    if least is not None and most is not None and least > most:
        contents.wrong("at_most", "must not be less than at_least", most)
    return DaysCheck(least, most)


def _decimal(contents: Contents, name: str) -> Decimal:
    number = decimal_of(contents.member(name))
    if number is None:
        contents.wrong(name, "must be a decimal number, not negative, of at most 4 decimals")
    return number or Decimal(0)


KINDS: Mapping[str, Callable[[Contents], Check | None]] = MappingProxyType(
    {
        "field": read_field,
        "attribute": read_attribute,
        "interests": _interests,
        "limit": _limit,
        "role": _roles,
        "is_owner": _alone(OwnerCheck(), "is_owner"),
        "in_team": lambda contents: TeamCheck(contents.text("in_team", required_text) or ""),
        "did_not_make": lambda contents: OtherCheck(contents.key("did_not_make")),
        "attachments": _attachments,
        "given": lambda contents: GivenCheck(contents.choice(Given, "given") or Given.REASON),
        "reservations_valid": _alone(ReservedCheck(), "reservations_valid"),
        "was_in_step": lambda contents: VisitedCheck(contents.key("was_in_step")),
        "no_open_task": _alone(TasksCheck(), "no_open_task"),
        "days_in_step": _days,
    }
)
