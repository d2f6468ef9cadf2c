"""The one way in which a record moves: decided, merged, recorded, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline_gql.domain import facts, moves
from pipeline_gql.domain.actions import Action
from pipeline_gql.domain.attributes import Given
from pipeline_gql.domain.comments import BODY
from pipeline_gql.domain.errors import Ref, Refusal, Refused
from pipeline_gql.domain.explaining import Explainer
from pipeline_gql.domain.moves import Inputs, Move, Target
from pipeline_gql.domain.notices import newly_assigned
from pipeline_gql.domain.pipeline import Version
from pipeline_gql.domain.problems import Problems, missing
from pipeline_gql.domain.text import DESCRIPTION, optional_text
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations import attributing, targets
from pipeline_gql.operations.acting import carry_out
from pipeline_gql.operations.acting.deeds import Acting, Results
from pipeline_gql.operations.attempts import Refusing, failures
from pipeline_gql.operations.attributing import Judged
from pipeline_gql.operations.comments import AddComment, add_comment
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.recording import record
from pipeline_gql.store import (
    attributes,
    holds,
    models,
    opportunities,
    pipelines,
    standings,
    stays,
)
from pipeline_gql.store.database import Unit
from pipeline_gql.store.records import Facts


@dataclass(frozen=True, slots=True)
class Progress:
    """To a step, or along a transition; with `noop` it may stand there already.

    `attributes` are set even where it stays; `comment` is said of a move. An override passes over
    what the transition demands, and says why in its reason.
    """

    opportunity_id: int
    step_id: int | None = None
    transition_id: int | None = None
    noop: bool = False
    reason: str | None = None
    expected_version: int | None = None
    attributes: Sequence[Given] = ()
    comment: str | None = None
    override: bool = False


async def move(unit: Unit, viewer: Viewer, row: models.Opportunity, command: Progress) -> Done:
    """Along a transition of the version that the record is pinned to, with its actions.

    The record must be locked, and its version be the expected one.
    """
    inputs, judged = await _inputs(unit, viewer, row, command)
    await unit.foresee(
        pipelines.which_seen(row.pipeline_id),
        standings.which(viewer, row),
        stays.which_open(row.id),
    )
    version = await pipelines.holding(unit, row)
    standing = await standings.of(unit, viewer, row)
    try:
        target = await targets.known(unit, version, row, command)
        move = moves.decide(version, standing, target, viewer, inputs, unit.now)
        results = Results({"opportunity": row.id})
        if inputs.comment is not None and move is not None:
            # Before the move, which may give the record to somebody else.
            said = await add_comment(unit, viewer, AddComment(row.id, inputs.comment))
            results.objects["comment"] = said.objects["comment"]
        await _apply(Acting(unit, viewer, row, results), version, move, inputs, judged)
    except (Refusal, Refused) as refused:
        wanted = targets.step_of(version, Target(command.step_id, command.transition_id))
        # Rules are broken before anything is written; what fails later may have ended the unit.
        is_broken = any(each.broken for each in refused.refusals)
        known = await attributes.known(unit) if is_broken else {}
        explainer = Explainer(version, standing, viewer, unit.now, known)
        Refusing(explainer, inputs, wanted).remember(refused)
        raise
    return results.done(is_moved=move is not None)


async def _inputs(
    unit: Unit, viewer: Viewer, row: models.Opportunity, command: Progress
) -> tuple[Inputs, Judged]:
    problems = Problems()
    reason = problems.check(optional_text, command.reason, ("reason",), DESCRIPTION)
    comment = problems.check(optional_text, command.comment, ("comment",), BODY)
    attributes = await attributing.judged(unit, viewer, row.id, command.attributes, problems)
    problems.raise_if_any()
    if command.override:
        named = ("override",)
        viewer.require(Permission.OVERRIDE, "override the rules of", opportunities.TYPE, named)
        if reason is None:
            raise missing(("reason",), "an override says why")
    return Inputs(attributes.changes, reason, comment, command.override), attributes


async def _apply(
    acting: Acting, version: Version, move: Move | None, inputs: Inputs, attributes: Judged
) -> None:
    """Without a move the attributes alone, and nothing where they are as they were."""
    unit, row = acting.unit, acting.row
    edge = version.transition(move.transition_id) if move and move.transition_id else None
    acts = edge.actions if edge else ()
    before = await _facts(acting, attributes, acts)
    await attributing.write(unit, row.id, attributes)
    told: Facts = {} if move is None else await _enter_step(acting, move, inputs, acts)
    after = await _facts(acting, attributes, acts)
    if before == after:
        return
    record(
        unit,
        acting.viewer,
        Ref(opportunities.TYPE, row.id),
        row,
        verb="progress",
        event="opportunity.updated" if move is None else "opportunity.moved",
        before=before,
        after=after,
        payload={"assigned": newly_assigned(before, after), **told},
    )


async def _facts(acting: Acting, attributes: Judged, acts: Sequence[Action]) -> Facts:
    """What the move may change."""
    unit, row = acting.unit, acting.row
    names = ("attributes",) if attributes.changes else ()
    if not acts:
        return await opportunities.facts(unit, row, names)
    found = await opportunities.facts(unit, row, (*names, "contact_ids"))
    return {**found, "places": await holds.facts(unit, row.id)}


async def _enter_step(acting: Acting, move: Move, inputs: Inputs, acts: Sequence[Action]) -> Facts:
    """Ends one stay, acts, and begins the next; what is to be told of it."""
    unit, row = acting.unit, acting.row
    last = await stays.open_stay(unit, row.id)
    now = facts.after(unit.now, last.entered_at if last else None)
    if last is not None:
        await stays.close(unit, last, now)
    row.version_id = move.version_id
    here, row.step_id, row.step_entered_at = row.step_id, move.step_id, now
    row.probability, row.probability_is_manual = move.probability, move.probability_is_manual
    row.actual_close_date = move.actual_close_date
    row.board_place = None
    await carry_out(acting, acts)
    overridden = failures(move.overridden)
    stays.begin(
        unit,
        row,
        now,
        cause="OVERRIDE" if overridden else "TRANSITION",
        actor_id=acting.viewer.user_id,
        transition_id=move.transition_id,
        reason=inputs.reason,
        overridden=overridden or None,
    )
    told: Facts = {"from": here, "to": move.step_id, "transition": move.transition_id}
    return {**told, "overridden": overridden} if overridden else told
