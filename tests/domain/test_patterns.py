"""Patterns: the same as Python's regular expressions where both can read one, and never slow."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_gql.domain import patterns
from pipeline_gql.domain.patterns import LONGEST_TEXT, Pattern, Unreadable

ATOMS = ["a", "b", ".", "[ab]", "[^a]", "[a-c1-2]", r"\d", r"\W", "", "-", r"\."]


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    group = inner.map(lambda text: f"({text})")
    sign = st.sampled_from(["?", "*", "+", "{2}", "{1,3}", "{1,}", "{0}"])
    return st.one_of(
        st.lists(inner, max_size=3).map("".join).map(lambda text: f"({text})"),
        st.tuples(group, sign).map("".join),
        st.tuples(group, group).map("|".join).map(lambda text: f"({text})"),
    )


PATTERNS = st.recursive(st.sampled_from(ATOMS), _grown, max_leaves=6)


@given(PATTERNS, st.text("ab1.- \n", max_size=8))
def test_a_pattern_means_what_it_means_everywhere(pattern: str, text: str) -> None:
    if len(pattern) > patterns.MOST_CHARACTERS:
        return
    expected = re.fullmatch(pattern, text, re.ASCII) is not None
    assert Pattern(pattern).matches(text) is expected, pattern


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|a)*b", "(a*)*b", "a*a*a*a*a*a*b", "(.*){20}b"])
def test_what_hangs_others_takes_as_many_steps_as_the_text_is_long(pattern: str) -> None:
    asked = 0
    found = Pattern(pattern)
    for place, state in enumerate(found._states):  # pyright: ignore[reportPrivateUsage]
        if (accepts := state.accepts) is not None:

            def counting(c: str, accepts: patterns.Accepts = accepts) -> bool:
                nonlocal asked
                asked += 1
                return accepts(c)

            found._states[place] = patterns._State(counting, state.ways)  # pyright: ignore[reportPrivateUsage]
    assert not found.matches("a" * LONGEST_TEXT)
    assert asked <= LONGEST_TEXT * patterns.MOST_STATES


@pytest.mark.parametrize(
    "pattern",
    [
        "(", ")", "[", "[a", "a{", "a{x}", "a{3,2}", "a{999}", "a**", "*", "^a", "a$", r"\b", "\\",
        "(?:a)", r"(a)\1", "[b-a]", "a" * 201, "(" * 21 + ")" * 21, "((a{99}){99}){99}",
        "((){99}){99}", "a{-1}",
    ],
)  # fmt: skip
def test_what_is_no_pattern_says_so(pattern: str) -> None:
    with pytest.raises(Unreadable):
        Pattern(pattern)


def test_a_text_that_is_too_long_matches_nothing() -> None:
    assert Pattern("a*").matches("a" * LONGEST_TEXT)
    assert not Pattern("a*").matches("a" * (LONGEST_TEXT + 1))
