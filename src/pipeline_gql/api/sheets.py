"""Pipelines' documents as clients send them: a text in YAML or JSON, which is YAML too."""

from asyncio import to_thread
from collections.abc import Iterator
from typing import Any, ClassVar, cast

import yaml

from pipeline_gql.domain.errors import Path
from pipeline_gql.domain.problems import invalid

LONGEST = 100_000
DEEPEST = 40
PATH: Path = ("document",)

_Safe: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Safe):
    """Dates stay texts, as they are in JSON."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {
        first: [known for known in each if known[0] != "tag:yaml.org,2002:timestamp"]
        for first, each in _Safe.yaml_implicit_resolvers.items()
    }


async def read(text: str) -> object:
    """What the text holds, in a thread, since a long one takes a while. Raises ValueInvalid."""
    if len(text) > LONGEST:
        raise invalid(PATH, f"must have at most {LONGEST} characters")
    return await to_thread(_read, text)


def _read(text: str) -> object:
    try:
        _scan(text)
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            _require_once(node)
            return None if node is None else loader.construct_document(node)
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise invalid(PATH, f"is neither YAML nor JSON: {_why(error)}") from None
    except ValueError:
        raise invalid(PATH, "is neither YAML nor JSON: it has a value that none can be") from None


def _why(error: yaml.YAMLError) -> str:
    mark: Any = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "it cannot be read"
    return f"{problem} in line {mark.line + 1}" if mark else str(problem)


def _scan(text: str) -> None:
    """Refuses aliases, of which few make a document of millions, and what is nested without end,
    before anything is made of the text."""
    depth = 0
    events: Iterator[Any] = cast(Any, yaml).parse(text, _Loader)
    for event in events:
        if isinstance(event, yaml.AliasEvent):
            raise _refused(event, "an alias, which is not taken,")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise _refused(event, f"more than {DEEPEST} levels")


def _require_once(node: Any) -> None:
    """Refuses members that stand twice, of which the last would win in silence."""
    if isinstance(node, yaml.SequenceNode):
        for each in node.value:
            _require_once(each)
    elif isinstance(node, yaml.MappingNode):
        names: set[str] = set()
        for key, value in node.value:
            if str(key.value) in names:
                raise _refused(key, f"{key.value} twice")
            names.add(str(key.value))
            _require_once(value)


def _refused(place: Any, what: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=f"it has {what}", problem_mark=place.start_mark)
