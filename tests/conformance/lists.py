"""What lists mean: filters, orders, cursors and pages, over plain Python lists."""

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from tests.conformance.rows import Get, Row, decoded, micros

ITEMS = {"CourseTemplate", "Event", "LearningPath", "TrainingTokenType", "Product"}


class Refused(Exception):
    """The request is malformed."""


@dataclass(frozen=True)
class Field:
    """What can be filtered by: `get` gives a value, or the values of a field that is a list."""

    kind: str
    get: Get
    type: str = ""
    is_list: bool = False


@dataclass(frozen=True)
class Noun:
    """A type of which there are lists. `seen` says which rows a list may hold."""

    name: str
    table: str
    key: str
    write: Callable[[Row], dict[str, Any]]
    fields: Mapping[str, Field]
    orders: Mapping[str, tuple[str, str]]
    """Column and kind, by the order's name."""
    seen: Callable[[Row], bool] = lambda row: True
    searched: Callable[[Row, str], bool] | None = None
    variants: Mapping[str, str] = field(default_factory=dict[str, str])
    totals: Callable[[list[Row]], list[dict[str, Any]]] = lambda rows: []
    """What some of the rows come to."""
    rank: Callable[[Row, str], str | None] = lambda row, key: None
    """What a row is ordered by, where it is by an attribute."""


def _like(text: str, wanted: str) -> bool:
    parts = re.findall(r"\\.|%|_|[^\\%_]", wanted.lower(), re.DOTALL)
    known = {"%": ".*", "_": "."}
    pattern = "".join(known.get(part) or re.escape(part[-1]) for part in parts)
    return re.fullmatch(pattern, text.lower(), re.DOTALL) is not None


def _wordlike(text: str, wanted: str) -> bool:
    spaced = r"\s+".join(re.escape(word) for word in wanted.split())
    return re.search(rf"(?<!\w){spaced}(?!\w)", text, re.IGNORECASE) is not None


def value_of(kind: str, type: str, text: str) -> Any:
    """A filter's value, which is a text whatever it means."""
    match kind:
        case "text":
            return text
        case "integer":
            return int(text)
        case "money":
            return Decimal(text) * 10_000
        case "attribute":
            return attribute_value(type, text)
        case "boolean":
            return {"true": True, "false": False}[text]
        case "date":
            return date.fromisoformat(text)
        case "moment":
            moment = datetime.fromisoformat(text)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        case _:
            found = decoded(text)
            if found is None or (found[0] not in ITEMS if kind == "item" else found[0] != type):
                raise Refused(f"not the id of a {type}")
            return found if kind == "item" else found[1]


def attribute_value(type: str, text: str) -> Any:
    """What a text means where values are of this type; None where it means nothing."""
    if type in ("INTEGER", "DECIMAL"):
        match = re.fullmatch(r"([+-]?[0-9]+)(?:\.([0-9]+))?", text)
        if not match or (match[2] is not None and len(match[2].rstrip("0")) > 10):
            return None
        number = Decimal(text)
        return number if -(10**19) < number < 10**19 else None
    try:
        if type == "DATE":
            return date.fromisoformat(text) if re.fullmatch("....-..-..", text) else None
        return value_of("moment", "", text) if type == "DATETIME" else text
    except ValueError:
        return None


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda x, y: x == y,
    "gt": lambda x, y: x > y,
    "ge": lambda x, y: x >= y,
    "lt": lambda x, y: x < y,
    "le": lambda x, y: x <= y,
    "in": lambda x, y: x in y,
    "like": _like,
    "wordlike": _wordlike,
}
UNLIKE = ("INTEGER", "DECIMAL", "DATE", "DATETIME")
"""Types of attributes whose values are no texts."""
NEGATIVE = {"ne": "eq", "notin": "in"}


def holds(row: Row, noun: Noun, condition: Mapping[str, Any]) -> bool:
    """Whether a filter holds of a row."""
    given = {name: value for name, value in condition.items() if value is not None}
    if "any" in given:
        return any(holds(row, noun, each) for each in given["any"])
    if "all" in given:
        return all(holds(row, noun, each) for each in given["all"])
    if "not" in given:
        return not holds(row, noun, given["not"])
    if "attribute" in given:
        here = [
            it for it in noun.fields["attribute"].get(row) if it[0] == given["attribute"]["key"]
        ]
        type = next((type for _, type, _ in here), "")
        return _compared([it[2] for it in here], Field("attribute", row.get, type, True), given)
    known = noun.fields[given["field"]]
    found = known.get(row)
    return _compared(found if known.is_list else [found], known, given)


def _compared(values: list[Any], known: Field, given: Mapping[str, Any]) -> bool:
    """A single value is a list of one here: only isnull and notnull tell the difference."""
    operation = given["operation"]
    if operation in ("isnull", "notnull"):
        empty = not values if known.is_list else values == [None]
        return empty is (operation == "isnull")
    if operation in ("in", "notin", "contains"):
        asked = [value_of(known.kind, known.type, each) for each in given["values"]]
    else:
        asked = value_of(known.kind, known.type, given["value"])
    if operation == "contains":
        return all(each in values for each in asked)
    compare = COMPARE[NEGATIVE.get(operation, operation)]
    if asked is None or (operation.endswith("like") and known.type in UNLIKE):
        return operation in NEGATIVE
    found = any(value is not None and compare(value, asked) for value in values)
    return found is not (operation in NEGATIVE)


Position = tuple[Any, Any]


@dataclass(frozen=True)
class Sorting:
    """An order: missing values last, ties by id in the same direction."""

    noun: Noun
    name: str
    descending: bool
    attribute: str = ""

    @classmethod
    def asked(cls, noun: Noun, args: Mapping[str, Any], unless: str = "id") -> "Sorting":
        given = args.get("order") or next(iter(args.get("orderBy") or []), None)
        order = given or {"field": unless}
        descending = order.get("direction") == "desc"
        if order.get("attribute") is not None:
            return cls(noun, "attribute", descending, order["attribute"])
        # Many days in a step are an early arrival.
        turned = order["field"] == "daysInStep"
        return cls(noun, order["field"], descending is not turned)

    def position(self, row: Row) -> Position:
        if self.name == "id":
            return None, row[self.noun.key]
        if self.attribute:
            return self.noun.rank(row, self.attribute), row[self.noun.key]
        return row[self.noun.orders[self.name][0]], row[self.noun.key]

    def precedes(self, a: Position, b: Position) -> bool:
        (x, i), (y, j) = a, b
        if (x is None) != (y is None):
            return y is None
        if x != y:
            return x > y if self.descending else x < y
        return i > j if self.descending else i < j

    def sorted(self, rows: list[Row]) -> list[Row]:
        by_id = sorted(rows, key=lambda row: row[self.noun.key], reverse=self.descending)
        there = [row for row in by_id if self.position(row)[0] is not None]
        there.sort(key=lambda row: self.position(row)[0], reverse=self.descending)
        return there + [row for row in by_id if self.position(row)[0] is None]

    @property
    def tag(self) -> str:
        name = f"attribute.{self.attribute}" if self.attribute else self.name
        return f"{name}:{'desc' if self.descending else 'asc'}"

    def cursor(self, row: Row) -> str:
        value, key = self.position(row)
        if isinstance(value, datetime):
            value = micros(value)
        elif isinstance(value, date):
            value = value.isoformat()
        parts = [json.dumps(part, ensure_ascii=False) for part in (self.tag, value, key)]
        return b64encode(f"[{','.join(parts)}]".encode()).decode()

    def place(self, cursor: str) -> Position:
        tag, value, key = json.loads(b64decode(cursor))
        if tag != self.tag:
            raise Refused("made under another order")
        plain = self.name == "id" or self.attribute
        kind = "" if plain else self.noun.orders[self.name][1]
        if value is not None and kind == "date":
            value = date.fromisoformat(value)
        if value is not None and kind == "moment":
            value = datetime.fromtimestamp(value // 1_000_000, UTC).replace(
                microsecond=value % 1_000_000
            )
        return value, key


def listed(noun: Noun, among: list[Row], args: Mapping[str, Any]) -> list[Row]:
    """What a viewer sees of the rows and the filters leave, in no order."""
    rows = [row for row in among if noun.seen(row)]
    rows = [
        row for row in rows if all(holds(row, noun, each) for each in args.get("filters") or [])
    ]
    if args.get("search") is not None and noun.searched is not None:
        rows = [row for row in rows if noun.searched(row, args["search"])]
    return rows


def page(
    noun: Noun, among: list[Row], args: Mapping[str, Any], ordered: str = "id"
) -> dict[str, Any]:
    """A connection over `among`, rows that the parent has to do with."""
    order = Sorting.asked(noun, args, ordered)
    rows = order.sorted(listed(noun, among, args))
    total = len(rows)
    after, before = (args.get(n) and order.place(args[n]) for n in ("after", "before"))
    inside = [
        row
        for row in rows
        if (after is None or order.precedes(after, order.position(row)))
        and (before is None or order.precedes(order.position(row), before))
    ]
    follow = before is not None and any(
        not order.precedes(order.position(row), before) for row in rows
    )
    precede = after is not None and any(
        not order.precedes(after, order.position(row)) for row in rows
    )
    offset = args.get("offset") or 0
    precede = precede or (offset > 0 and bool(inside))
    inside = inside[offset:]
    if args.get("last") is not None:
        size = min(args["last"], 100)
        shown, precede = (
            inside[len(inside) - size if size < len(inside) else 0 :],
            (precede or len(inside) > size),
        )
    else:
        size = min(25 if args.get("first") is None else args["first"], 100)
        shown, follow = inside[:size], follow or len(inside) > size
    edges = [
        {"__typename": f"{noun.name}Edge", "cursor": order.cursor(row), "node": noun.write(row)}
        for row in shown
    ]
    return {
        "edges": edges,
        "nodes": [edge["node"] for edge in edges],
        "totalCount": total,
        "totals": lambda info: noun.totals(rows),
        "pageInfo": {
            "startCursor": edges[0]["cursor"] if edges else None,
            "endCursor": edges[-1]["cursor"] if edges else None,
            "totalRecords": total,
            "hasNextPage": follow,
            "hasPreviousPage": precede,
        },
    }
