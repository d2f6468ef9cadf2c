"""Where an opportunity can go, said once more over plain rows."""

import json

from tests.conformance.meaning import Meaning, Object
from tests.conformance.rows import Row


class Ways(Meaning):
    def ways(self, o: Row) -> list[Object]:
        """By the steps' order; to each the edge from here, the one from anywhere, else freely."""
        if not self.sees(o):
            return []
        version = self.tables.one("pipeline_version", id=o.version_id)
        steps = self.tables.where("step_version", version_id=o.version_id)
        edges = self.tables.where("transition", version_id=o.version_id)
        made: list[Object] = []
        for step in sorted(steps, key=lambda s: (s.position, s.step_id)):
            leading = [edge for edge in edges if edge.to_step_id == step.step_id]
            own = [edge for edge in leading if edge.from_step_id == o.step_id]
            if step.step_id != o.step_id:
                own += [edge for edge in leading if edge.kind == "GLOBAL"]
                if not own and version and version.mode == "FREE":
                    made.append(self._way(o, step, None))
            made += [self._way(o, step, edge) for edge in own]
        return made

    def _way(self, o: Row, step: Row, edge: Row | None) -> Object:
        blockers = self._blockers(o, step, edge)
        return {
            "transition": lambda info: self.one("Transition", edge and edge.id),
            "toStep": lambda info: self.nouns["OpportunityStep"].write(step),
            "allowed": not blockers,
            "blockers": blockers,
        }

    def _blockers(self, o: Row, step: Row, edge: Row | None) -> list[Object]:
        """Of rules the one that is in the world: an edge that asks for attachments."""
        if self.viewer.role == "READ_ONLY" or not self.viewer.can_write:
            return [self._not_permitted()]
        if gone := self._retired(o, step, edge):
            return [gone]
        if edge is None:
            return []
        if edge.rules != "[]" and not self.tables.where("attachment", opportunity_id=o.id):
            return [self._without_papers(json.loads(edge.rules)[0])]
        held = self.tables.where("opportunity_attribute", opportunity_id=o.id)
        has = {each.key for each in held if each.value}
        wanted = json.loads(edge.required_attributes)
        return [self._without(key, step) for key in wanted if key not in has]

    def _retired(self, o: Row, step: Row, edge: Row | None) -> Object | None:
        """Who leaves a step of an old version comes to the one in force, if the step is there."""
        (now,) = self.tables.where(
            "pipeline_version", pipeline_id=o.pipeline_id, state="PUBLISHED"
        ) or [None]
        if now is None or now.id == o.version_id or step.step_id == o.step_id:
            return None
        if self.tables.one("step_version", version_id=now.id, step_id=step.step_id):
            return None
        return {
            "code": "STEP_RETIRED",
            "label": "Step Retired",
            "message": f"Step {step.name} was removed in version {now.number}",
            "path": ["input", "stepId" if edge is None else "transitionId"],
            **dict.fromkeys(("rule", "field", "actual", "expected")),
            "remedies": [],
        }

    def _without_papers(self, rule: Object) -> Object:
        expected = "at least 1"
        return {
            "code": "CONDITION_NOT_MET",
            "label": "Condition Not Met",
            "message": f"{rule['name']}: attachments is 0, must be {expected}",
            "path": [],
            "rule": {"id": rule["id"], "name": rule["name"]},
            "field": "attachments",
            "actual": "0",
            "expected": expected,
            "remedies": [],
        }

    def _without(self, key: str, step: Row) -> Object:
        return {
            "code": "ATTRIBUTE_REQUIRED",
            "label": "Attribute Required",
            "message": f"{key} is required to move to {step.name}",
            "path": ["input", "attributes"],
            "rule": None,
            "field": f"attributes.{key}",
            "actual": None,
            "expected": "present",
            "remedies": [],
        }

    def _not_permitted(self) -> Object:
        reads = self.viewer.role == "READ_ONLY"
        helps = "Ask an administrator, a manager or a member"
        token, advice = ("", helps) if reads else ("This token of ", "Use a token that may write")
        return {
            "code": "NOT_PERMITTED",
            "label": "Not Permitted",
            "message": f"{token}{self.viewer.name} may not move this Opportunity",
            "path": [],
            **dict.fromkeys(("rule", "field", "actual", "expected")),
            "remedies": [{"title": advice, "mutation": None, "variables": None}],
        }
