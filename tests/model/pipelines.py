"""The pipelines of the model's organisation: documents, and what they mean in plain Python."""

from dataclasses import dataclass
from typing import Any

OWN = {"any": [{"is_owner": True}, {"role": ["ADMIN", "MANAGER"]}]}
ENOUGH = {
    "any": [
        {"attribute": {"key": "seats", "is": "ge", "value": 10}},
        {
            "all": [
                {"field": {"name": "amount", "is": "ge", "value": "10"}},
                {"not": {"field": {"name": "nextStep", "is": "eq", "value": "Again"}}},
            ]
        },
    ]
}
ORDERED = {"attribute": {"key": "order", "is": "matches", "value": "PO-[0-9]+"}}
DRAWN: dict[str, Any] = {
    "key": "deals",
    "name": "Deals",
    "stages": [
        {
            "key": "open",
            "steps": [
                {"key": "lead", "entry": True, "probability": 10},
                {"key": "offer", "probability": 40},
                {"key": "talk", "probability": 60},
            ],
        },
        {"key": "won", "state": "Won", "steps": [{"key": "won"}]},
        {"key": "lost", "state": "Lost", "steps": [{"key": "lost"}]},
        {"key": "filed", "state": "Archived", "steps": [{"key": "filed"}]},
    ],
    "transitions": [
        {
            "key": "send",
            "from": "lead",
            "to": "offer",
            "rules": [{"id": "own", "phase": "ACTOR", "test": OWN}],
            "actions": [{"type": "create_task", "title": "Call"}],
        },
        {
            "key": "agree",
            "from": "offer",
            "to": "talk",
            "required_attributes": ["seats"],
            "rules": [{"id": "enough", "phase": "VALIDATOR", "test": ENOUGH}],
        },
        {
            "key": "again",
            "from": "talk",
            "to": "talk",
            "kind": "LOOP",
            "actions": [{"type": "set_field", "field": "nextStep", "value": "Again"}],
        },
        {
            "key": "back",
            "from": "talk",
            "to": "offer",
            "rules": [{"id": "said", "phase": "INPUT", "test": {"given": "reason"}}],
            "actions": [{"type": "set_owner", "to": "MOVER"}],
        },
        {
            "key": "win",
            "from": "talk",
            "to": "won",
            "required_attributes": ["order", "amount"],
            "rules": [
                {"id": "eyes", "phase": "ACTOR", "test": {"did_not_make": "agree"}},
                {"id": "done", "test": {"all": [{"no_open_task": True}, {"interests": {}}]}},
                {"id": "order", "phase": "VALIDATOR", "test": ORDERED},
            ],
            "actions": [
                {"type": "create_registration"},
                {"type": "create_invoice"},
                {"type": "open_follow_on", "pipeline": "care"},
            ],
        },
        {
            "key": "lose",
            "to": "lost",
            "required_attributes": ["loss_reason"],
            "rules": [
                {
                    "id": "free",
                    "test": {"not": {"reservations_valid": True}},
                    "code": "VALUE_INVALID",
                }
            ],
        },
        {
            "key": "file",
            "to": "filed",
            "rules": [
                {"id": "may", "phase": "ACTOR", "test": {"not": {"role": ["MEMBER"]}}},
                {
                    "id": "over",
                    "test": {"any": [{"was_in_step": "lost"}, {"was_in_step": "talk"}]},
                },
            ],
        },
        {
            "key": "revive",
            "from": "lost",
            "to": "lead",
            "actions": [{"type": "set_probability", "probability": 25}],
        },
    ],
}
FREE: dict[str, Any] = {
    "key": "deals",
    "name": "Deals, freely",
    "mode": "FREE",
    "stages": [
        {
            "key": "open",
            "steps": [
                {"key": "lead", "entry": True, "probability": 20},
                {"key": "offer", "entry": True, "probability": 50},
                {"key": "deal", "probability": 70},
            ],
        },
        {"key": "won", "state": "Won", "steps": [{"key": "won"}]},
        {"key": "lost", "state": "Lost", "steps": [{"key": "lost"}]},
    ],
    "transitions": [
        {
            "key": "sell",
            "to": "won",
            "required_attributes": ["order"],
            "actions": [{"type": "create_registration"}, {"type": "create_invoice"}],
        }
    ],
}
CARE: dict[str, Any] = {
    "key": "care",
    "name": "Care",
    "mode": "FREE",
    "stages": [
        {"key": "caring", "steps": [{"key": "welcome", "entry": True, "probability": 30}]},
        {"key": "renewed", "state": "Won", "steps": [{"key": "renewed"}]},
    ],
    "transitions": [],
}
DOCUMENTS = (DRAWN, FREE)


@dataclass(frozen=True)
class Step:
    key: str
    state: str
    probability: int
    is_entry: bool


@dataclass(frozen=True)
class Edge:
    key: str | None
    here: str | None
    there: str
    said: dict[str, Any]

    @property
    def required(self) -> list[str]:
        return self.said.get("required_attributes", [])

    @property
    def rules(self) -> list[dict[str, Any]]:
        return self.said.get("rules", [])

    @property
    def actions(self) -> list[dict[str, Any]]:
        return self.said.get("actions", [])


class Pipeline:
    """A document as it is meant."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.is_free = document.get("mode") == "FREE"
        self.steps: dict[str, Step] = {}
        for stage in document["stages"]:
            state = stage.get("state", "Open")
            for step in stage["steps"]:
                fixed = 100 if state == "Won" else 0
                probability = step.get("probability", fixed)
                is_entry = step.get("entry", False)
                self.steps[step["key"]] = Step(step["key"], state, probability, is_entry)
        self.edges = [
            Edge(said["key"], said.get("from"), said["to"], said)
            for said in document["transitions"]
        ]

    @property
    def start(self) -> Step:
        return next(step for step in self.steps.values() if step.is_entry)

    def named(self, key: str, here: str) -> Edge | None:
        """The transition of that key, if it leaves the step."""
        edge = next((edge for edge in self.edges if edge.key == key), None)
        if edge is None or edge.here not in (None, here):
            return None
        return None if edge.here is None and edge.there == here else edge

    def chosen(self, here: str, there: str) -> Edge | None:
        """What leads from one step to the other: its own edge, a global one, or leave."""
        if here not in self.steps or there not in self.steps:
            return None
        known = {(edge.here, edge.there): edge for edge in self.edges}
        if (here, there) in known or here == there:
            return known.get((here, there))
        return known.get((None, there)) or (Edge(None, here, there, {}) if self.is_free else None)
