"""Where an opportunity can go, said once more over plain rows."""

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
        blockers = self._blockers(o)
        return {
            "transition": lambda info: self.one("Transition", edge and edge.id),
            "toStep": lambda info: self.nouns["OpportunityStep"].write(step),
            "allowed": not blockers,
            "blockers": blockers,
        }

    def _blockers(self, o: Row) -> list[Object]:
        if self.viewer.role == "READ_ONLY" or not self.viewer.can_write:
            return [self._not_permitted()]
        return []

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
