"""Headers that are looked through once are the headers that Starlette tells of."""

from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers as Plain

from pipeline_gql.headers import headers_of

NAMES = ("accept", "authorization", "content-type", "x-request-id")
LINES = st.lists(st.tuples(st.sampled_from([n.encode() for n in NAMES]), st.binary(max_size=4)))


@given(LINES)
def test_each_name_has_the_values_that_were_sent(lines: list[tuple[bytes, bytes]]) -> None:
    found, plain = headers_of({"headers": lines}), Plain(raw=lines)
    for name in NAMES:
        assert found.get(name) == plain.get(name)
        assert found.get(name, "none") == plain.get(name, "none")
        assert found.getlist(name) == plain.getlist(name)


def test_every_layer_is_given_the_same_ones() -> None:
    scope = {"headers": [(b"accept", b"*/*")]}
    assert headers_of(scope) is headers_of(scope)
