"""Pipelines with rules made up: every check there is, nested, in every phase."""

from random import Random
from typing import Any

FIELDS = {
    "name": ["A deal", "Other"],
    "leadSource": ["Web", "Fair", "Web site"],
    "nextStep": ["Call", "Write"],
    "description": ["long", "x" * 150],
    "forecastCategory": ["Commit"],
    "amount": ["0", "100.00", "99.5", "0.0001"],
    "grandTotal": ["0", "100.00", "250"],
    "probability": [0, 10, 50, 100, 130],
    "expectedCloseDate": ["2026-12-01", "2027-01-31", "2999-12-31", "1900-01-01"],
    "actualCloseDate": ["2026-12-01"],
    "currency": ["GBP", "USD"],
    "regionId": ["DR", "US"],
}
TEXTS = {"name", "leadSource", "nextStep", "description", "forecastCategory", "currency"}
KEYS = ["ownerId", "accountId", "contactId"]
ATTRIBUTES: dict[str, list[Any]] = {
    "purchase_order": ["PO-1", "x"],
    "budget": [5, 10, "7"],
    "format": ["Online", "In house", "By post"],
    "due": ["2026-12-01", "2027-01-01"],
    "sure": [True, False],
    "margin": [-3, 0.00000125, -0.12345],
    "topics": ["Law", "law", "Tax and duties"],
    "never_defined": ["x", 1],
}
DEFINED = [
    {"key": "purchase_order", "label": "Purchase order", "type": "TEXT"},
    {"key": "budget", "label": "Budget", "type": "INTEGER"},
    {"key": "format", "label": "Format", "type": "CHOICE", "choices": ["Online", "In house"]},
    {"key": "due", "label": "Due", "type": "DATE"},
    {"key": "sure", "label": "Sure", "type": "BOOLEAN"},
    {"key": "margin", "label": "Margin", "type": "DECIMAL"},
    {
        "key": "topics",
        "label": "Topics",
        "type": "MULTI_CHOICE",
        "choices": ["Law", "Tax and duties", "Other"],
    },
]
GIVEN = {
    "purchase_order": "PO-1",
    "budget": "7",
    "format": "Online",
    "due": "2026-12-01",
    "sure": "true",
    "margin": "-0.12345",
    "topics": '["Law", "Other"]',
}
"""A value of each attribute that is defined."""
OWN = "Not like this {name}"
STEPS = ["a", "b", "c"]
ENDS = {"won": "Won", "lost": "Lost", "filed": "Archived"}


class Rulings:
    """Makes documents that are always valid."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def document(self, key: str) -> dict[str, Any]:
        steps = [
            {"key": step, "probability": 10 * place + 10, "entry": True}
            for place, step in enumerate(STEPS)
        ]
        ends = {(None, "won"), ("a", "b")}
        for _ in range(self.random.randrange(3, 8)):
            source = self.random.choice([None, *STEPS, "lost"])
            ends.add((source, self.random.choice([*STEPS, *ENDS])))
        finals = [
            {"key": f"{key}s", "state": state, "steps": [{"key": key}]}
            for key, state in ENDS.items()
        ]
        return {
            "key": key,
            "name": f"Pipeline {key}",
            "mode": self.random.choice(["GRAPH", "FREE"]),
            "stages": [{"key": "open", "steps": steps}, *finals],
            "transitions": [self._transition(*each) for each in sorted(ends, key=str)],
        }

    def _transition(self, source: str | None, target: str) -> dict[str, Any]:
        names = [*FIELDS, *KEYS, *ATTRIBUTES]
        required = self.random.sample(names, self.random.choice([0, 0, 1, 2]))
        rules = [self._rule(n) for n in range(self.random.choice([0, 1, 1, 2, 3]))]
        made: dict[str, Any] = {
            "key": f"{source or 'any'}_to_{target}",
            "to": target,
            "required_attributes": required,
            "rules": rules,
        }
        return made if source is None else {"from": source, **made}

    def _rule(self, number: int) -> dict[str, Any]:
        rule: dict[str, Any] = {
            "id": f"rule_{number}",
            "phase": self.random.choice(["ACTOR", "CONDITION", "INPUT", "VALIDATOR"]),
            "test": self._test(0),
        }
        if self.random.random() < 0.2:
            rule["message"] = OWN
        if self.random.random() < 0.2:
            rule["code"] = self.random.choice(["CONDITION_NOT_MET", "VALUE_INVALID"])
        return rule

    def _test(self, depth: int) -> dict[str, Any]:
        if depth < 3 and self.random.random() < 0.25:
            some = [self._test(depth + 1) for _ in range(self.random.randrange(1, 4))]
            kind = self.random.choice(["all", "any", "not"])
            return {kind: some[0] if kind == "not" else some}
        return self.random.choice([self._field, self._field, self._attribute, self._other])()

    def _field(self) -> dict[str, Any]:
        name = self.random.choice([*FIELDS, *KEYS])
        if name in KEYS:
            return {"field": {"name": name, "is": "present"}}
        operations = ["present", "eq", "ne", "in"]
        operations += ["contains", "matches"] if name in TEXTS else []
        if name not in TEXTS | {"regionId"}:
            operations += ["lt", "le", "gt", "ge"]
        if name in ("grandTotal", "probability", "expectedCloseDate", "currency"):
            operations.append("changed")
        return {"field": {"name": name, **self._comparison(operations, FIELDS[name])}}

    def _attribute(self) -> dict[str, Any]:
        key = self.random.choice([*ATTRIBUTES])
        values = ATTRIBUTES[key]
        operations = ["present", "eq", "ne", "in", "lt", "le", "gt", "ge", "changed"]
        if all(isinstance(value, str) for value in values):
            operations += ["contains", "matches"]
        return {"attribute": {"key": key, **self._comparison(operations, values)}}

    def _comparison(self, operations: list[str], values: list[Any]) -> dict[str, Any]:
        operation = self.random.choice(operations)
        if operation in ("present", "changed"):
            return {"is": operation}
        if operation == "in":
            return {"is": "in", "values": self.random.sample(values, min(2, len(values)))}
        return {"is": operation, "value": self.random.choice(values)}

    def _other(self) -> dict[str, Any]:
        r = self.random
        return r.choice(
            [
                {"interests": {"at_least": r.randrange(3), "total_at_least": "100"}},
                {"interests": {"at_least": 1, "kind": r.choice(["EVENT", "PRODUCT"])}},
                {"limit": {"of": r.choice(["amount", "discount"]), "role": "MEMBER", "most": 90}},
                {"role": r.choice([["ADMIN"], ["MANAGER", "MEMBER"]])},
                {"is_owner": True},
                {"in_team": r.choice(["Sales", "Nobody"])},
                {"did_not_make": "a_to_b"},
                {"attachments": {"at_least": 1}},
                {"given": r.choice(["reason", "comment"])},
                {"reservations_valid": True},
                {"was_in_step": r.choice(STEPS)},
                {"no_open_task": True},
                {"days_in_step": r.choice([{"at_least": 1}, {"at_most": 3}])},
            ]
        )
