"""The words of a refusal, and the mutations that help against it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, cast

from graphql import is_object_type

from pipeline_gql.api.kinds import named
from pipeline_gql.api.scalars import written
from pipeline_gql.api.schema import graphql_schema
from pipeline_gql.domain.errors import Broken, Path, Ref, Refusal, Remedy
from pipeline_gql.domain.ids import encode
from pipeline_gql.domain.problems import field_name
from pipeline_gql.domain.spelling import camel


def worded(refusal: Refusal, path: Path, value: object) -> dict[str, Any]:
    """A refusal as its GraphQL fields: where in the input its reason stands, and what it is."""
    return {
        "label": refusal.label,
        "message": sentence(refusal, path),
        "value": None if value is None else shown(value),
        "code": refusal.code.value,
        "path": ["input", *(camel(step) for step in path)] if path else [],
        "rule": _rule(refusal.broken),
        "retryable": refusal.retryable,
        "remedies": [offered(remedy) for remedy in refusal.remedies],
    }


def sentence(refusal: Refusal, path: Path = ()) -> str:
    """A refusal in one sentence for people; `path` is where in the input its reason stands."""
    facts = {name: shown(fact) for name, fact in refusal.facts.items()}
    if path and "field" in facts:
        facts["field"] = field_name(path)
    return refusal.told or refusal.message.format(**facts)


def _rule(broken: Broken | None) -> dict[str, Any] | None:
    return {"id": broken.id, "name": broken.name} if broken and broken.id else None


def offered(remedy: Remedy) -> dict[str, Any]:
    """A remedy as its GraphQL fields: a document to be executed with its variables as they are."""
    if remedy.verb is None:
        return {"title": remedy.title, "mutation": None, "variables": None}
    return {
        "title": remedy.title,
        "mutation": _document(remedy.verb),
        "variables": {"input": sendable(remedy.input)},
    }


@cache
def _document(verb: str) -> str:
    """A mutation that calls a verb such as `opportunities.progress` with the variable `$input`, and
    shows the first object of its payload."""
    namespace, name = verb.split(".")
    root: Any = graphql_schema().mutation_type
    field = named(root.fields[namespace].type).fields[name]
    members = named(field.type).fields
    made = next(key for key, member in members.items() if _has_id(member.type))
    return (
        f"mutation {name[:1].upper()}{name[1:]}($input: {field.args['input'].type}) {{\n"
        f"  {namespace} {{\n"
        f"    {name}(input: $input) {{\n"
        f"      errors {{ label message code }}\n"
        f"      {made} {{ id }}\n"
        f"    }}\n"
        f"  }}\n"
        f"}}\n"
    )


def _has_id(type: Any) -> bool:
    return is_object_type(type) and "id" in type.fields


def sendable(value: object) -> object:
    """A value of a remedy's input as JSON: null, numbers and truth as they are, others shown."""
    match value:
        case Mapping():
            given = cast(Mapping[str, object], value)
            return {camel(name): sendable(each) for name, each in given.items()}
        case list() | tuple():
            return [sendable(each) for each in cast(Iterable[object], value)]
        case None | bool() | int():
            return value
        case _:
            return shown(value)


def shown(fact: object) -> str:
    """A fact as clients write it: records by global id, moments in UTC."""
    match fact:
        case Ref():
            return encode(fact)
        case Refusal():
            return sentence(fact)
        case Enum():
            return str(fact.value)
        case datetime():
            return written(fact) if fact.tzinfo else fact.isoformat()
        case date():
            return fact.isoformat()
        case bool():
            return "true" if fact else "false"
        case Decimal():
            return format(fact, "f")
        case list() | tuple():
            return ", ".join(shown(each) for each in cast(Iterable[object], fact))
        case _:
            return str(fact)
