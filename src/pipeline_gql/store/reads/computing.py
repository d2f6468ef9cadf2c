"""What the domain fills into an answer: where it stands in the JSON, and what is known of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from pipeline_gql.domain.selection import TYPENAME, Pick, picked
from pipeline_gql.store.reads.shapes import Element
from pipeline_gql.store.reads.text import concat, members

PLACE, FACTS, ROWS, KEY = "*place", "*facts", "*rows", "*key"
"""Members of an object that is still to be filled in; no client can give such names."""
ANSWER, COMMON = "*answer", "*common"
"""Of what a statement answers in which there are such places."""


@dataclass(frozen=True, slots=True)
class Computation:
    """A list of a document that is to be filled in."""

    pick: Pick
    path: tuple[str, ...]
    """Response keys from the answer of the statement, list positions left out."""


@dataclass(frozen=True, slots=True)
class Place:
    """One such list of one answer. `facts` is None where nothing is to be said."""

    computation: Computation
    facts: Any
    _rows: Mapping[str, Mapping[str, Any]]
    _holder: dict[str, Any]

    def fill(self, entries: Mapping[str, Mapping[str, Any]]) -> None:
        """With objects in this order, by the key of the row that each means."""
        pick = self.computation.pick
        self._holder[pick.key] = [self._object(key, entry) for key, entry in entries.items()]

    def put(self, text: str) -> None:
        """What is no list."""
        self._holder[self.computation.pick.key] = text

    def _object(self, key: str, entry: Mapping[str, Any]) -> dict[str, Any]:
        below = self.computation.pick.below
        assert below is not None
        ((type, members),) = below.branches.items()
        read = self._rows.get(key, {})
        made: dict[str, Any] = {}
        for each in members:
            if each.key in read:
                made[each.key] = read[each.key]
            else:
                made[each.key] = type if each.name == TYPENAME else picked(entry[each.name], each)
        return made


def unfinished(answer: Element, common: Element) -> Element:
    """An answer with places to be filled in, and what is common to all of them."""
    return concat(members([(ANSWER, [answer]), (COMMON, [common])]))


def places(answer: Any, computations: Sequence[Computation]) -> list[Place]:
    """All places of a statement's answer; those in the rows of others first."""
    found: list[Place] = []
    paths = dict.fromkeys(each.path for each in computations)
    for path in sorted(paths, key=len, reverse=True):
        *above, key = path
        for holder in _holders(answer, above, key):
            open = cast(dict[str, Any], holder[key])
            rows = {row[KEY]: row for row in open[ROWS]}
            number: int = open[PLACE]
            found.append(Place(computations[number], open[FACTS], rows, holder))
    return found


def _holders(value: Any, above: list[str], key: str) -> Iterator[dict[str, Any]]:
    """The objects at the end of a path (in which lists do not count) that have such a member."""
    if isinstance(value, list):
        for each in cast(list[Any], value):
            yield from _holders(each, above, key)
    elif isinstance(value, dict):
        known = cast(dict[str, Any], value)
        if above and PLACE in known:
            yield from _holders(known[ROWS], above, key)
        elif above:
            yield from _holders(known.get(above[0]), above[1:], key)
        elif isinstance(known.get(key), dict) and PLACE in known[key]:
            yield known
