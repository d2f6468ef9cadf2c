"""What a transition does beside moving a record, as frozen values.

They are carried out in the transaction of the move, in their order. `reading_actions.py` reads
them from a document; here they are written back.
"""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, ClassVar

from pipeline_gql.domain.tasks import Priority


class ActionType(StrEnum):
    """What an action does, spelled as in a document."""

    CREATE_ACCOUNT = "create_account"
    CREATE_CONTACT = "create_contact"
    CREATE_REGISTRATION = "create_registration"
    CREATE_INVOICE = "create_invoice"
    ISSUE_TRAINING_TOKENS = "issue_training_tokens"
    SET_FIELD = "set_field"
    SET_PROBABILITY = "set_probability"
    SET_OWNER = "set_owner"
    CREATE_TASK = "create_task"
    OPEN_FOLLOW_ON = "open_follow_on"

    @property
    def spoken(self) -> str:
        """As a sentence begins with it."""
        return self.value.replace("_", " ").capitalize()


class Outcome(StrEnum):
    """What became of an action; one that failed has undone the move, so there is no third."""

    DONE = "DONE"
    SKIPPED = "SKIPPED"


class Somebody(StrEnum):
    """A user, said by the part that they have in a move."""

    OWNER = "OWNER"
    MOVER = "MOVER"
    CREATOR = "CREATOR"
    ACCOUNT_OWNER = "ACCOUNT_OWNER"


@dataclass(frozen=True, slots=True)
class CreateAccount:
    """Of the opportunity, which names it unless `name` does."""

    type: ClassVar = ActionType.CREATE_ACCOUNT
    name: str | None = None


@dataclass(frozen=True, slots=True)
class CreateContact:
    """The first learner becomes the opportunity's main contact in this role, made if need be."""

    type: ClassVar = ActionType.CREATE_CONTACT
    role: str | None = None


@dataclass(frozen=True, slots=True)
class CreateRegistration:
    """For every interest in an event: its places are booked and its learners registered."""

    type: ClassVar = ActionType.CREATE_REGISTRATION


@dataclass(frozen=True, slots=True)
class CreateInvoice:
    """A draft with one line for each interest."""

    type: ClassVar = ActionType.CREATE_INVOICE


@dataclass(frozen=True, slots=True)
class IssueTrainingTokens:
    """For every interest in training tokens, to the account."""

    type: ClassVar = ActionType.ISSUE_TRAINING_TOKENS


@dataclass(frozen=True, slots=True)
class SetField:
    """`field` is one of the opportunity's as clients spell it; None clears it.

    A day is said as itself or as so many days after that of the move.
    """

    type: ClassVar = ActionType.SET_FIELD
    field: str
    value: str | None = None
    in_days: int | None = None


@dataclass(frozen=True, slots=True)
class SetProbability:
    type: ClassVar = ActionType.SET_PROBABILITY
    probability: int


@dataclass(frozen=True, slots=True)
class SetOwner:
    """Either `to` whom, or the user with an e-mail address."""

    type: ClassVar = ActionType.SET_OWNER
    to: Somebody | None = None
    user: str | None = None


@dataclass(frozen=True, slots=True)
class CreateTask:
    """Due so many days after that of the move; nobody's where there is no such user."""

    type: ClassVar = ActionType.CREATE_TASK
    title: str
    description: str | None = None
    due_in_days: int | None = None
    priority: Priority = Priority.NORMAL
    assign_to: Somebody = Somebody.OWNER


@dataclass(frozen=True, slots=True)
class OpenFollowOn:
    """`pipeline` and `step` are keys; without a step it starts where others start."""

    type: ClassVar = ActionType.OPEN_FOLLOW_ON
    pipeline: str
    step: str | None = None
    name: str | None = None


Action = (
    CreateAccount
    | CreateContact
    | CreateRegistration
    | CreateInvoice
    | IssueTrainingTokens
    | SetField
    | SetProbability
    | SetOwner
    | CreateTask
    | OpenFollowOn
)


def export_action(action: Action) -> dict[str, Any]:
    """The action as a document has it, without what it leaves open."""
    members = {each.name: getattr(action, each.name) for each in fields(action)}
    given = {name: value for name, value in members.items() if value is not None}
    plain = {k: v.value if isinstance(v, StrEnum) else v for k, v in given.items()}
    return {"type": action.type.value, **plain}
