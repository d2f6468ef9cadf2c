"""The pipelines of the model's organisation: documents, and what they mean in plain Python."""

from dataclasses import dataclass
from typing import Any

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
        {"from": "lead", "to": "offer"},
        {"from": "offer", "to": "talk", "required_attributes": ["seats"]},
        {"from": "talk", "to": "talk", "kind": "LOOP"},
        {"from": "talk", "to": "offer"},
        {"from": "talk", "to": "won", "required_attributes": ["order", "amount"]},
        {"to": "lost", "required_attributes": ["loss_reason"]},
        {"to": "filed"},
        {"from": "lost", "to": "lead"},
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
    "transitions": [{"to": "won", "required_attributes": ["order"]}],
}
DOCUMENTS = (DRAWN, FREE)


@dataclass(frozen=True)
class Step:
    key: str
    state: str
    probability: int
    is_entry: bool


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
        self.edges: dict[tuple[str | None, str], tuple[str, ...]] = {
            (edge.get("from"), edge["to"]): tuple(edge.get("required_attributes", ()))
            for edge in document["transitions"]
        }

    @property
    def start(self) -> Step:
        return next(step for step in self.steps.values() if step.is_entry)

    def required(self, here: str, there: str) -> tuple[str, ...] | None:
        """What a move asks for; None where there is none."""
        if here not in self.steps or there not in self.steps:
            return None
        if (here, there) in self.edges:
            return self.edges[here, there]
        if here == there:
            return None
        return self.edges.get((None, there), () if self.is_free else None)
