"""What changes from one document to another, in sentences for whoever decides on it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from pipeline_gql.domain.documents import Document, export

_Parts = Mapping[str, Mapping[str, Any]]

_WORDS = {
    "expected_days": "expected days",
    "stalled_after_days": "stalled after days",
    "required_attributes": "required attributes",
}
_FLAGS = {"entry": "a step where sales may start", "default": "the step where sales start"}


def differences(old: Document, new: Document) -> tuple[str, ...]:
    """Empty when both mean the same. Parts are known by their keys, so another name is a change,
    another key is something else."""
    before, after = export(old), export(new)
    found = [
        _changed("The pipeline", name, before[name], after[name])
        for name in ("key", "name", "mode")
    ]
    found += _parts("Stage", _stages(before), _stages(after))
    found += _parts("Step", _steps(before), _steps(after))
    found += _parts("Transition", _edges(before), _edges(after))
    return tuple(sentence for sentence in found if sentence)


def _stages(document: Mapping[str, Any]) -> _Parts:
    return {
        stage["key"]: {name: value for name, value in stage.items() if name != "steps"}
        for stage in document["stages"]
    }


def _steps(document: Mapping[str, Any]) -> _Parts:
    return {
        step["key"]: {"stage": stage["key"], **step}
        for stage in document["stages"]
        for step in stage["steps"]
    }


def _edges(document: Mapping[str, Any]) -> _Parts:
    """Their order means nothing."""
    return {edge["key"]: edge for edge in sorted(document["transitions"], key=lambda e: e["key"])}


def _parts(noun: str, before: _Parts, after: _Parts) -> Iterator[str]:
    for key, part in before.items():
        if key not in after:
            yield f"{noun} {_told(part)} is removed."
    for key, part in after.items():
        if key not in before:
            yield f"{noun} {_told(part)} is new."
    kept = [key for key in before if key in after]
    for key in kept:
        for name in before[key]:
            sentence = _changed(
                f"{noun} {_told(before[key])}", name, before[key][name], after[key][name]
            )
            if sentence:
                yield sentence
    order = [key for key in after if key in before]
    if order != kept:
        names = ", ".join(after[key]["name"] for key in order)
        yield f"{noun}s stand in another order: {names}."


def _told(part: Mapping[str, Any]) -> str:
    name = part["name"] if part["name"] == part["key"] else f"{part['name']} ({part['key']})"
    if "to" not in part:
        return name
    return f"{name}, from {part['from'] or 'anywhere'} to {part['to']},"


def _changed(what: str, name: str, before: object, after: object) -> str:
    """Empty where nothing changes."""
    if before == after:
        return ""
    if name in _FLAGS:
        return f"{what} is {'now' if after else 'no longer'} {_FLAGS[name]}."
    word = _WORDS.get(name, name)
    if isinstance(before, list):
        return f"{what} {_listed(word, cast(list[object], before), cast(list[object], after))}."
    return f"{what}: {word} was {_value(before)}, is now {_value(after)}."


def _listed(word: str, before: list[object], after: list[object]) -> str:
    gone = [_value(item) for item in before if item not in after]
    added = [_value(item) for item in after if item not in before]
    told = [f"loses of its {word}: {', '.join(gone)}"] if gone else []
    told += [f"gains {word}: {', '.join(added)}"] if added else []
    return "; ".join(told) or f"has its {word} in another order or number"


def _value(value: object) -> str:
    if isinstance(value, str):
        return value
    return "none" if value is None else json.dumps(value, ensure_ascii=False)
