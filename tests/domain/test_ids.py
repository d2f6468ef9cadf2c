"""Global ids: one spelling each, and nothing else is one."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.filters import Kind, MalformedFilter, parser
from pipeline_gql.domain.ids import decode, encode

LARGEST = 2**63 - 1
TYPES = st.sampled_from(["Opportunity", "Account", "Event", "Contact", "OpportunityStep"])


def spelled(text: str) -> str:
    return b64encode(text.encode()).decode()


@given(TYPES, st.integers(1, LARGEST))
def test_an_id_names_the_record_it_was_made_of(type: str, key: int) -> None:
    assert decode(encode(Ref(type, key))) == Ref(type, key)


NEARLY = st.tuples(
    st.sampled_from(["", "=", "\n"]),
    st.sampled_from(["Opportunity", "opportunity", "Region", "Account"]),
    st.sampled_from(["", "0", "-", "+", " "]),
    st.integers(0, 2 * LARGEST),
)


@given(NEARLY)
def test_what_is_decoded_is_spelled_the_same_when_encoded(
    parts: tuple[str, str, str, int],
) -> None:
    """And whatever is spelled as an id should be is one."""
    after, prefix, before, key = parts
    text = spelled(f"{prefix}:{before}{key}") + after
    ref = decode(text)
    assert ref is None or encode(ref) == text
    if (after, prefix, before) == ("", "Opportunity", "") and 0 < key <= LARGEST:
        assert ref == Ref("Opportunity", key)


@given(st.text(max_size=40))
def test_junk_is_no_id(text: str) -> None:
    assert decode(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "T3Bwb3J0dW5pdHk6MR==",
        "T3Bwb3J0dW5pdHk6MQ",
        "T3Bwb3J0dW5pdHk6MQ==\n",
        spelled("Account:1"),
        spelled("Opportunity:01"),
        spelled("Opportunity:-1"),
        spelled("Opportunity:\u0661"),
        spelled(f"Opportunity:{LARGEST + 1}"),
        spelled("Region:a b"),
        "x" * 201,
        "",
    ],
)
def test_another_spelling_is_no_id(text: str) -> None:
    assert decode(text) is None


@pytest.mark.parametrize("key", ["0", "-1", str(LARGEST + 1)])
def test_in_a_filter_an_id_that_can_name_nothing_matches_nothing(key: str) -> None:
    assert parser(Kind.ID, "Opportunity")(spelled(f"Opportunity:{key}")) == -1


@pytest.mark.parametrize("text", ["junk", spelled("Person:1"), spelled("Opportunity")])
def test_in_a_filter_what_is_no_id_of_the_type_is_malformed(text: str) -> None:
    with pytest.raises(MalformedFilter):
        parser(Kind.ID, "Opportunity")(text)
