"""Pipelines' documents as texts: in YAML or in JSON, which is YAML too."""

import json
from asyncio import to_thread
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, ClassVar, cast

import yaml

from pipeline_gql.domain.documents import Document, export
from pipeline_gql.domain.errors import Path
from pipeline_gql.domain.problems import invalid

LONGEST = 100_000
DEEPEST = 40
Source = Mapping[str, object]


class Form(StrEnum):
    YAML = "yaml"
    JSON = "json"


PATH: Path = ("document",)

_Safe: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Safe):
    """Dates stay texts, as they are in JSON."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {
        first: [known for known in each if known[0] != "tag:yaml.org,2002:timestamp"]
        for first, each in _Safe.yaml_implicit_resolvers.items()
    }


class Reading:
    """A preparation of a verb, after which `source` is what the text holds.

    In a thread, since a long one takes a while. Raises ValueInvalid.
    """

    def __init__(self, text: str | None) -> None:
        self.source: Source | None = None
        self._text = text

    async def __call__(self, place: object) -> None:
        text = self._text or ""
        if len(text) > LONGEST:
            raise invalid(PATH, f"must have at most {LONGEST} characters")
        found = await to_thread(_read, text)
        if not isinstance(found, dict):
            raise invalid(PATH, "must be a mapping")
        self.source = cast(Source, found)


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


def written(document: Document, form: Form) -> str:
    """For people to read: what is left out means what `documents.parse` makes of it."""
    content = _without_defaults(export(document))
    if form is Form.JSON:
        return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)


def _without_defaults(value: object) -> Any:
    if isinstance(value, list):
        return [_without_defaults(item) for item in cast(list[object], value)]
    if not isinstance(value, Mapping):
        return value
    members = cast(Mapping[str, object], value)
    return {
        name: member if name in _AS_IT_IS else _without_defaults(member)
        for name, member in members.items()
        if member is not None and member is not False and member != []
    }


_AS_IT_IS = {"rules", "actions"}
"""In these a null or a false may mean something."""
