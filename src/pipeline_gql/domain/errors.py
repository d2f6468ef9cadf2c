"""Refusals: what an operation answers instead of doing its work.

A refusal is raised where it is known, with its facts as data; `api/wording.py` alone words it
for a client. `path` names the input's fields in snake case, outermost first.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar


class Code(StrEnum):
    """Stable, machine-readable names of refusals."""

    TRANSITION_NOT_FOUND = "TRANSITION_NOT_FOUND"
    TRANSITION_NOT_PERMITTED = "TRANSITION_NOT_PERMITTED"
    CONDITION_NOT_MET = "CONDITION_NOT_MET"
    ATTRIBUTE_REQUIRED = "ATTRIBUTE_REQUIRED"
    VALUE_INVALID = "VALUE_INVALID"
    VALUE_REQUIRED = "VALUE_REQUIRED"
    VERSION_CONFLICT = "VERSION_CONFLICT"
    STEP_RETIRED = "STEP_RETIRED"
    NOT_ENOUGH_PLACES = "NOT_ENOUGH_PLACES"
    ACTION_FAILED = "ACTION_FAILED"
    DRAFT_BEHIND = "DRAFT_BEHIND"
    NOT_PERMITTED = "NOT_PERMITTED"
    NOT_AN_ENTRY_STEP = "NOT_AN_ENTRY_STEP"
    ITEM_NOT_AVAILABLE = "ITEM_NOT_AVAILABLE"
    TOO_MANY_LEARNERS = "TOO_MANY_LEARNERS"
    NOT_FOUND = "NOT_FOUND"
    ALREADY_CONVERTED = "ALREADY_CONVERTED"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    QUOTA_EXCEEDED = "QUOTA_EXCEEDED"
    ROLLED_BACK = "ROLLED_BACK"
    TRY_AGAIN = "TRY_AGAIN"


@dataclass(frozen=True, slots=True)
class Ref:
    """A record by GraphQL type and key; shown to clients as its global id."""

    type: str
    key: int | str


Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Remedy:
    """What helps against a refusal: a verb such as `opportunities.progress` with its whole input
    (names in snake case, `Ref`s for ids), or (`verb` None) advice alone."""

    title: str
    verb: str | None = None
    input: Mapping[str, object] = field(default_factory=dict[str, object])


@dataclass(frozen=True, slots=True)
class Broken:
    """The rule of a transition that was not kept, and what failed of it: the field that it looks
    at, what that is and what it must be, in words. `finding` is what failed, typed, and `phase`
    when it did."""

    id: str | None
    name: str | None
    field: str
    actual: str | None
    expected: str
    finding: Any = None
    phase: Any = None


Aftermath = Callable[[Any, Callable[["Refusal"], str]], Awaitable[None]]


class Refusal(Exception):
    """One reason why nothing was done. `message` is a template over `facts`; `told`, where set, is
    said instead of it, as it is.

    `aftermath`, where set, is awaited with a unit of its own once the refused one has rolled back,
    and with what words a refusal.
    """

    code: ClassVar[Code]
    message: ClassVar[str]
    retryable: bool = False
    """Whether the same call may succeed later as it is."""
    told: str | None = None
    broken: Broken | None = None
    """What a transition demands and does not find."""
    aftermath: Aftermath | None = None

    def __init__(
        self,
        *,
        value: object = None,
        path: Path = (),
        remedies: Iterable[Remedy] = (),
        **facts: object,
    ) -> None:
        super().__init__(self.code)
        self.value = value
        self.path = path
        self.remedies = tuple(remedies)
        self.facts = facts

    @property
    def refusals(self) -> "tuple[Refusal, ...]":
        """As of `Refused`, so that one and several are told alike."""
        return (self,)

    @classmethod
    def title(cls) -> str:
        """The class's name in Title Case."""
        return re.sub(r"(?<!^)(?=[A-Z])", " ", cls.__name__)

    @property
    def label(self) -> str:
        return self.title()


class Refused(Exception):
    """Several reasons of one phase together; `aftermath` as a refusal's."""

    aftermath: Aftermath | None = None

    def __init__(self, refusals: "list[Refusal]") -> None:
        super().__init__(", ".join(r.code for r in refusals))
        self.refusals = tuple(refusals)


class TransitionNotFound(Refusal):
    code = Code.TRANSITION_NOT_FOUND
    message = "Transition from step {here} to step {there} not found"


class TransitionNotPermitted(Refusal):
    """`allowed` says who may, `who` says who asks."""

    code = Code.TRANSITION_NOT_PERMITTED
    message = "{transition} may be used by {allowed}; you are {who}"


class ConditionNotMet(Refusal):
    """`finding` says of which field what it is and what it must be."""

    code = Code.CONDITION_NOT_MET
    message = "{rule}: {finding}"


class AttributeRequired(Refusal):
    code = Code.ATTRIBUTE_REQUIRED
    message = "{name} is required to move to {step}"


class StepRetired(Refusal):
    """`became` says where records went that stood there, if that is known."""

    code = Code.STEP_RETIRED
    message = "Step {step} was removed in version {number}{became}"


class ValueInvalid(Refusal):
    """`problem` completes the sentence "{field} …", such as "must be at least 1"."""

    code = Code.VALUE_INVALID
    message = "{field} {problem}"


class ValueRequired(Refusal):
    """`because` says why nothing can stand in for it, such as ": the item has no price"."""

    code = Code.VALUE_REQUIRED
    message = "{field} is required{because}"

    def __init__(self, *, because: str = "", **facts: Any) -> None:
        super().__init__(because=because, **facts)


class VersionConflict(Refusal):
    code = Code.VERSION_CONFLICT
    message = "Changed since version {expected} by {who}: {fields}; it is at version {actual} now"


class DraftIsBehind(Refusal):
    code = Code.DRAFT_BEHIND
    message = "Version {number} was published after this draft began"


class NotEnoughPlaces(Refusal):
    """`places` says in words how many are `left`."""

    code = Code.NOT_ENOUGH_PLACES
    message = "{event} has {places} left, {asked} asked"


class TransitionActionFailed(Refusal):
    """`cause` is the refusal that the action met; its remedies are this one's."""

    code = Code.ACTION_FAILED
    message = "{action} failed: {cause}; nothing was changed"


class NotPermitted(Refusal):
    """`which` stands before the type: there is no "this" of what is to be created."""

    code = Code.NOT_PERMITTED
    message = "{who} may not {verb} {which} {type}"

    def __init__(self, *, which: str = "this", **facts: Any) -> None:
        super().__init__(which=which, **facts)


class NotAnEntryStep(Refusal):
    """`elsewhere` says of which pipeline it is none, and of which it is a step."""

    code = Code.NOT_AN_ENTRY_STEP
    message = "{step} is not an entry step{elsewhere}"

    def __init__(self, *, elsewhere: str = "", **facts: Any) -> None:
        super().__init__(elsewhere=elsewhere, **facts)


class ItemNotAvailable(Refusal):
    code = Code.ITEM_NOT_AVAILABLE
    message = "{item} is {state}"


class TooManyLearners(Refusal):
    code = Code.TOO_MANY_LEARNERS
    message = "{learners} learners for a quantity of {quantity}"


class NotFound(Refusal):
    """`id` is a `Ref`, or the text that the client sent."""

    code = Code.NOT_FOUND
    message = "{type} {id} not found"


class LeadAlreadyConverted(Refusal):
    """`value` is the opportunity, and `became` says its id, where the viewer may see it."""

    code = Code.ALREADY_CONVERTED
    message = "{lead} was converted at {time}{became}"


class KeyAlreadyUsed(Refusal):
    code = Code.IDEMPOTENCY_KEY_REUSED
    message = "This key was used with other input at {time}"


class QuotaExceeded(Refusal):
    code = Code.QUOTA_EXCEEDED
    message = "{left} bytes are left for files, the file has {asked}"


class RolledBack(Refusal):
    """Nothing is wrong with this verb, but with another of its transaction, which `value` names."""

    code = Code.ROLLED_BACK
    message = "Not done, since {other} {why} and all are done or none"

    @classmethod
    def for_the_sake_of(cls, other: str, why: "Refusal | Refused") -> "RolledBack":
        """`other` is where the refused verb stands in the answer."""
        codes = ", ".join(dict.fromkeys(refusal.code for refusal in why.refusals))
        undone = cls(other=other, why=f"was refused ({codes})", value=other)
        undone.retryable = all(refusal.retryable for refusal in why.refusals)
        return undone

    @classmethod
    def by_a_bug_in(cls, other: str) -> "RolledBack":
        """`other` is where the verb that broke stands in the answer."""
        return cls(other=other, why="broke", value=other)


class FilesUnavailable(Refusal):
    """The place where files are kept does not answer."""

    code = Code.TRY_AGAIN
    message = "Files cannot be stored at the moment; nothing was changed"
    retryable = True


class TryAgain(Refusal):
    """The database could not finish in time or in order; nothing was written."""

    code = Code.TRY_AGAIN
    message = "The server is busy with this record; nothing was changed"
    retryable = True
