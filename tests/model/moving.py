"""How a deal moves, in plain Python: what stands against it, and what the move does."""

from dataclasses import dataclass, field

from tests.model.acting import carry_out
from tests.model.deals import Deal, Stay
from tests.model.pipelines import Edge, Pipeline
from tests.model.plain import FINAL, Caller, Deals, Given
from tests.model.rules import Facts, failures
from tests.model.values import merged


@dataclass
class Move:
    """Where to: a step, or a transition of a version of the pipeline by its key."""

    step: str | None = None
    transition: tuple[int, str] | None = None
    noop: bool = False
    override: bool = False
    reason: str | None = None
    given: Given = field(default_factory=Given)


class Moves(Deals):
    def progress(self, caller: Caller, deal: Deal, move: Move) -> list[str]:
        """By the version that holds it, into the one in force."""
        if codes := self.stopped(caller, deal):
            return codes
        changes, codes = self.values(move.given)
        if codes:
            return sorted(codes)
        if move.override and caller.role == "MEMBER":
            return ["NOT_PERMITTED"]
        if move.override and not move.reason:
            return ["VALUE_REQUIRED"]
        had, values = deal.attributes, merged(deal.attributes, changes)
        edge = self._edge(deal, move)
        if isinstance(edge, str):
            return [edge]
        if edge is None:
            deal.attributes = values
            deal.version += values != had
            return []
        phases = list(failures(edge, Facts(deal, caller.role, had, move.reason), values))
        if not move.override:
            for codes in phases:
                if codes:
                    return sorted(codes)
        deal.attributes = values
        overridden = move.override and any(phases)
        return self._go(caller.role, deal, edge, "OVERRIDE" if overridden else "TRANSITION")

    def _edge(self, deal: Deal, move: Move) -> Edge | str | None:
        """None where it may stay, a code where it may not go."""
        pipeline = self.pipeline_of(deal)
        if move.transition is not None:
            number, key = move.transition
            edge = pipeline.named(key, deal.step) if number == deal.version_of else None
        else:
            assert move.step is not None
            earlier = self.published[deal.pipeline][: deal.version_of - 1]
            if move.step not in pipeline.steps and any(move.step in it.steps for it in earlier):
                return "STEP_RETIRED"
            edge = pipeline.chosen(deal.step, move.step)
            if edge is None and move.step == deal.step and move.noop:
                return None
        if edge is None:
            return "TRANSITION_NOT_FOUND"
        leads_to = pipeline if edge.there == deal.step else self.published[deal.pipeline][-1]
        return edge if edge.there in leads_to.steps else "STEP_RETIRED"

    def _go(self, who: str, deal: Deal, edge: Edge, cause: str) -> list[str]:
        if edge.there != deal.step:
            self.put(deal, len(self.published[deal.pipeline]), edge.there)
        else:
            self.put(deal, deal.version_of, edge.there)
        wrong = carry_out(self, deal, edge.actions, who)
        deal.stays.append(Stay(edge.there, cause, edge.key, who))
        deal.version += 1
        return ["ACTION_FAILED"] * wrong

    def put(self, deal: Deal, number: int, there: str) -> None:
        """On a step of a version; what is over stays over where it is filed."""
        pipeline: Pipeline = self.published[deal.pipeline][number - 1]
        step = pipeline.steps[there]
        if step.state in FINAL or not deal.by_hand:
            deal.by_hand, deal.probability = False, step.probability
        if step.state != "Archived":
            deal.is_closed = step.state in FINAL
        deal.version_of, deal.step = number, there
