"""What is wrong, or looks wrong, with a pipeline: a kind, where it stands, and a sentence."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from pipeline_gql.domain.errors import Path, Refusal, ValueRequired
from pipeline_gql.domain.problems import field_name, invalid


class Kind(StrEnum):
    """Stable names; those after UNKNOWN_ATTRIBUTE are doubts, which keep nobody back."""

    VALUE_INVALID = "VALUE_INVALID"
    VALUE_REQUIRED = "VALUE_REQUIRED"
    NO_ENTRY_STEP = "NO_ENTRY_STEP"
    DEAD_END = "DEAD_END"
    UNKNOWN_STEP = "UNKNOWN_STEP"
    UNKNOWN_TRANSITION = "UNKNOWN_TRANSITION"
    UNKNOWN_ATTRIBUTE = "UNKNOWN_ATTRIBUTE"
    UNREACHABLE_STEP = "UNREACHABLE_STEP"
    PROBABILITY_FALLS = "PROBABILITY_FALLS"
    ATTRIBUTE_MOSTLY_MISSING = "ATTRIBUTE_MOSTLY_MISSING"
    NUMBER_COMPARED_AS_TEXT = "NUMBER_COMPARED_AS_TEXT"
    UNKNOWN_TEAM = "UNKNOWN_TEAM"
    UNKNOWN_USER = "UNKNOWN_USER"
    UNKNOWN_PIPELINE = "UNKNOWN_PIPELINE"


@dataclass(frozen=True, slots=True)
class Flaw:
    """`problem` completes the sentence "<field> …"; `path` leads into the document."""

    kind: Kind
    path: Path
    problem: str
    value: object = None
    subject: str | None = None
    """Whom the sentence is about, where that is more than the field."""

    @property
    def message(self) -> str:
        return f"{self.subject or field_name(self.path)} {self.problem}"

    @property
    def refusal(self) -> Refusal:
        """It remembers what kind of flaw it was."""
        refusal = invalid(self.path, self.problem, self.value)
        refusal.facts["kind"] = self.kind
        if self.subject is not None:
            refusal.told = self.message
        return refusal


def flaws_of(refusals: Iterable[Refusal]) -> tuple[Flaw, ...]:
    """What a reader of documents refused, as flaws."""
    return tuple(_flaw(each) for each in refusals)


def _flaw(refusal: Refusal) -> Flaw:
    if isinstance(refusal, ValueRequired):
        problem = f"is required{refusal.facts['because']}"
        return Flaw(Kind.VALUE_REQUIRED, refusal.path, problem)
    problem = refusal.message.format(**{**refusal.facts, "field": ""}).strip()
    kind = Kind(str(refusal.facts.get("kind", Kind.VALUE_INVALID)))
    return Flaw(kind, refusal.path, problem, refusal.value)
