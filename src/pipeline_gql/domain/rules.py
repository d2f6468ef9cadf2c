"""Rules of transitions: typed data, so that they can be explained, simulated and exported.

In a document a rule is::

    - id: four_eyes                  # small letters, digits, _ and -; once per transition
      name: Somebody else wins it    # [the id]
      phase: ACTOR                   # or CONDITION, INPUT, VALIDATOR [CONDITION]
      test: {did_not_make: agree}    # see ruling/reading.py
      code: CONDITION_NOT_MET        # of a refusal [as the phase says]
      message: Four eyes, please     # for people [what is wrong, in words]
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pipeline_gql.domain.contents import Contents
from pipeline_gql.domain.errors import Code, Path
from pipeline_gql.domain.problems import Problems
from pipeline_gql.domain.ruling.cases import Case, Inputs, Phase
from pipeline_gql.domain.ruling.nesting import Finding, Nested, exported, findings
from pipeline_gql.domain.ruling.reading import read_check
from pipeline_gql.domain.ruling.surroundings import ReservedCheck
from pipeline_gql.domain.text import ADDRESS, required_text

__all__ = [
    "Case", "Finding", "Inputs", "Phase", "Rule", "export_rule", "judge", "read_rule",
    "stored_rule",
]  # fmt: skip

RULE = {"id", "name", "phase", "test", "code", "message"}
MOST_RULES = 50

CODES: Mapping[Phase, Code] = MappingProxyType(
    {
        Phase.ACTOR: Code.TRANSITION_NOT_PERMITTED,
        Phase.CONDITION: Code.CONDITION_NOT_MET,
        Phase.INPUT: Code.ATTRIBUTE_REQUIRED,
        Phase.VALIDATOR: Code.VALUE_INVALID,
    }
)


@dataclass(frozen=True, slots=True)
class Rule:
    """`code` and `message` are None where the phase's own are meant."""

    id: str
    name: str
    phase: Phase
    test: Nested
    code: Code | None = None
    message: str | None = None

    @property
    def refused_as(self) -> Code:
        return self.code or CODES[self.phase]


def read_rule(contents: Contents) -> Rule:
    """A rule of a document; what is wrong with it goes to the problems of `contents`."""
    id = contents.key("id")
    test = read_check(contents.member("test"), (*contents.path, "test"), contents.problems)
    code = contents.choice(Code, "code", CODES.values())
    message = contents.text("message", _message)
    phase = contents.choice(Phase, "phase") or Phase.CONDITION
    return Rule(id, contents.name(id), phase, test or ReservedCheck(), code, message)


def _message(value: object, path: Path) -> str:
    return required_text(value, path, ADDRESS)


def stored_rule(source: object) -> Rule:
    """A rule as `export_rule` gave it. Raises what is wrong with any other."""
    problems = Problems()
    rule = read_rule(Contents(source, (), RULE, problems))
    problems.raise_if_any()
    return rule


def export_rule(rule: Rule) -> dict[str, Any]:
    """As `read_rule` takes it, defaults included."""
    return {
        "id": rule.id,
        "name": rule.name,
        "phase": rule.phase.value,
        "test": exported(rule.test),
        "code": None if rule.code is None else rule.code.value,
        "message": rule.message,
    }


def judge(rule: Rule, case: Case) -> tuple[Finding, ...]:
    """What fails of a rule; empty where it is kept."""
    return findings(rule.test, case)
