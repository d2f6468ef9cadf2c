"""Patterns that a text matches as a whole, in time that grows with the text alone.

A small part of regular expressions: literals, `.`, classes such as `[A-Z0-9_]`, `\\d \\w \\s` and
their opposites, groups, `|`, and `? * + {m} {m,n}`. No way is tried after another: all are gone at
once, so there is no pattern that a long text could make hang. Backreferences and looking around
have no place here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

MOST_CHARACTERS = 200
DEEPEST = 20
MOST_STATES = 400
MOST_TIMES = 200
LONGEST_TEXT = 1_000
"""A longer text matches no pattern."""

Accepts = Callable[[str], bool]


class Unreadable(ValueError):
    """Not a pattern of ours; its text completes the sentence "…: it"."""


@dataclass(frozen=True, slots=True)
class _One:
    """A single character."""

    accepts: Accepts


@dataclass(frozen=True, slots=True)
class _Row:
    """One after another."""

    parts: tuple["_Node", ...]


@dataclass(frozen=True, slots=True)
class _Fork:
    """One of several."""

    ways: tuple["_Node", ...]


@dataclass(frozen=True, slots=True)
class _Again:
    """At least `least` times, at most `most` (None: any number)."""

    node: "_Node"
    least: int
    most: int | None


_Node = _One | _Row | _Fork | _Again

_CLASSES: dict[str, Accepts] = {
    "d": lambda c: "0" <= c <= "9",
    "w": lambda c: c.isalnum() or c == "_",
    "s": str.isspace,
}
_TIMES: dict[str, tuple[int, int | None]] = {"?": (0, 1), "*": (0, None), "+": (1, None)}


def _unless(accepts: Accepts) -> Accepts:
    return lambda c: not accepts(c)


def _any_of(members: tuple[Accepts, ...]) -> Accepts:
    return lambda c: any(accepts(c) for accepts in members)


def _literal(wanted: str) -> Accepts:
    return lambda c: c == wanted


def _between(low: str, high: str) -> Accepts:
    return lambda c: low <= c <= high


class _Reading:
    """Reads a pattern from left to right."""

    def __init__(self, text: str) -> None:
        self.text, self.place, self.depth = text, 0, 0

    def whole(self) -> _Node:
        node = self._fork()
        if self._next is not None:
            raise Unreadable("closes a group that was not opened")
        return node

    @property
    def _next(self) -> str | None:
        return self.text[self.place] if self.place < len(self.text) else None

    def _take(self, what: str) -> str:
        if self._next is None:
            raise Unreadable(f"ends before {what}")
        self.place += 1
        return self.text[self.place - 1]

    def _fork(self) -> _Node:
        ways = [self._row()]
        while self._next == "|":
            self.place += 1
            ways.append(self._row())
        return ways[0] if len(ways) == 1 else _Fork(tuple(ways))

    def _row(self) -> _Node:
        parts: list[_Node] = []
        while self._next not in (None, "|", ")"):
            parts.append(self._repeated(self._part()))
        return _Row(tuple(parts))

    def _repeated(self, node: _Node) -> _Node:
        sign = self._next
        if sign is None or sign not in "?*+{":
            return node
        self.place += 1
        least, most = self._counts() if sign == "{" else _TIMES[sign]
        if self._next is not None and self._next in "?*+{":
            raise Unreadable("repeats a repetition")
        return _Again(node, least, most)

    def _counts(self) -> tuple[int, int | None]:
        inside = ""
        while (c := self._take("}")) != "}":
            inside += c
        first, comma, last = inside.partition(",")
        numbers = [first, *([last] if last else [])]
        if any(not (n.isascii() and n.isdecimal()) or int(n) > MOST_TIMES for n in numbers):
            raise Unreadable(f"counts in braces other than numbers up to {MOST_TIMES}")
        least = int(first)
        most = (int(last) if last else None) if comma else least
        if most is not None and most < least:
            raise Unreadable("counts in braces downwards")
        return least, most

    def _part(self) -> _Node:
        c = self._take("a character")
        match c:
            case "(":
                return self._group()
            case "[":
                return _One(self._set())
            case ".":
                return _One(_unless(_literal("\n")))
            case "\\":
                return _One(self._escaped())
            case "?" | "*" | "+" | "{":
                raise Unreadable("repeats nothing")
            case "^" | "$":
                raise Unreadable("has ^ or $: it always speaks of the whole text")
            case _:
                return _One(_literal(c))

    def _group(self) -> _Node:
        if self._next == "?":
            raise Unreadable("has a group that begins with ?")
        self.depth += 1
        if self.depth > DEEPEST:
            raise Unreadable(f"has groups more than {DEEPEST} deep")
        node = self._fork()
        self._take(")")
        self.depth -= 1
        return node

    def _escaped(self) -> Accepts:
        c = self._take("the escaped character")
        if c.lower() in _CLASSES:
            known = _CLASSES[c.lower()]
            return known if c.islower() else _unless(known)
        if c.isalnum():
            raise Unreadable(f"has \\{c}")
        return _literal(c)

    def _set(self) -> Accepts:
        negated = self._next == "^"
        self.place += negated
        members: list[Accepts] = []
        while (c := self._take("]")) != "]" or not members:
            members.append(self._member(c))
        accepts = _any_of(tuple(members))
        return _unless(accepts) if negated else accepts

    def _member(self, first: str) -> Accepts:
        if first == "\\":
            return self._escaped()
        if self._next != "-" or self.text[self.place + 1 : self.place + 2] in ("]", ""):
            return _literal(first)
        self.place += 1
        last = self._take("the end of a range")
        if last == "\\" or last < first:
            raise Unreadable("has a range that leads nowhere")
        return _between(first, last)


@dataclass(frozen=True, slots=True)
class _State:
    """Leads on by a character that it accepts, or (`accepts` None) by itself."""

    accepts: Accepts | None
    ways: list[int]


class Pattern:
    """A pattern as an automaton, which ends in its first state. Raises Unreadable."""

    def __init__(self, text: str) -> None:
        if len(text) > MOST_CHARACTERS:
            raise Unreadable(f"has more than {MOST_CHARACTERS} characters")
        self._room = MOST_STATES
        self._states = [_State(None, [])]
        self._start = self._built(_Reading(text).whole(), 0)

    @staticmethod
    @lru_cache(maxsize=500)
    def of(text: str) -> "Pattern":
        """However often it is asked for, read once."""
        return Pattern(text)

    def matches(self, text: str) -> bool:
        if len(text) > LONGEST_TEXT:
            return False
        here = self._reached([self._start])
        for c in text:
            there = (
                way
                for place in here
                if (state := self._states[place]).accepts is not None and state.accepts(c)
                for way in state.ways
            )
            here = self._reached(there)
        return 0 in here

    def _reached(self, places: Iterable[int]) -> set[int]:
        """With all that follow without a character."""
        reached: set[int] = set()
        waiting = list(places)
        while waiting:
            place = waiting.pop()
            if place not in reached:
                reached.add(place)
                if self._states[place].accepts is None:
                    waiting.extend(self._states[place].ways)
        return reached

    def _built(self, node: _Node, after: int) -> int:
        """The state in which `node` begins, if it goes on in `after`."""
        self._room -= 1
        if self._room < 0:
            raise Unreadable("comes to too many states")
        match node:
            case _One(accepts):
                return self._state(accepts, [after])
            case _Row(parts):
                for part in reversed(parts):
                    after = self._built(part, after)
                return after
            case _Fork(ways):
                return self._state(None, [self._built(way, after) for way in ways])
            case _Again():
                return self._repeating(node, after)

    def _repeating(self, again: _Again, after: int) -> int:
        start = after
        if again.most is None:
            start = self._state(None, [after])
            self._states[start].ways.append(self._built(again.node, start))
        else:
            for _ in range(again.most - again.least):
                start = self._state(None, [self._built(again.node, start), after])
        for _ in range(again.least):
            start = self._built(again.node, start)
        return start

    def _state(self, accepts: Accepts | None, ways: list[int]) -> int:
        self._states.append(_State(accepts, ways))
        return len(self._states) - 1
