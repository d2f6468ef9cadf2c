"""Whether a check holds whoever asks: what is stored is known, who asks and what they say is not.

Attributes count as they are stored, although a call may bring others.
"""

from pipeline_gql.domain.ruling.cases import Case, Check
from pipeline_gql.domain.ruling.comparing import Operation
from pipeline_gql.domain.ruling.nesting import All, Any, Nested, Not, leaves
from pipeline_gql.domain.ruling.people import (
    LimitCheck,
    OtherCheck,
    OwnerCheck,
    RoleCheck,
    TeamCheck,
)
from pipeline_gql.domain.ruling.surroundings import (
    AttachmentCheck,
    GivenCheck,
    InterestsCheck,
    ReservedCheck,
    TasksCheck,
    VisitedCheck,
)
from pipeline_gql.domain.ruling.values import AttributeCheck, FieldCheck
from pipeline_gql.domain.standing import Part

_OF_THE_CALL = (RoleCheck, OwnerCheck, TeamCheck, OtherCheck, LimitCheck, GivenCheck)


def foreseen(nested: Nested, case: Case) -> bool | None:
    """None where it depends on who asks, or on what they say."""
    match nested:
        case Not(check):
            found = foreseen(check, case)
            return None if found is None else not found
        case All(checks) | Any(checks):
            decisive = isinstance(nested, Any)
            found = {foreseen(each, case) for each in checks}
            if decisive in found:
                return decisive
            return None if None in found else not decisive
        case _:
            return None if _depends(nested, case) else nested.holds(case)


def looked_at(nested: Nested) -> frozenset[Part]:
    """The parts of a standing without which it cannot be said."""
    return frozenset(part for check in leaves(nested) for part in _parts(check))


def _parts(check: Check) -> tuple[Part, ...]:
    match check:
        case FieldCheck(operation=Operation.CHANGED):
            return (Part.AT_ENTRY,)
        case AttributeCheck():
            return (Part.ATTRIBUTES,)
        case InterestsCheck():
            return (Part.INTERESTS,)
        case AttachmentCheck():
            return (Part.ATTACHMENTS,)
        case TasksCheck():
            return (Part.OPEN_TASKS,)
        case ReservedCheck():
            return (Part.IS_HELD,)
        case VisitedCheck():
            return (Part.VISITS,)
        case _:
            return ()


def _depends(check: Check, case: Case) -> bool:
    if isinstance(check, AttributeCheck):
        return check.operation is Operation.CHANGED and case.phase.merges
    return isinstance(check, _OF_THE_CALL)
