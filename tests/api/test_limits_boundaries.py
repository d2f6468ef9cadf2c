"""Each limit of the defaults: the last document that passes, the first that does not; and what
clients are told they may send, all of which passes."""

from collections.abc import Callable

import pytest
from graphql import get_introspection_query

from pipeline_gql.api.graphiql import examples
from pipeline_gql.api.limits import LimitExceeded, Limits, check, parse_document
from pipeline_gql.config import Settings
from tests.api.asking import Ask
from tests.api.test_limits import chain, nested
from tests.conformance.told import TOLD
from tests.test_readme import DOCUMENTS

EXPLORER = get_introspection_query(
    descriptions=True,
    specified_by_url=True,
    directive_is_repeatable=True,
    schema_description=True,
    input_value_deprecation=True,
)
"""What GraphiQL and code generators send, with all that they may ask."""


def names(count: int, letter: str = "f") -> str:
    return " ".join(f"{letter}{i}" for i in range(count))


def costing(cost: int) -> str:
    """About half a million: two lists make 500,000."""
    lists = [
        "a(first: 100) { nodes { b(first: 100) { nodes { " + names(48) + " } } } }",
        "c(first: 71) { nodes { " + names(137) + " } }",
    ]
    return "{ " + " ".join([*lists, names(cost - 500_000, "more")]) + " }"


BOUNDARIES: dict[str, tuple[int, Callable[[int], str]]] = {
    "max_depth": (20, lambda n: nested(n, "{ a ")),
    "max_fields": (1000, lambda n: "{ r { " + names(n - 1) + " } }"),
    "max_root_fields": (20, lambda n: "{ " + names(n) + " }"),
    "max_aliases": (100, lambda n: "{ r { " + " ".join(f"a{i}: f" for i in range(n)) + " } }"),
    "max_directives": (50, lambda n: "{ r " + "@skip(if: true) " * n + "}"),
    "max_tokens": (2000, lambda n: "{ a(b: [" + "1 " * (n - 9) + "]) }"),
    "max_cost": (500_000, costing),
    "max_selections": (
        4000,
        lambda n: "{ r { " + "...C0 " * 76 + names(n - 3953) + " } }" + chain(50),
    ),
    "max_overlaps": (100, lambda n: "{ r { " + "same " * n + "} }"),
    "max_nesting": (100, lambda n: nested(n - 1, "{ ... ", "{ x }")),
    "max_value_depth": (24, lambda n: "{ a(b: " + nested(n - 1, "[", "1", "]") + ") }"),
    "max_type_depth": (8, lambda n: "query ($v: " + nested(n - 1, "[", "Int", "]") + ") { a }"),
    "max_variables": (
        250,
        lambda n: "query (" + " ".join(f"$v{i}: Int" for i in range(n)) + ") { a }",
    ),
}


def passes(text: str, variables: dict[str, object] | None = None) -> None:
    limits = Limits.of(Settings())
    check(parse_document(text, limits), limits, None, variables or {})


@pytest.mark.parametrize("limit", BOUNDARIES)
def test_as_much_as_is_allowed_passes_and_one_more_does_not(limit: str) -> None:
    most, document = BOUNDARIES[limit]
    passes(document(most))
    with pytest.raises(LimitExceeded) as refused:
        passes(document(most + 1))
    assert (refused.value.extensions or {})["limit"] == limit


def test_the_limits_are_those_of_the_settings() -> None:
    assert Limits.of(Settings()) == Limits()


@pytest.mark.parametrize(
    "text",
    [
        *(text for text, _ in TOLD.values()),
        *DOCUMENTS.values(),
        *(example.query for example in examples()),
        EXPLORER,
    ],
)
def test_what_clients_are_told_they_may_send_is_within_them(text: str) -> None:
    passes(text)


async def test_the_explorer_reads_the_whole_schema(ask: Ask) -> None:
    data = await ask.read(EXPLORER)
    assert {type["name"] for type in data["__schema"]["types"]} >= {
        "Opportunity",
        "OpportunityMutations",
    }
