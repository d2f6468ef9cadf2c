"""Argument values made up for a document: ids, pages, orders, filters."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.conformance.lists import Field, Noun, Sorting
from tests.conformance.reference import Reference
from tests.conformance.rows import global_id, moment, percent

BY_KIND = {
    "text": ["eq", "ne", "gt", "ge", "lt", "le", "like", "wordlike", "in", "notin"],
    "integer": ["eq", "ne", "gt", "ge", "lt", "le", "in", "notin"],
    "money": ["eq", "ne", "gt", "ge", "lt", "le", "in", "notin"],
    "boolean": ["eq", "ne", "in", "notin"],
    "date": ["eq", "ne", "gt", "ge", "lt", "le", "in", "notin"],
    "moment": ["eq", "ne", "gt", "ge", "lt", "le", "in", "notin"],
    "id": ["eq", "ne", "gt", "ge", "lt", "le", "in", "notin"],
    "item": ["eq", "ne", "in", "notin"],
    "attribute": ["eq", "ne", "gt", "ge", "lt", "le", "like", "wordlike", "in", "notin"],
}
KEYS = ["k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8", "k9", "none"]
"""Attributes: one of each type, and one that nobody defined."""
NONSENSE = ["", "x", "T3Bwb3J0dW5pdHk6", "Opportunity:1", "é", "\\", "%_\\%", "0"]
ELSEWHERE = {
    "text": ["%", "zebra", "a", "%a%", "\\%", "_%", "UK", "deal", "Big deal", "C++", "'\"", "😀"],
    "integer": ["0", "-1", "5", "+12", "9223372036854775807"],
    "money": ["0", "-0.5", "123.4500", "99999999999999.9999"],
    "boolean": ["true", "false"],
    "date": ["2026-03-15", "0001-01-01", "9999-12-31"],
    "moment": ["2026-03-15", "2026-11-01T12:00:00+05:30", "0001-01-02T00:00:00Z"],
    "attribute": ["12", "-0.50", "2026-03-15", "a", "%a%", "true", "2026-03-15T12:00", "A", "1e5"],
}


NONE = {
    "Region": "XX",
    "Currency": "XXX",
    "TrainingTokenType": "f" * 32,
    "TokenIssue": "f" * 32,
}
"""Keys that are texts and name nothing."""


class Name(str):
    """The name of an enum's member."""


class Choices:
    """Every choice is hypothesis's, so that a failing document shrinks."""

    def __init__(self, draw: Any, reference: Reference) -> None:
        self.draw, self.reference = draw, reference

    # ---- choices --------------------------------------------------------------------------------

    def choice(self, values: Any) -> Any:
        return self.draw(st.sampled_from(list(values)))

    def up_to(self, most: int, least: int = 0) -> int:
        return self.draw(st.integers(least, most))

    def chance(self, of_ten: int) -> bool:
        return self.draw(st.integers(0, 9)) >= 10 - of_ten

    def id(self, of: str | None = None) -> str:
        if self.chance(1):
            return self.choice(NONSENSE)
        nouns = self.reference.nouns
        noun = nouns[of] if of else self.choice(nouns.values())
        rows = self.reference.tables[noun.table]
        type = "Currency" if noun.name == "FinancialUnit" else noun.name
        if not rows or self.chance(1):
            return global_id(type, 987_654)
        return global_id(type, self.choice(rows)[noun.key])

    def searching(self, noun: Noun) -> dict[str, Any]:
        values: dict[str, Any] = {}
        if self.chance(6):
            values["filters"] = [self.condition(noun, 0) for _ in range(self.up_to(2, 1))]
        if noun.searched and self.chance(1):
            values["search"] = self.choice([*ELSEWHERE["text"], "", "sales", "ÉC"])
        return values

    def paging(self, noun: Noun, depth: int, ordered: str = "id") -> dict[str, Any]:
        values = self.searching(noun)
        order = {"field": ordered}
        if self.chance(6):
            order = {"field": Name(self.choice(["id", *noun.orders, *noun.orders]))}
            if "attribute" in noun.fields and self.chance(3):
                order = {"attribute": self.choice(KEYS)}
            if self.chance(7):
                order["direction"] = Name(self.choice(["asc", "desc"]))
            values |= {"order": order} if self.chance(5) else {"orderBy": [order]}
        turned = self.chance(3)
        if depth > 1 or self.chance(6):
            values["last" if turned else "first"] = self.up_to(3 if depth > 2 else 6)
        sorting = Sorting.asked(noun, {"order": order})
        rows = self.reference.tables[noun.table]
        for name in ("after", "before"):
            if rows and self.chance(2):
                values[name] = sorting.cursor(self.choice(rows))
        if "last" not in values and self.chance(1):
            values["offset"] = self.up_to(4)
        return dict(self.draw(st.permutations(list(values.items()))))

    def forecasting(self) -> dict[str, Any]:
        groups = ("MONTH", "QUARTER", "OWNER", "TEAM", "STEP", "STAGE", "SOURCE", "CATEGORY")
        values: dict[str, Any] = {"groupBy": Name(self.choice(groups))}
        if self.chance(4):
            noun = self.reference.nouns["Opportunity"]
            values["filters"] = [self.condition(noun, 0) for _ in range(self.up_to(2, 1))]
        if self.chance(1):
            values["search"] = self.choice(ELSEWHERE["text"])
        if self.chance(3):
            values["from"] = f"2026-0{self.up_to(3, 1)}-15"
        if self.chance(3):
            values["to"] = f"2026-0{self.up_to(6, 3)}-15"
        if self.chance(4):
            values["scenario"] = self.scenario()
        return values

    def calibrating(self) -> dict[str, Any]:
        values: dict[str, Any] = {"pipelineId": self.id("Pipeline" if self.chance(9) else None)}
        if self.chance(3):
            values["from"] = "2026-02-15"
        if self.chance(3):
            values["to"] = f"2026-0{self.up_to(6, 2)}-15"
        return values

    def ranking(self) -> dict[str, Any]:
        values: dict[str, Any] = {
            "metric": Name(self.choice(["REVENUE", "COUNT"])),
            "by": Name(self.choice(["USER", "TEAM"])),
        }
        if self.chance(3):
            noun = self.reference.nouns["Opportunity"]
            values["filters"] = [self.condition(noun, 1)]
        if self.chance(5):
            values["currency"] = self.choice(["USD", "GBP", "JPY", "KWD", "CLF", "EUR"])
        if self.chance(3):
            values["first"] = self.up_to(4)
        if self.chance(3):
            values["from"] = f"2026-0{self.up_to(3, 1)}-15"
        if self.chance(3):
            values["to"] = f"2026-0{self.up_to(6, 3)}-15"
        return values

    def scenario(self) -> dict[str, Any]:
        steps, deals = (
            [global_id(type, key) for key in (*keys, 424_242)]
            for type, keys in (("OpportunityStep", range(3, 8)), ("Opportunity", range(1, 20)))
        )

        def some(ids: list[str]) -> list[str]:
            return self.draw(st.lists(st.sampled_from(ids), max_size=3, unique=True))

        given: dict[str, Any] = {
            "steps": [{"stepId": id, "probability": self.up_to(100)} for id in some(steps)],
            "shifts": [{"opportunityId": id, "days": self.up_to(90, -90)} for id in some(deals)],
            "shiftDays": self.up_to(60, -60),
            "leaveOut": some(deals),
        }
        return {name: value for name, value in given.items() if self.chance(5)}

    # ---- filters --------------------------------------------------------------------------------

    def condition(self, noun: Noun, depth: int) -> dict[str, Any]:
        kind = self.choice(["field"] * 7 + ["any", "all", "not"]) if depth < 3 else "field"
        if kind == "not":
            return {"not": self.condition(noun, depth + 1)}
        if kind != "field":
            return {kind: [self.condition(noun, depth + 1) for _ in range(self.up_to(3))]}
        name = self.choice(noun.fields)
        known = noun.fields[name]
        operations = [*BY_KIND[known.kind], "isnull", "notnull"]
        if known.is_list:
            operations.append("contains")
        operation = self.choice(operations)
        subject = {"field": Name(name)}
        if name == "attribute":
            subject = {"attribute": {"key": self.choice(KEYS)}}
        asked: dict[str, Any] = subject | {"operation": Name(operation)}
        if operation in ("in", "notin", "contains"):
            asked["values"] = [self.value(noun, name) for _ in range(self.up_to(3))]
        elif operation == "wordlike":
            asked["value"] = self.choice(["deal", "big deal", "UK", "C++", "sales uk", "x", "%"])
        elif operation not in ("isnull", "notnull"):
            asked["value"] = self.value(noun, name, escaped=operation == "like")
        return asked

    def value(self, noun: Noun, name: str, *, escaped: bool = False) -> str:
        """One that a record has, mostly."""
        known = noun.fields[name]
        found = values_of(noun, name, self.reference) if self.chance(7) else []
        if not found:
            return self.choice(elsewhere(known))
        text = written(known, self.choice(found))
        return text.replace("\\", "\\\\") if escaped else text


def values_of(noun: Noun, name: str, reference: Reference) -> list[Any]:
    """The values that records have."""
    known = noun.fields[name]
    found = [known.get(row) for row in reference.tables[noun.table]]
    if known.is_list:
        found = [each for several in found for each in several]
    if name == "attribute":
        found = [value for _, _, value in found]
    return [value for value in found if value is not None]


def elsewhere(known: Field) -> list[str]:
    """Values that a record may have or not."""
    if known.kind == "item":
        return [global_id("Event", 1), global_id("CourseTemplate", 424_242)]
    if known.kind == "id":
        return [global_id(known.type, NONE.get(known.type, 424_242))]
    return ELSEWHERE[known.kind]


def written(known: Field, value: Any) -> str:
    """A value as a filter has it."""
    if known.kind == "item":
        return global_id(*value)
    if known.kind == "id":
        return global_id(known.type, value)
    if known.kind == "money":
        return percent(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return str(moment(value))
    return value.isoformat() if isinstance(value, date) else str(value)
