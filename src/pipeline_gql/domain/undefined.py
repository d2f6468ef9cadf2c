"""Attributes that a graph asks for: they must be defined, be compared with what they can be, and
be there where they are demanded."""

from collections.abc import Collection, Iterator, Mapping

from pipeline_gql.domain.attribute_types import NUMBERS, Type
from pipeline_gql.domain.attributes import Definition, judge
from pipeline_gql.domain.errors import Path, ValueInvalid
from pipeline_gql.domain.fields import FIELDS
from pipeline_gql.domain.flaws import Flaw, Kind
from pipeline_gql.domain.pipeline import Graph
from pipeline_gql.domain.ruling.comparing import ALONE, ORDERED, TEXTUAL, Operation
from pipeline_gql.domain.ruling.nesting import leaves
from pipeline_gql.domain.ruling.values import AttributeCheck


def required(graph: Graph) -> Iterator[tuple[Path, str]]:
    """The attributes that transitions require, each with where."""
    for place, edge in enumerate(graph.transitions):
        for index, name in enumerate(edge.required_attributes):
            if name not in FIELDS:
                yield ("transitions", place, "required_attributes", index), name


def named(graph: Graph) -> Iterator[tuple[Path, str]]:
    """Those, and the attributes that rules ask about."""
    yield from required(graph)
    for path, check in checks(graph):
        yield path, check.key


def checks(graph: Graph) -> Iterator[tuple[Path, AttributeCheck]]:
    for place, edge in enumerate(graph.transitions):
        for index, rule in enumerate(edge.rules):
            for check in leaves(rule.test):
                if isinstance(check, AttributeCheck):
                    yield ("transitions", place, "rules", index, "test"), check


def undefined(graph: Graph, defined: Collection[str]) -> Iterator[Flaw]:
    for path, key in named(graph):
        if key not in defined:
            problem = f"asks for {key}, which is neither a field nor a defined attribute"
            yield Flaw(Kind.UNKNOWN_ATTRIBUTE, path, problem, key)


def mostly_missing(graph: Graph, having: Mapping[str, int], total: int) -> Iterator[Flaw]:
    """`having` says how many of the `total` open opportunities have a value, by key."""
    for path, key in required(graph):
        have = having.get(key, 0)
        if have * 2 < total:
            problem = f"asks for {key}, which {total - have} of {total} open opportunities lack"
            yield Flaw(Kind.ATTRIBUTE_MOSTLY_MISSING, path, problem, key)


def meaningless(graph: Graph, definitions: Mapping[str, Definition]) -> Iterator[Flaw]:
    """Values are compared as they are kept: what is written otherwise would never be met."""
    for path, check in checks(graph):
        definition = definitions.get(check.key)
        if definition is None or check.operation in ALONE | TEXTUAL:
            if definition is not None and (problem := _no_choice(definition, check)):
                yield Flaw(Kind.VALUE_INVALID, path, problem, check.wanted)
            continue
        for wanted in check.wanted if isinstance(check.wanted, tuple) else (check.wanted,):
            if isinstance(wanted, str) and (problem := _misfit(definition, wanted, path)):
                problem = f"compares {check.key} with {wanted}, {problem}"
                yield Flaw(Kind.VALUE_INVALID, path, problem, wanted)


def _no_choice(definition: Definition, check: AttributeCheck) -> str | None:
    """What several choices cannot contain."""
    asked = check.operation is Operation.CONTAINS and definition.type is Type.MULTI_CHOICE
    choices = {choice.casefold() for choice in definition.choices}
    if not asked or str(check.wanted).casefold() in choices:
        return None
    known = ", ".join(definition.choices)
    return f"looks for {check.wanted} in {check.key}, which must be one of {known}"


def _misfit(definition: Definition, wanted: str, path: Path) -> str | None:
    try:
        kept = judge(definition, wanted, path, "UTC")
    except ValueInvalid as refused:
        return f"which {refused.facts['problem']}"
    return None if kept == wanted else f"which is kept as {kept}: write it so"


def ordered_as_text(graph: Graph, definitions: Mapping[str, Definition]) -> Iterator[Flaw]:
    """What stands in quotes is no number."""
    for path, check in checks(graph):
        definition = definitions.get(check.key)
        is_text = check.operation in ORDERED and isinstance(check.wanted, str)
        if is_text and definition is not None and definition.type in NUMBERS:
            problem = f"orders {check.key}, a number, as a text: compare it with a number"
            yield Flaw(Kind.NUMBER_COMPARED_AS_TEXT, path, problem, check.wanted)
