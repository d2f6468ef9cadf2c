"""Every operation on every field of every noun, plain and negated, against the reference reader."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from pipeline_gql.domain.viewer import Role
from tests.conformance.conftest import Both
from tests.conformance.documents import literal
from tests.conformance.lists import Field, Noun
from tests.conformance.reference import ROOTS, Reference
from tests.conformance.values import BY_KIND, ELSEWHERE, KEYS, Name, elsewhere, values_of, written

MOST = 1 if os.environ.get("CONFORMANCE_EXAMPLES") is None else 3
"""Values tried with every operation: of those that records have, and of others."""
AT_ONCE = 30


def conditions(noun: Noun, reference: Reference) -> Iterator[dict[str, Any]]:
    for name, known, subject in _subjects(noun):
        for operation in ("isnull", "notnull"):
            yield subject | {"operation": Name(operation)}
        values = [written(known, each) for each in values_of(noun, name, reference)]
        values = [*dict.fromkeys(values)][:MOST] + elsewhere(known)[:MOST]
        for operation in [
            *BY_KIND[known.kind],
            *(["contains"] if known.is_list else []),
        ]:
            asked = subject | {"operation": Name(operation)}
            if operation in ("in", "notin", "contains"):
                for some in (values, values[:1], []):
                    yield asked | {"values": some}
            elif operation in ("like", "wordlike"):
                for value in _patterns(values, operation):
                    yield asked | {"value": value}
            else:
                for value in values:
                    yield asked | {"value": value}


def _subjects(noun: Noun) -> Iterator[tuple[str, Field, dict[str, Any]]]:
    for name, known in noun.fields.items():
        if name != "attribute":
            yield name, known, {"field": Name(name)}
        else:
            yield from ((name, known, {"attribute": {"key": key}}) for key in KEYS)


def _patterns(values: list[str], operation: str) -> Iterator[str]:
    """What texts are like: themselves, in another case, parts of them."""
    for value in values:
        if operation == "wordlike":
            yield from (word for word in (value.upper(), value[:4], *value.split()) if word.strip())
            continue
        escaped = value.replace("\\", "\\\\")
        yield from (escaped, escaped.upper(), f"%{escaped[:2]}%".replace("\\%", "%"))
        yield escaped.replace("e", "_").replace("%", "\\%")
    yield from (text for text in ELSEWHERE["text"] if operation == "like" and MOST > 1)


@pytest.mark.parametrize("root", ROOTS)
async def test_every_filter_means_what_the_reference_says(both: Both, root: str) -> None:
    noun = both.references[Role.ADMIN].nouns[ROOTS[root]]
    asked = list(conditions(noun, both.references[Role.ADMIN]))
    for start in range(0, len(asked), AT_ONCE):
        fields: list[str] = []
        for i, condition in enumerate(asked[start : start + AT_ONCE]):
            for mark, given in (("y", condition), ("n", {"not": condition})):
                page = f"(first: 100, filters: {literal(given)}) {{ nodes {{ id }} }}"
                fields.append(f"{mark}{i}: {root}{page}")
        await both.compare(f"{{ {' '.join(fields)} }}", {}, Role.ADMIN)


@pytest.mark.parametrize("root", ROOTS)
async def test_every_order_pages_to_and_fro_without_a_gap(both: Both, root: str) -> None:
    noun = both.references[Role.ADMIN].nouns[ROOTS[root]]
    for order in ["id", *noun.orders]:
        for direction in ("asc", "desc"):
            whole = await _walk(both, root, order, direction, "first", "after")
            assert await _walk(both, root, order, direction, "last", "before") == whole
            assert len({*whole}) == len(whole)


async def _walk(
    both: Both, root: str, order: str, direction: str, size: str, bound: str
) -> list[str]:
    """All ids of a list, page by page, each page being the reference's."""
    text = f"""query Walk($c: String, $n: Int) {{
        {root}(order: {{field: {order}, direction: {direction}}}, {size}: $n, {bound}: $c) {{
            nodes {{ id }}
            pageInfo {{ startCursor endCursor hasNextPage hasPreviousPage totalRecords }}
        }}
    }}"""
    found: list[str] = []
    variables: dict[str, Any] = {"n": 40 if root == "financialUnits" else 7}
    for _ in range(50):
        page = (await both.compare(text, variables, Role.ADMIN))[root]
        ids = [node["id"] for node in page["nodes"]]
        found = found + ids if size == "first" else ids + found
        info = page["pageInfo"]
        if not info["hasNextPage" if size == "first" else "hasPreviousPage"]:
            assert len(found) == info["totalRecords"]
            return found
        variables["c"] = info["endCursor" if size == "first" else "startCursor"]
    raise AssertionError(f"{root} by {order} does not end")
