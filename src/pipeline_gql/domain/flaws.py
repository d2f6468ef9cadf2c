"""What is wrong, or looks wrong, with a pipeline: a kind, where it stands, and a sentence."""

from dataclasses import dataclass
from enum import StrEnum

from pipeline_gql.domain.errors import Path, Refusal
from pipeline_gql.domain.problems import field_name, invalid


class Kind(StrEnum):
    """Stable names; those after STEP_HOLDS_RECORDS are doubts, which keep nobody back."""

    VALUE_INVALID = "VALUE_INVALID"
    VALUE_REQUIRED = "VALUE_REQUIRED"
    NO_ENTRY_STEP = "NO_ENTRY_STEP"
    DEAD_END = "DEAD_END"
    UNKNOWN_STEP = "UNKNOWN_STEP"
    UNKNOWN_TRANSITION = "UNKNOWN_TRANSITION"
    UNKNOWN_FIELD = "UNKNOWN_FIELD"
    UNKNOWN_ATTRIBUTE = "UNKNOWN_ATTRIBUTE"
    STEP_HOLDS_RECORDS = "STEP_HOLDS_RECORDS"
    UNREACHABLE_STEP = "UNREACHABLE_STEP"
    PROBABILITY_FALLS = "PROBABILITY_FALLS"
    ATTRIBUTE_MOSTLY_MISSING = "ATTRIBUTE_MOSTLY_MISSING"


@dataclass(frozen=True, slots=True)
class Flaw:
    """`problem` completes the sentence "<field> …"; `path` leads into the document."""

    kind: Kind
    path: Path
    problem: str
    value: object = None

    @property
    def message(self) -> str:
        return f"{field_name(self.path)} {self.problem}"

    @property
    def refusal(self) -> Refusal:
        return invalid(self.path, self.problem, self.value)
