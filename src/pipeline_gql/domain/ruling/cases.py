"""The case that rules judge: a record, who wants to move it, and what they say with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pipeline_gql.domain.standing import Standing
from pipeline_gql.domain.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a call brings along beside where to. Attributes are by key; None clears one."""

    attributes: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    reason: str | None = None
    comment: str | None = None
    override: bool = False


class Phase(StrEnum):
    """When a rule is asked: who may, what must hold of the record as it is stored, what the call
    must bring, and what must hold with that merged in."""

    ACTOR = "ACTOR"
    CONDITION = "CONDITION"
    INPUT = "INPUT"
    VALIDATOR = "VALIDATOR"

    @property
    def merges(self) -> bool:
        """Whether it sees the attributes that the call brings."""
        return self in {Phase.INPUT, Phase.VALIDATOR}


@dataclass(frozen=True, slots=True)
class Case:
    """`step_ids` are those of the version that the record is pinned to, by key."""

    standing: Standing
    actor: Viewer
    inputs: Inputs
    now: datetime
    step_ids: Mapping[str, int]
    phase: Phase = Phase.CONDITION

    @property
    def attributes(self) -> Mapping[str, str | None]:
        if not self.phase.merges:
            return self.standing.attributes
        return {**self.standing.attributes, **self.inputs.attributes}


@dataclass(frozen=True, slots=True)
class Told:
    """A check in words: what it looks at, what that is, and what it "must be"."""

    field: str
    actual: str | None
    expected: str


class Check(Protocol):
    """A typed question about a case. `who` says in the phase ACTOR whom it lets pass."""

    def holds(self, case: Case) -> bool: ...

    def told(self, case: Case) -> Told: ...

    def who(self) -> str: ...

    def exported(self) -> Mapping[str, object]: ...
