"""`schema.graphql` is what clients generate code from; it must be what is served."""

from pathlib import Path

from graphql import build_schema
from graphql.utilities import find_breaking_changes

from pipeline_gql.api.schema import SCHEMA

FILE = Path(__file__).parents[2] / "schema.graphql"


def breaking(before: str, after: str) -> list[str]:
    """What would break clients that were written against `before`."""
    changes = find_breaking_changes(build_schema(before), build_schema(after))
    return [f"{change.type.name}: {change.description}" for change in changes]


def test_the_file_is_the_schema_that_is_served() -> None:
    published, served = FILE.read_text().strip(), SCHEMA.as_str().strip()
    assert breaking(published, served) == [], (
        "breaks clients; if that is wanted, write the file anew"
    )
    assert published == served, "run: pipeline-gql schema print > schema.graphql"


def test_a_removed_field_and_a_new_required_argument_count_as_breaking() -> None:
    before = "type Query { a: Int b(x: Int): Int }"
    after = "type Query { b(x: Int!): Int }"
    assert len(breaking(before, after)) == 2
