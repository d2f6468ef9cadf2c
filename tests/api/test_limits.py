"""Documents are measured in steps that grow with their text, whatever they spread out to."""

import pytest
from graphql import GraphQLError

from pipeline_gql.api.limits import LimitExceeded, Limits, Measured, check, parse_document


def measured(
    text: str, variables: dict[str, object] | None = None, name: str | None = None
) -> Measured:
    limits = Limits()
    return check(parse_document(text, limits), limits, name, variables or {})


def doubling(levels: int, end: str) -> str:
    fragments = [f"fragment F{i} on Query {{ ...F{i + 1} ...F{i + 1} }}" for i in range(levels)]
    return "query { ...F0 } " + " ".join(fragments) + f" fragment F{levels} on Query {end}"


def chain(length: int) -> str:
    fragments = [f"fragment C{i} on R {{ ...C{i + 1} }}" for i in range(length)]
    return " ".join(fragments) + f" fragment C{length} on R {{ a }}"


def test_a_plain_document_is_measured_once_per_node() -> None:
    size = measured("query Q { a: one { two three } four @skip(if: true) }")
    assert (size.depth, size.fields, size.root_fields) == (2, 4, 2)
    assert (size.aliases, size.directives, size.visited) == (1, 1, 4)


def test_fragments_count_where_they_are_spread() -> None:
    size = measured("{ one { ...F } two { ...F ... { x } } } fragment F on T { a: b { c } }")
    assert (size.fields, size.depth, size.aliases) == (7, 3, 2)


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("{ one { two } }", 2),
        ("{ list(first: 10) { edges { node { id } } } }", 1 + 10 * 3),
        ("{ list { edges { node { id } } pageInfo { endCursor } } }", 1 + 25 * 3 + 2),
        ("{ list(first: 5000) { nodes { id } } }", 1 + 100 * 2),
        ("{ list(first: -3) { nodes { id } } }", 1),
        ("{ list(last: 2) { ...C } } fragment C on L { nodes { id } }", 1 + 2 * 2),
        (
            "{ a(first: 10) { nodes { id b(first: 5) { nodes { id } } } } }",
            1 + 10 * (2 + 1 + 5 * 2),
        ),
        ('{ nodes(ids: ["x", "y", "z"]) { id } }', 1 + 3),
    ],
)
def test_cost_is_rows_times_fields(text: str, cost: int) -> None:
    assert measured(text).cost == cost


@pytest.mark.parametrize("selected", ["rows { label p10 p50 p90 }", "totals { weighted }"])
def test_a_report_on_a_whole_organisation_costs_more_than_its_rows(selected: str) -> None:
    """A forecast by each of the eight groups passes; twenty would keep a processor for seconds."""

    def dashboard(reports: int) -> str:
        asked = (f"f{n}: forecast(groupBy: OWNER) {{ {selected} }}" for n in range(reports))
        return "{ " + " ".join(asked) + " }"

    assert measured(dashboard(8)).cost > 8 * 50_000
    with pytest.raises(LimitExceeded, match="cost at most 500,000"):
        measured(dashboard(20))
    calibrations = " ".join(f"c{n}: calibration {{ steps {{ name }} }}" for n in range(20))
    with pytest.raises(LimitExceeded, match="cost at most 500,000"):
        measured("{ " + calibrations + " }")


def test_cost_follows_the_variables_and_names_them() -> None:
    text = "query ($n: Int = 7, $id: ID) { list(first: $n, after: $id) { nodes { id } } }"
    assert measured(text).cost == 1 + 7 * 2
    assert measured(text, {"n": 50}).cost == 1 + 50 * 2
    assert measured(text, {"n": "fifty"}).cost == 1 + 25 * 2
    assert measured(text).paging == {"n"}


def test_the_named_operation_is_answered_for_and_all_are_bounded() -> None:
    text = "query A { one } query B { one { two } }"
    assert measured(text, name="B").depth == 2
    assert measured(text, name="A").depth == 1
    with pytest.raises(LimitExceeded):
        measured("query A { one } query B { " + " ".join(f"f{i}" for i in range(30)) + " }")


def test_before_the_variables_are_known_cost_is_no_reason_to_refuse() -> None:
    text = "query ($n: Int) { a(first: $n) { nodes { " + "b " * 3 + "} } }"
    limits = Limits(max_cost=20)
    document = parse_document(text, limits)
    assert check(document, limits).cost > limits.max_cost
    assert check(document, limits, None, {"n": 1}).cost <= limits.max_cost


def refusal(text: str) -> GraphQLError:
    with pytest.raises(GraphQLError) as caught:
        measured(text)
    return caught.value


def nested(levels: int, opening: str, end: str = "x", closing: str = "}") -> str:
    return opening * levels + end + closing * levels


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        (nested(25, "{ a "), "max_depth"),
        ("{ r { " + " ".join(f"f{i}" for i in range(1100)) + " } }", "max_fields"),
        ("{ " + " ".join(f"f{i}" for i in range(25)) + " }", "max_root_fields"),
        ("{ r { " + " ".join(f"a{i}: f" for i in range(101)) + " } }", "max_aliases"),
        ("{ r " + "@skip(if: true) " * 51 + "}", "max_directives"),
        ("query ($v: Int " + "@d " * 51 + ") { r }", "max_directives"),
        ("{ a(first: 100) { nodes { b(first: 99) { nodes { c(first: 99) { nodes { d } } } } } } }",
         "max_cost"),
        ("{ " + "a " * 2000 + "}", "max_tokens"),
        ("#\n" * 2001 + "{ a }", "max_tokens"),
        (doubling(60, "{ a }"), "max_fields"),
        ("{ r { " + "...C0 " * 100 + "} }" + chain(50), "max_selections"),
        (nested(150, "{ ... ", "{ x }"), "max_nesting"),
        ("{ a(b: " + nested(30, "[", "1", "]") + ") }", "max_value_depth"),
        ("{ a(b: " + nested(30, "{b: ", "1", "}") + ") }", "max_value_depth"),
        ("{ a @d(b: " + nested(30, "[", "1", "]") + ") }", "max_value_depth"),
        ("query ($v: Int = " + nested(30, "[", "1", "]") + ") { a }", "max_value_depth"),
        ("query ($v: " + nested(30, "[", "Int", "]") + ") { a }", "max_type_depth"),
        ("query (" + " ".join(f"$v{i}: Int" for i in range(251)) + ") { a }", "max_variables"),
        ("{ r { " + "same " * 150 + "} }", "max_overlaps"),
        ("{ r { " + "a { b { c } } " * 90 + "} }", "max_overlaps"),
        ("{ r { " + " ".join(f"...F{i}" for i in range(120)) + " } } "
         + " ".join(f"fragment F{i} on R {{ f{i} }}" for i in range(120)),
         "max_overlaps"),
    ],
)  # fmt: skip
def test_each_bound_is_a_refusal_that_names_it(text: str, limit: str) -> None:
    error = refusal(text)
    assert isinstance(error, LimitExceeded)
    assert error.extensions is not None
    assert (error.extensions["code"], error.extensions["limit"]) == ("LIMIT_EXCEEDED", limit)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("", "GRAPHQL_PARSE_FAILED"),
        ("{ a { } }", "GRAPHQL_PARSE_FAILED"),
        ('{ a(b: "\\ud800") }', "GRAPHQL_PARSE_FAILED"),
        (nested(900, "{ a "), "GRAPHQL_PARSE_FAILED"),
        (nested(900, "{ a(b: ", "1", ")}"), "GRAPHQL_PARSE_FAILED"),
        ("type T { a: Int }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ ...A } fragment A on Q { ...B } fragment B on Q { ...A }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ a } fragment A on Q { ...A }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ a } fragment A on Q { a }", "GRAPHQL_VALIDATION_FAILED"),
    ],
)
def test_what_cannot_be_measured_is_refused_with_a_code(text: str, code: str) -> None:
    extensions = refusal(text).extensions
    assert extensions is not None
    assert extensions["code"] == code


def test_an_exponential_document_is_measured_in_steps_of_its_length() -> None:
    text = "{ a " + " ".join("...F0 ...F0" for _ in range(3)) + "}"
    text += " ".join(f"fragment F{i} on Q {{ ...F{i + 1} }}" for i in range(60))
    size = measured(text + "fragment F60 on Q { x }")
    assert size.visited == 1 + 6 + 60 + 1


def test_sixty_four_kilobytes_of_anything_end_at_the_tokens() -> None:
    for piece in ("{a", "...F ", "a:b ", "query Q{a}", "fragment F on Q{...F}"):
        whole = refusal("{a" + piece * (65536 // len(piece)))
        deep = piece == "{a"
        assert whole.extensions
        code = "GRAPHQL_PARSE_FAILED" if deep else "LIMIT_EXCEEDED"
        assert whole.extensions["code"] == code, piece


@pytest.mark.parametrize(
    ("text", "message", "extensions"),
    [
        (
            "{ list(first: 100) { nodes { rows(first: 100) { nodes { " + "a " * 60 + "} } } } }",
            "A document may cost at most 500,000; this one costs 610,201.",
            {"limit": "max_cost", "allowed": 500_000, "actual": 610_201},
        ),
        (
            nested(25, "{ a "),
            "A document may have at most 20 levels of fields; this one has 25.",
            {"limit": "max_depth", "allowed": 20, "actual": 25},
        ),
        (
            "{ " + "a " * 2000 + "}",
            "A document may have at most 2,000 tokens; this one has more.",
            {"limit": "max_tokens", "allowed": 2_000, "actual": None},
        ),
    ],
)
def test_a_bound_is_told_in_a_sentence_and_to_programs(
    text: str, message: str, extensions: dict[str, object]
) -> None:
    error = refusal(text)
    assert error.message == message
    assert error.extensions == {"code": "LIMIT_EXCEEDED", **extensions}
