"""`pipeline { simulate }`: its input, and its answer as JSON."""

from collections.abc import Callable, Mapping
from typing import Any

import strawberry

from pipeline_gql.api.inputs import WriteInput, needed, optional
from pipeline_gql.api.migrations import FollowingInput, mapped, policy
from pipeline_gql.api.payloads import Payload, of
from pipeline_gql.api.types.simulations import PipelineSimulation
from pipeline_gql.api.verbs import Call, Work, given, verb
from pipeline_gql.domain.errors import Code, Ref
from pipeline_gql.domain.ids import encode
from pipeline_gql.domain.losses import Blocked
from pipeline_gql.domain.migrating import STEP, Way
from pipeline_gql.domain.money import spelled
from pipeline_gql.domain.passages import Cause
from pipeline_gql.domain.pipeline import Transition
from pipeline_gql.domain.rules import Rule
from pipeline_gql.domain.simulating import MOST_LISTED, Removed, Replay, Sums, Walk
from pipeline_gql.operations import simulating
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.simulating import Simulated
from pipeline_gql.store.database import Unit
from pipeline_gql.store.simulating import Held

Step = Callable[[int], dict[str, object]]


@strawberry.input(description="The publication to simulate.")
class PipelineSimulateInput(FollowingInput, WriteInput):
    pipeline_version_id: strawberry.ID = needed("The version, as a rule a draft.")
    days: int | None = optional("How many days of moves are made again; 90 unless given.")


@strawberry.type(description="What a simulation answers.")
class PipelineSimulationPayload(Payload):
    pipeline: Any = of("Pipeline", "pipelines", "pipeline")
    simulation: PipelineSimulation | None = strawberry.field(
        description="What would be; null if the simulation was refused."
    )


def _simulate(input: PipelineSimulateInput, call: Call) -> Work:
    days = given(input.days)
    command = simulating.Simulate(
        call.key(input.pipeline_version_id, "PipelineVersion", "pipeline_version_id"),
        mapped(input, call),
        policy(input),
        90 if days is None else days,
    )

    async def work(unit: Unit) -> Done:
        found = await simulating.simulate(unit, call.viewer, command)
        return Done({"pipeline": found.version.pipeline_id}, told={"simulation": _told(found)})

    return work


SIMULATE = verb(
    PipelineSimulateInput,
    PipelineSimulationPayload,
    _simulate,
    "Says what publishing a version would do to the opportunities, and does none of it.",
)


def _told(it: Simulated) -> dict[str, object]:
    # Words know the whole schema, which knows this verb.
    from pipeline_gql.api.wording import worded

    def step(id: int) -> dict[str, object]:
        return {"id": encode(Ref(STEP, id)), "name": it.names[id]}

    found = it.simulation
    return {
        "moved": found.moved,
        "kept": found.kept,
        "stayed": found.stayed,
        "removedSteps": [_removed(each, step) for each in found.removed],
        "failing": [_failing(each, it.way, step) for each in it.failing],
        "blockedMoves": [_blocked(each, step) for each in it.judged.blocked[:MOST_LISTED]],
        "moreBlockedMoves": max(0, len(it.judged.blocked) - MOST_LISTED),
        "judgement": {
            "records": it.judged.records,
            "judged": it.judged.count,
            "complete": it.judged.count >= it.judged.records,
        },
        "forecast": [
            {"currency": code, "now": _sums(now, code), "then": _sums(then, code)}
            for code, (now, then) in found.forecast.items()
        ],
        "replay": _replay(found.replay, step),
        "refusals": [worded(each, each.path, each.value) for each in it.refusals],
    }


def _removed(it: Removed, step: Step) -> dict[str, object]:
    return {
        "step": step(it.step_id),
        "target": None if it.target is None else step(it.target),
        "count": it.count,
        "deleted": it.deleted,
        "values": _values(it.values),
    }


def _values(sums: Mapping[str, int]) -> list[dict[str, object]]:
    return [
        {"currency": code, "value": spelled(value, code)} for code, value in sorted(sums.items())
    ]


def _transition(it: Transition | None) -> dict[str, object] | None:
    return it and {"key": it.key, "name": it.name}


def _code(cause: Cause) -> Code:
    """Of what `progress` would answer."""
    if isinstance(cause, Code):
        return cause
    return cause.refused_as if isinstance(cause, Rule) else Code.ATTRIBUTE_REQUIRED


def _failing(it: Held, way: Way, step: Step) -> dict[str, object]:
    reason = way.obstacle(it.step_id)
    assert reason is not None
    return {
        "opportunity": encode(Ref("Opportunity", it.id)),
        "isDeleted": it.is_deleted,
        "step": step(it.step_id),
        "reason": reason.value,
    }


def _blocked(it: Blocked, step: Step) -> dict[str, object]:
    cause, rule = it.cause, it.cause if isinstance(it.cause, Rule) else None
    is_attribute = isinstance(cause, str) and not isinstance(cause, Code)
    return {
        "fromStep": step(it.source),
        "toStep": step(it.target),
        "transition": _transition(it.now),
        "newTransition": _transition(it.then),
        "code": _code(cause).value,
        "rule": rule and {"id": rule.id, "name": rule.name},
        "attribute": cause if is_attribute else None,
        "count": it.count,
        "values": _values(it.values),
        "sample": [encode(Ref("Opportunity", id)) for id in it.sample],
    }


def _sums(it: Sums, currency: str) -> dict[str, object]:
    return {
        "openCount": it.open_count,
        "openValue": spelled(it.open_value, currency),
        "weighted": spelled(it.weighted, currency),
        "wonCount": it.won_count,
        "wonValue": spelled(it.won_value, currency),
    }


def _replay(it: Replay, step: Step) -> dict[str, object]:
    def told(walk: Walk) -> dict[str, object]:
        ends = {"fromStep": step(walk.source), "toStep": step(walk.target)}
        return {**ends, "count": walk.count}

    return {
        "moves": it.moves,
        "dropped": it.dropped,
        "blocked": [told(walk) for walk in it.blocked],
    }
