"""The one way in which a record moves: decided, merged, recorded, in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline_gql.domain import facts, moves, ways
from pipeline_gql.domain.errors import Ref, Refusal, Refused, TransitionNotFound
from pipeline_gql.domain.moves import Inputs, Move, Target
from pipeline_gql.domain.notices import newly_assigned
from pipeline_gql.domain.pipeline import Version
from pipeline_gql.domain.problems import Problems, missing
from pipeline_gql.domain.standing import Standing
from pipeline_gql.domain.text import DESCRIPTION, optional_text
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations import targets
from pipeline_gql.operations.attempts import Attempt, failures
from pipeline_gql.operations.recording import record
from pipeline_gql.store import models, opportunities, pipelines, standings, stays
from pipeline_gql.store.database import Unit
from pipeline_gql.store.records import Facts


@dataclass(frozen=True, slots=True)
class Progress:
    """To a step, or along a transition; with `noop` it may stand there already. `attributes` are
    set by the move, by key; an override passes over the rules, and says why in its reason."""

    opportunity_id: int
    step_id: int | None = None
    transition_id: int | None = None
    noop: bool = False
    reason: str | None = None
    expected_version: int | None = None
    attributes: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    comment: str | None = None
    override: bool = False


async def move(
    unit: Unit, viewer: Viewer, row: models.Opportunity, command: Progress
) -> Move | None:
    """Along a transition of the version that the record is pinned to; None: it stays.

    The record must be locked, and its version be the expected one.
    """
    inputs = _inputs(viewer, command)
    version = await pipelines.version(unit, row.version_id)
    target = await targets.known(unit, version, row, command)
    standing = await standings.of(unit, viewer, row)
    decided = _decided(unit, viewer, version, standing, target, inputs)
    if decided is not None:
        await _carry_out(unit, viewer, row, decided, inputs)
    return decided


def _inputs(viewer: Viewer, command: Progress) -> Inputs:
    problems = Problems()
    reason = problems.check(optional_text, command.reason, ("reason",), DESCRIPTION)
    comment = problems.check(optional_text, command.comment, ("comment",), DESCRIPTION)
    if command.override:
        viewer.require(Permission.OVERRIDE, "override the rules of", opportunities.TYPE)
        if reason is None and not problems:
            problems.add(missing(("reason",), "an override says why"))
    problems.raise_if_any()
    return Inputs(command.attributes, reason, comment, command.override)


def _decided(
    unit: Unit,
    viewer: Viewer,
    version: Version,
    standing: Standing,
    target: Target,
    inputs: Inputs,
) -> Move | None:
    """Where it is refused, the refusal is to be remembered once all is rolled back."""
    try:
        return moves.decide(version, standing, target, viewer, inputs, unit.now)
    except (Refusal, Refused) as refused:
        wanted = targets.step_of(version, target)
        for each in refused.refusals:
            if isinstance(each, TransitionNotFound):
                each.remedies = ways.remedies(version, standing.id, standing.step_id, wanted)
        refused.aftermath = Attempt(
            standing.id, standing.step_id, wanted, viewer.user_id, failures(refused.refusals)
        )
        raise


async def _carry_out(
    unit: Unit, viewer: Viewer, row: models.Opportunity, move: Move, inputs: Inputs
) -> None:
    before = await opportunities.facts(unit, row)
    last = await stays.open_stay(unit, row.id)
    now = facts.after(unit.now, last.entered_at if last else None)
    if last is not None:
        await stays.close(unit, last, now)
    here, row.step_id, row.step_entered_at = row.step_id, move.step_id, now
    row.probability, row.probability_is_manual = move.probability, move.probability_is_manual
    row.actual_close_date = move.actual_close_date
    row.board_place = None
    broken = failures(move.overridden)
    stays.begin(
        unit,
        row,
        now,
        cause="OVERRIDE" if broken else "TRANSITION",
        actor_id=viewer.user_id,
        transition_id=move.transition_id,
        reason=inputs.reason,
        overridden=broken or None,
    )
    told: Facts = {"from": here, "to": move.step_id, "transition": move.transition_id}
    if broken:
        told["overridden"] = broken
    after = await opportunities.facts(unit, row)
    record(
        unit,
        viewer,
        Ref(opportunities.TYPE, row.id),
        row,
        verb="progress",
        event="opportunity.moved",
        before=before,
        after=after,
        payload={"assigned": newly_assigned(before, after), **told},
    )
