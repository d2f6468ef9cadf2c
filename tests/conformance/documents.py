"""Documents made up from the served schema, with values that occur in an organisation."""

import json
from dataclasses import dataclass, field
from typing import Any, cast

from graphql import (
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_leaf_type,
    is_required_argument,
)
from hypothesis import strategies as st

from tests.conformance.reference import ROOTS, Reference, served
from tests.conformance.values import Choices, Name

DEEPEST = 6
ORDERED = {
    ("BoardColumn", "opportunities"): "manual",
    ("Opportunity", "attempts"): "at",
    ("Opportunity", "history"): "enteredAt",
    ("Opportunity", "interests"): "position",
    ("Opportunity", "revisions"): "since",
    ("Opportunity", "timeline"): "at",
    ("PipelineVersion", "stages"): "position",
    ("PipelineVersion", "steps"): "position",
}
"""Lists that are not by id where no order is asked for."""


@dataclass(frozen=True)
class Variable:
    name: str


@dataclass
class Document:
    """What is asked, and how."""

    text: str = ""
    variables: dict[str, Any] = field(default_factory=dict)
    definitions: list[str] = field(default_factory=list)
    fragments: list[str] = field(default_factory=list)


def plain(value: Any) -> Any:
    """As JSON has it."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return str(value) if isinstance(value, str) else value


def literal(value: Any) -> str:
    """As GraphQL writes it."""
    if isinstance(value, Variable):
        return f"${value.name}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {literal(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(literal(each) for each in value) + "]"
    return str(value) if isinstance(value, Name) else json.dumps(value)


class Author(Choices):
    """Writes one document."""

    def __init__(self, draw: Any, reference: Reference) -> None:
        super().__init__(draw, reference)
        self.document = Document()
        self.keys = 0

    def key(self) -> str:
        self.keys += 1
        return f"k{self.keys}"

    # ---- selections -----------------------------------------------------------------------------

    def write(self) -> Document:
        query = served.query_type
        assert query
        roots: list[str] = []
        for _ in range(self.up_to(2, 1)):
            often = [*["node", "nodes", "forecast", "board", "calibration", "leaderboard"] * 3]
            often += ["opportunity", "viewer"]
            name = self.choice([*ROOTS, *["opportunities"] * 8, *often])
            roots.append(self.field(query, name, 1, self.key()))
        if self.chance(1):
            roots.append("__typename")
        defined = ", ".join(self.document.definitions)
        head = f"query Asked({defined})" if defined else "query Asked"
        body = f"{head} {{ {' '.join(roots)} }}"
        self.document.text = "\n".join([body, *self.document.fragments])
        return self.document

    def set(self, type: Any, depth: int) -> str:
        parts = [self.part(type, depth) for _ in range(self.up_to(5, 1))]
        return "{ " + " ".join(parts) + " }"

    def part(self, type: Any, depth: int) -> str:
        kind = self.choice(["field"] * 6 + ["inline", "named", "typename"])
        if kind == "typename":
            return f"{self.key()}: __typename" if self.chance(3) else "__typename"
        if kind == "field" or depth > DEEPEST:
            return self.some_field(type, depth, "")
        if kind == "inline" and self.chance(3):
            return f"... {self.directive()} {self.set(type, depth)}"
        narrower = self.narrower(type)
        # A key that two types use differently would not merge.
        inside = " ".join(
            self.some_field(narrower, depth, "" if narrower is type else narrower.name)
            for _ in range(self.up_to(3, 1))
        )
        if kind == "inline":
            return f"... on {narrower.name} {self.directive()} {{ {inside} }}"
        name = f"F{len(self.document.fragments)}"
        self.document.fragments.append(f"fragment {name} on {narrower.name} {{ {inside} }}")
        again = f" ...{name} {self.directive()}" if self.chance(3) else ""
        return f"...{name} {self.directive()}{again}"

    def narrower(self, type: Any) -> Any:
        if not is_abstract_type(type):
            return self.choice([type, *type.interfaces])
        related = [
            type,
            *served.get_possible_types(type),
            *served.get_implementations(type).interfaces,
        ]
        return self.choice(related)

    def some_field(self, type: Any, depth: int, mark: str) -> str:
        fields = type.fields
        leaves = [name for name, each in fields.items() if is_leaf_type(get_named_type(each.type))]
        names = leaves if depth >= DEEPEST else [*fields, *(n for n in fields if n not in leaves)]
        if not names:
            return "__typename"
        name = self.choice(names)
        wanted = fields[name]
        alias = ""
        if wanted.args or self.chance(1):
            alias = self.key()
        elif mark:
            alias = f"{name}Of{mark}"
        return self.field(type, name, depth, alias)

    def field(self, type: GraphQLObjectType, name: str, depth: int, alias: str) -> str:
        wanted = type.fields[name]
        named = get_named_type(wanted.type)
        parts = [f"{alias}: {name}" if alias else name]
        if wanted.args:
            ordered = ORDERED.get((type.name, name), "id")
            noun = named.name.removesuffix("Connection")
            parts.append(self.arguments(noun, wanted, depth, ordered))
        parts.append(self.directive())
        if is_composite_type(named):
            parts.append(self.set(named, depth + 1))
        return " ".join(part for part in parts if part)

    def directive(self) -> str:
        if not self.chance(1):
            return ""
        value = self.choice([True, False])
        name = self.choice(["skip", "include"])
        return (
            f"@{name}(if: {literal(self.given(value, GraphQLNonNull(served.type_map['Boolean'])))})"
        )

    # ---- arguments ------------------------------------------------------------------------------

    def arguments(self, noun: str, wanted: Any, depth: int, ordered: str) -> str:
        if noun == "Board":
            values = self.searching(self.reference.nouns["Opportunity"])
            if self.chance(7):
                values["pipelineId"] = self.id("Pipeline" if self.chance(8) else None)
        elif "id" in wanted.args:
            values = {"id": self.id()}
        elif "ids" in wanted.args:
            values = {"ids": [self.id() for _ in range(self.up_to(5))]}
        elif noun == "ForecastConversion":
            values = {"currency": self.choice(["USD", "GBP", "JPY"])} if self.chance(5) else {}
        elif noun == "Calibration":
            values = self.calibrating()
        elif "by" in wanted.args:
            values = self.ranking()
        elif "groupBy" in wanted.args:
            values = self.forecasting()
        elif "format" in wanted.args:
            formats = cast(Any, get_named_type(wanted.args["format"].type)).values
            values = {"format": Name(self.choice(formats))} if self.chance(7) else {}
        else:
            values = self.paging(self.reference.nouns[noun], depth, ordered)
        written: list[str] = []
        for name, value in values.items():
            given = self.given(value, wanted.args[name].type)
            written.append(f"{name}: {literal(given)}")
        for name, argument in wanted.args.items():
            if name not in values and not is_required_argument(argument) and self.chance(1):
                written.append(f"{name}: {self.nothing(argument.type)}")
        return f"({', '.join(written)})" if written else ""

    def nothing(self, type: Any) -> str:
        """A null, as such or as a variable, or a variable that is not given."""
        if self.chance(3):
            return "null"
        name = f"v{len(self.document.definitions)}"
        self.document.definitions.append(f"${name}: {type}")
        if self.chance(5):
            self.document.variables[name] = None
        return f"${name}"

    def given(self, value: Any, type: Any) -> Any:
        """The value, or a variable that has it, or something made of variables."""
        if self.chance(3):
            return self.variable(value, type)
        bare = type.of_type if isinstance(type, GraphQLNonNull) else type
        if isinstance(value, list) and isinstance(bare, GraphQLList):
            items = [self.given(each, bare.of_type) for each in value]
            alone = len(items) == 1 and not isinstance(items[0], Variable)
            return items[0] if alone and self.chance(2) else items
        if isinstance(value, dict) and isinstance(bare, GraphQLInputObjectType):
            return {name: self.given(each, bare.fields[name].type) for name, each in value.items()}
        return value

    def variable(self, value: Any, type: Any) -> Variable:
        name = f"v{len(self.document.definitions)}"
        default = ""
        if self.chance(2) and not isinstance(value, dict):
            default = f" = {literal(value)}"
        else:
            self.document.variables[name] = plain(value)
        stricter = "!" if not isinstance(type, GraphQLNonNull) and self.chance(2) else ""
        self.document.definitions.append(f"${name}: {type}{stricter}{default}")
        return Variable(name)


@st.composite
def documents(draw: Any, reference: Reference) -> Document:
    return Author(draw, reference).write()
