"""What publishing would do, on live data. Nothing is written, and nothing held."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from pipeline_gql.domain.errors import Ref, Refusal, Refused
from pipeline_gql.domain.facts import whole_number
from pipeline_gql.domain.losses import Blocked, Losses
from pipeline_gql.domain.migrating import Holding, Pair, Policy, Way, agreed, chosen
from pipeline_gql.domain.passages import Judge
from pipeline_gql.domain.pipeline import Version
from pipeline_gql.domain.problems import not_found
from pipeline_gql.domain.simulating import MOST_LISTED, Simulation, Standing, simulated
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations.migrating import require_steps
from pipeline_gql.store import migrations, models, pipelines, rows, simulating
from pipeline_gql.store.database import Unit
from pipeline_gql.store.simulating import Held

LONGEST = 3_650


@dataclass(frozen=True, slots=True)
class Simulate:
    """The publication of a version, and how many days of moves are to be made again."""

    version_id: int
    mapping: Sequence[Pair] = ()
    policy: Policy = Policy.MAP
    days: int = 90


@dataclass(frozen=True, slots=True)
class Judged:
    """What the records would lose: of `records` on which it depends, `count` were looked at."""

    blocked: tuple[Blocked, ...]
    records: int
    count: int


@dataclass(frozen=True, slots=True)
class Simulated:
    """`failing` are some that do not come along, `refusals` why publishing would do nothing."""

    version: Version
    way: Way
    simulation: Simulation
    judged: Judged
    failing: list[Held]
    names: dict[int, str]
    refusals: tuple[Refusal, ...]


async def simulate(unit: Unit, viewer: Viewer, command: Simulate) -> Simulated:
    """Raises for ids that name nothing and days that cannot be; what else is wrong is told."""
    viewer.require(Permission.SET_UP, "simulate", "Pipeline")
    days = whole_number(command.days, ("days",), 0, LONGEST)
    version = await _version(unit, command.version_id)
    await require_steps(unit, version.pipeline_id, command.mapping)
    way = chosen(version, command.mapping, command.policy)
    held = await migrations.holdings(unit, version.pipeline_id, version.id)
    current = await pipelines.seen_published(unit, version.pipeline_id)
    ids = {each.version_id for each in held} | ({current.id} if current else set[int]())
    versions = await pipelines.seen_by(unit, ids)
    found = await simulating.standings(unit, way, versions)
    since = unit.now - timedelta(days=days)
    walks = await simulating.walks(unit, version.pipeline_id, since)
    return Simulated(
        version,
        way,
        simulated(way, versions, found, walks),
        await _judged(unit, viewer, way, Losses(way, versions, current), found),
        await _failing(unit, way, found),
        await migrations.step_names(unit, version.pipeline_id),
        _refusals(version, command, held),
    )


async def _version(unit: Unit, version_id: int) -> Version:
    if await rows.find(unit, models.PipelineVersion, version_id) is None:
        raise not_found(Ref("PipelineVersion", version_id), ("pipeline_version_id",))
    return await pipelines.version(unit, version_id)


async def _judged(
    unit: Unit, viewer: Viewer, way: Way, losses: Losses, found: Sequence[Standing]
) -> Judged:
    """Those on whom nothing bears are not looked at."""
    for each in found:
        losses.add_all(each)
    places = {each.at for each in found if each.live and losses.place(each.at).doubtful}
    records = sum(each.live for each in found if each.at in places)
    judge, count = Judge(viewer, unit.now), 0
    parts = frozenset(part for at in places for part in losses.place(at).parts)
    async for version_id, record in simulating.seen(unit, viewer, way, places, parts):
        count += 1
        # It may have moved since it was counted.
        if (version_id, record.step_id) in places:
            losses.add(judge, version_id, record)
    return Judged(losses.told(), records, count)


async def _failing(unit: Unit, way: Way, found: Sequence[Standing]) -> list[Held]:
    places = {each.at for each in found if way.obstacle(each.step_id)}
    if not places:
        return []
    return await simulating.newest(unit, way, places, MOST_LISTED, deleted=True)


def _refusals(version: Version, command: Simulate, held: Sequence[Holding]) -> tuple[Refusal, ...]:
    try:
        agreed(version, command.mapping, command.policy, held)
    except (Refusal, Refused) as refused:
        return refused.refusals
    return ()
