"""What publishing would do, on live data. Nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from pipeline_gql.domain.errors import Ref, Refusal, Refused
from pipeline_gql.domain.facts import whole_number
from pipeline_gql.domain.migrating import Pair, Policy, Way, agreed, chosen
from pipeline_gql.domain.pipeline import Version
from pipeline_gql.domain.problems import not_found
from pipeline_gql.domain.simulating import Simulation, simulated
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations.migrating import require_steps
from pipeline_gql.store import migrations, models, pipelines, rows, simulating
from pipeline_gql.store.database import Unit

LONGEST = 3_650


@dataclass(frozen=True, slots=True)
class Simulate:
    """The publication of a version, and how many days of moves are to be made again."""

    version_id: int
    mapping: Sequence[Pair] = ()
    policy: Policy = Policy.MAP
    days: int = 90


@dataclass(frozen=True, slots=True)
class Simulated:
    """`refusals` are why publishing would do nothing."""

    version: Version
    way: Way
    simulation: Simulation
    names: dict[int, str]
    refusals: tuple[Refusal, ...]


async def simulate(unit: Unit, viewer: Viewer, command: Simulate) -> Simulated:
    """Raises for ids that name nothing and days that cannot be; what else is wrong is told."""
    viewer.require(Permission.SET_UP, "simulate", "Pipeline")
    days = whole_number(command.days, ("days",), 0, LONGEST)
    if await rows.find(unit, models.PipelineVersion, command.version_id) is None:
        ref = Ref("PipelineVersion", command.version_id)
        raise not_found(ref, ("pipeline_version_id",))
    version = await pipelines.version(unit, command.version_id)
    await require_steps(unit, version.pipeline_id, command.mapping)
    way = chosen(version, command.mapping, command.policy)
    held = await migrations.holdings(unit, version.pipeline_id, version.id)
    now = await pipelines.published(unit, version.pipeline_id)
    ids = {each.version_id for each in held} | ({now.id} if now else set[int]())
    versions = await pipelines.seen_by(unit, ids)
    since = unit.now - timedelta(days=days)
    found = simulated(
        way,
        versions,
        await simulating.standings(unit, way, versions),
        await simulating.walks(unit, version.pipeline_id, since),
    )
    refusals: tuple[Refusal, ...] = ()
    try:
        agreed(version, command.mapping, command.policy, held)
    except (Refusal, Refused) as refused:
        refusals = refused.refusals
    names = await migrations.step_names(unit, version.pipeline_id)
    return Simulated(version, way, found, names, refusals)
