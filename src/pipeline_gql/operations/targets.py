"""Where a move is asked to lead: looked up, so that what names nothing is not found."""

from typing import Protocol

from pipeline_gql.domain import ways
from pipeline_gql.domain.errors import Ref, StepRetired
from pipeline_gql.domain.moves import Target
from pipeline_gql.domain.pipeline import Version
from pipeline_gql.domain.problems import not_found
from pipeline_gql.store import models, pipelines, retired
from pipeline_gql.store.database import Unit


class Asked(Protocol):
    """The part of a command that says where to."""

    @property
    def step_id(self) -> int | None: ...
    @property
    def transition_id(self) -> int | None: ...
    @property
    def noop(self) -> bool: ...


async def known(unit: Unit, version: Version, row: models.Opportunity, asked: Asked) -> Target:
    """Raises NotFound for an id that names no step or transition of the organisation.

    A transition of another version brings its target along, so that the refusal can say it.
    """
    step_id, transition_id = asked.step_id, asked.transition_id
    if step_id is not None and version.step(step_id) is None:
        await _require_stranger(unit, version, row, step_id)
    if transition_id is not None and version.transition(transition_id) is None:
        other = await pipelines.transition(unit, transition_id)
        if other is None:
            raise not_found(Ref("Transition", transition_id), ("transition_id",))
        step_id = other.to_step_id
    return Target(step_id, transition_id, asked.noop)


async def _require_stranger(
    unit: Unit, version: Version, row: models.Opportunity, step_id: int
) -> None:
    """Raises NotFound for a step that there is not, StepRetired for one that there is no more."""
    ref, path = Ref("OpportunityStep", step_id), ("step_id",)
    if await pipelines.step(unit, step_id) is None:
        raise not_found(ref, path)
    if (gone := await retired.step(unit, version, step_id)) is None:
        return
    there = None if gone.became_id is None else version.step(gone.became_id)
    became = f"; records move to {there.name}" if there else ""
    refused = StepRetired(step=gone.name, number=gone.number, became=became, value=ref, path=path)
    if there:
        refused.remedies = ways.remedies(version, row.id, row.step_id, gone.became_id)[:1]
    raise refused


def step_of(version: Version, target: Target) -> int | None:
    """The step that a target means, as far as the version knows it."""
    if target.transition_id is None:
        return target.step_id
    edge = version.transition(target.transition_id)
    return version.step_ids[edge.target] if edge else target.step_id
