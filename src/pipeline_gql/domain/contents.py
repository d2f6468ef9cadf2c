"""Reading a mapping that somebody wrote by hand, member by member."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, TypeVar, cast

from pipeline_gql.domain.errors import Path
from pipeline_gql.domain.facts import whole_number
from pipeline_gql.domain.problems import Problems, invalid, missing
from pipeline_gql.domain.text import required_text

Choice = TypeVar("Choice", bound=StrEnum)

_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


class Contents:
    """A mapping and where it stands. What is wrong goes to `problems`, a stand-in comes back."""

    def __init__(self, source: object, path: Path, known: set[str], problems: Problems) -> None:
        self.path, self.problems = path, problems
        self._members: Mapping[str, Any] = {}
        if not isinstance(source, Mapping):
            problems.add(invalid(path or ("document",), "must be a mapping"))
            return
        self._members = cast(Mapping[str, Any], source)
        for name in self._members:
            if name not in known:
                problems.add(invalid((*path, str(name)), "is not a member of this mapping"))

    def has(self, name: str) -> bool:
        return self._members.get(name) is not None

    def inner(self, name: str, known: set[str]) -> "Contents":
        """The mapping that a member holds."""
        return Contents(self._members.get(name), (*self.path, name), known, self.problems)

    def items(self, name: str, most: int | None = None) -> Iterator[tuple[Path, object]]:
        """The items of a list, each with its path; none of one that is too long."""
        value: object = self._members.get(name)
        if value is None:
            return
        if not isinstance(value, list):
            self.wrong(name, "must be a list")
            return
        listed = cast(list[object], value)
        if most is not None and len(listed) > most:
            self.wrong(name, f"must have at most {most:,}")
            return
        for index, item in enumerate(listed):
            yield (*self.path, name, index), item

    def member(self, name: str) -> object:
        """As it stands there."""
        return self._members.get(name)

    def text(
        self, name: str, judge: Callable[[object, Path], str | None], *, is_needed: bool = False
    ) -> str | None:
        """What `judge` makes of it; None where it is absent."""
        if not self.has(name):
            if is_needed:
                self.problems.add(missing((*self.path, name)))
            return None
        return self.problems.check(judge, self._members[name], (*self.path, name))

    def key(self, name: str = "key") -> str:
        value = self._members.get(name)
        if value is None:
            self.problems.add(missing((*self.path, name)))
        elif isinstance(value, str) and _KEY.fullmatch(value):
            return value
        else:
            self.wrong(name, "must be small letters, digits, _ and -, 64 at most", value)
        return ""

    def name(self, otherwise: str) -> str:
        if not self.has("name"):
            return otherwise
        path = (*self.path, "name")
        return self.problems.check(required_text, self._members["name"], path) or otherwise

    def number(self, name: str, most: int) -> int | None:
        if not self.has(name):
            return None
        path = (*self.path, name)
        return self.problems.check(whole_number, self._members[name], path, 0, most)

    def flag(self, name: str) -> bool:
        value = self._members.get(name)
        if value is not None and not isinstance(value, bool):
            self.wrong(name, "must be true or false", value)
        return value is True

    def choice(
        self, kind: type[Choice], name: str, among: Iterable[Choice] | None = None
    ) -> Choice | None:
        """A member of `kind` or, where they are given, of these few."""
        value = self._members.get(name)
        if value is None:
            return None
        known = list(kind if among is None else among)
        if not isinstance(value, str) or value not in known:
            self.wrong(name, f"must be one of {', '.join(known)}", value)
            return None
        return kind(value)

    def texts(self, name: str) -> tuple[str, ...]:
        read = (self.problems.check(required_text, item, path) for path, item in self.items(name))
        return tuple(text for text in read if text)

    def demand(self, name: str) -> None:
        """Says that a member is missing, unless what it holds was refused already."""
        if not self.has(name):
            self.problems.add(missing((*self.path, name)))

    def wrong(self, name: str, problem: str, value: object = None) -> None:
        self.problems.add(invalid((*self.path, name), problem, value))
