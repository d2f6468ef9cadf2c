"""Whom a text addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_gql.domain.comments import addresses


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@ada@x.example", {"ada@x.example"}),
        ("Ask @Ada@X.Example, please.", {"ada@x.example"}),
        ("(@ada@x.example) and @bob+crm@y-z.example.", {"ada@x.example", "bob+crm@y-z.example"}),
        ("@o'neil@x.example!", {"o'neil@x.example"}),
        ("@zoë@münchen.example: da?", {"zoë@münchen.example"}),
        ("@gus@x", {"gus@x"}),
        ("@a@x.example@b@x.example", {"a@x.example"}),
        ("ada@x.example", set()),
        ("me@ada@x.example", set()),
        ("@ada and @", set()),
        ("@ada @x.example", set()),
        ("", set()),
    ],
)
def test_an_at_before_an_address_addresses_somebody(text: str, found: set[str]) -> None:
    assert addresses(text) == found


@given(st.text("@.ab -", max_size=10_000))
def test_no_text_addresses_what_is_no_address(text: str) -> None:
    for address in addresses(text):
        name, _, host = address.partition("@")
        assert name
        assert host
        assert f"@{address}" in text
