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


@given(LINES)
def test_what_was_said_differs_wherever_a_header_does(lines: list[tuple[bytes, bytes]]) -> None:
    said = headers_of({"headers": lines}).said("accept", "authorization")
    names = [name for name, _ in lines]
    assert (said is None) == (len(set(names)) < len(names))
    for name in (b"accept", b"authorization"):
        without = [line for line in lines if line[0] != name]
        for other in (without, [*without, (name, b"other")]):
            changed = headers_of({"headers": other}).said("accept", "authorization")
            assert said is None or (changed == said) == (dict(other) == dict(lines))


def test_every_layer_is_given_the_same_ones() -> None:
    scope = {"headers": [(b"accept", b"*/*")]}
    assert headers_of(scope) is headers_of(scope)
