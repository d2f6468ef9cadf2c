"""Refusals of one phase, told together instead of one by one."""

import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from pipeline_gql.domain.errors import (
    NotFound,
    Path,
    Ref,
    Refusal,
    Refused,
    ValueInvalid,
    ValueRequired,
)
from pipeline_gql.domain.spelling import camel

P = ParamSpec("P")
T = TypeVar("T")


class Problems:
    """Collects what is wrong; nothing is refused before `raise_if_any`."""

    def __init__(self) -> None:
        self._refusals: list[Refusal] = []

    def __bool__(self) -> bool:
        return bool(self._refusals)

    def add(self, *refusals: Refusal) -> None:
        self._refusals.extend(refusals)

    def check(self, ask: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """What `ask` returns, or None when it refuses; its refusals are kept."""
        try:
            return ask(*args, **kwargs)
        except (Refusal, Refused) as refused:
            self.add(*refused.refusals)
        return None

    def raise_if_any(self) -> None:
        """Raises the one refusal, or Refused with all of them."""
        if len(self._refusals) == 1:
            raise self._refusals[0]
        if self._refusals:
            raise Refused(self._refusals)


@contextmanager
def below(at: Path, *but: Path) -> Generator[None]:
    """What is refused meanwhile stands in something that is itself at this place of the input,
    `but` for these, which stand beside it."""
    try:
        yield
    except (Refusal, Refused) as refused:
        for each in refused.refusals:
            each.path = each.path if each.path in but else (*at, *each.path)
        raise


def invalid(path: Path, problem: str, value: object = None) -> ValueInvalid:
    """`problem` completes the sentence "<field> …"; the field is the last name of the path."""
    told = value if _can_be_told(value) else None
    return ValueInvalid(field=field_name(path), problem=problem, value=told, path=path)


def _can_be_told(value: object) -> bool:
    """Half of a surrogate pair cannot be written into an answer."""
    return not isinstance(value, str) or not re.search("[\ud800-\udfff]", value)


def missing(path: Path, because: str = "") -> ValueRequired:
    """`because` ends the sentence "<field> is required: …"."""
    told = f": {because}" if because else ""
    return ValueRequired(field=field_name(path), because=told, path=path)


def not_found(ref: Ref, path: Path) -> NotFound:
    """The record that an input names at `path` is not there, or not for the viewer to see."""
    return NotFound(type=ref.type, id=ref, value=ref, path=path)


def field_name(path: Path) -> str:
    """The last name of a path as clients spell it."""
    return camel(next((part for part in reversed(path) if isinstance(part, str)), "input"))
