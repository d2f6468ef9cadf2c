"""What a simulation says is what the migration does, whatever the change, mapping and policy."""

from collections import Counter, defaultdict
from collections.abc import Generator
from dataclasses import asdict
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline_gql.domain.documents import parse
from pipeline_gql.domain.edges import Target, found
from pipeline_gql.domain.errors import Refusal, Refused
from pipeline_gql.domain.migrating import Pair, Policy
from pipeline_gql.domain.pipeline import State, Version
from pipeline_gql.operations.migrating import begin
from pipeline_gql.operations.opportunities import Create, Delete, Progress, create, delete, progress
from pipeline_gql.operations.pipelines import publish_document
from pipeline_gql.operations.simulating import Simulate, Simulated, simulate
from pipeline_gql.store import models, pipelines
from tests.operations.asking import Ask

NUMBERS = count()
Deal = tuple[str, str, int, int | None, bool]
OPEN = ["a", "b", "c", "d"]
ENDS = ["won", "lost"]


def steps(keys: list[str], chances: dict[str, int]) -> list[dict[str, Any]]:
    return [{"key": key, "entry": True, "probability": chances[key]} for key in keys]


@st.composite
def documents(draw: st.DrawFn, *, free: bool) -> dict[str, Any]:
    """Some of the open steps, what they promise, and who may go where; one may always lose."""
    keys = OPEN if free else draw(st.lists(st.sampled_from(OPEN), unique=True, min_size=1))
    chances = {key: draw(st.integers(0, 100)) for key in keys}
    ends = ENDS if free or draw(st.booleans()) else ["lost"]
    edges = {(None, "lost")}
    if not free:
        edge = st.tuples(st.sampled_from(keys), st.sampled_from([*keys, *ends]))
        edges |= draw(st.sets(edge, max_size=8))
    return {
        "key": "made-up",
        "mode": "FREE" if free else draw(st.sampled_from(["FREE", "GRAPH"])),
        "stages": [
            {"key": "open", "steps": steps(keys, chances)},
            *({"key": end, "state": end.capitalize(), "steps": [{"key": end}]} for end in ends),
        ],
        "transitions": [
            {"to": target} | ({} if source is None else {"from": source})
            for source, target in sorted(edges, key=str)
        ],
    }


RECORDS = st.lists(
    st.tuples(
        st.sampled_from(OPEN + ENDS),
        st.sampled_from(["GBP", "JPY", "KWD"]),
        st.integers(0, 99_999),
        st.none() | st.integers(0, 100),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)


async def published(ask: Ask, document: dict[str, Any], key: str) -> Version:
    async with ask.database.writing(ask.organisation.org_id) as unit:
        parsed = parse(document | {"key": key})
        return await publish_document(unit, ask.organisation.admin, parsed)


async def settle(ask: Ask, version: Version, records: list[Deal]) -> None:
    for step, currency, amount, probability, is_deleted in records:
        command = Create(
            "Deal",
            pipeline_id=version.pipeline_id,
            entry_step_id=version.step_ids[step if step in OPEN else "a"],
            financial_unit_id=currency,
            amount=Decimal(amount),
            probability=probability,
        )
        key: Any = (await ask(create, command)).objects["opportunity"]
        if step in ENDS:
            await ask(progress, Progress(key, step_id=version.step_ids[step]))
        if is_deleted:
            await ask(delete, Delete(key))


async def standing(ask: Ask, pipeline_id: int) -> list[models.Opportunity]:
    return [row for row in await ask.rows(models.Opportunity) if row.pipeline_id == pipeline_id]


async def versions_of(ask: Ask, rows: list[models.Opportunity]) -> dict[int, Version]:
    async with ask.database.writing(ask.organisation.org_id) as unit:
        return dict(await pipelines.seen_by(unit, {row.version_id for row in rows}))


async def simulated(ask: Ask, command: Simulate) -> Simulated:
    async with ask.database.writing(ask.organisation.org_id) as unit:
        return await simulate(unit, ask.organisation.admin, command)


async def migrated(
    ask: Ask, version: Version, pairs: list[Pair], policy: Policy
) -> tuple[models.PipelineMigration | None, tuple[Refusal, ...]]:
    """Refused and nothing done, or done."""
    try:
        async with ask.database.writing(ask.organisation.org_id) as unit:
            return await begin(unit, ask.organisation.admin, version, pairs, policy), ()
    except (Refusal, Refused) as refused:
        return None, refused.refusals


def sums(rows: list[models.Opportunity], versions: dict[int, Version]) -> dict[str, dict[str, int]]:
    """By currency, added up one by one."""
    found: dict[str, dict[str, int]] = defaultdict(
        lambda: dict.fromkeys(("open_count", "open_value", "weighted", "won_count", "won_value"), 0)
    )
    for row in (row for row in rows if row.deleted_at is None):
        state, its = versions[row.version_id].state_at(row.step_id), found[row.currency]
        if state is State.OPEN:
            its["open_count"] += 1
            its["open_value"] += row.grand_total
            its["weighted"] += row.weighted
        elif state is State.WON:
            its["won_count"] += 1
            its["won_value"] += row.grand_total
    return found


def name_of(version: Version, step_id: int) -> str:
    step = version.step(step_id)
    assert step is not None
    return step.name


def leads(version: Version, here: int) -> set[int]:
    """Every other step that a record may be told to go to."""

    def may(there: int) -> bool:
        try:
            return found(version, here, Target(there)) is not None
        except (Refusal, Refused):
            return False

    return {there for there in version.step_ids.values() if there != here and may(there)}


@pytest.fixture
def came() -> Generator[Counter[str]]:
    """What the migrations came to; else nothing is compared but refusals."""
    came = Counter[str]()
    yield came
    assert {each for each in ("moved", "kept", "removed", "lost") if not came[each]} == set()


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(documents(free=True), documents(free=False), RECORDS, st.sampled_from(Policy), st.data())
async def test_a_migration_does_what_its_simulation_said(
    ask: Ask,
    came: Counter[str],
    old: dict[str, Any],
    new: dict[str, Any],
    records: list[Deal],
    policy: Policy,
    data: st.DataObject,
) -> None:
    key = f"made-up-{next(NUMBERS)}"
    one = await published(ask, old, key)
    await settle(ask, one, records)
    two = await published(ask, new, key)
    there = [step.key for step in two.graph.steps]
    removed = [step for step in OPEN + ENDS if step not in there]
    mapped = data.draw(st.lists(st.sampled_from(removed), unique=True) if removed else st.just([]))
    ends = {step: data.draw(st.sampled_from(there)) for step in mapped}
    pairs = [Pair(one.step_ids[step], two.step_ids[end]) for step, end in ends.items()]

    told = await simulated(ask, Simulate(two.id, pairs, policy))
    before = await standing(ask, one.pipeline_id)
    versions = await versions_of(ask, before)
    now = {code: asdict(each[0]) for code, each in told.simulation.forecast.items()}
    assert now == sums(before, versions)
    gone = [row for row in before if two.step(row.step_id) is None]
    assert {each.name: each.count for each in told.simulation.removed} == Counter(
        name_of(versions[row.version_id], row.step_id) for row in gone
    )
    deleted = sum(row.deleted_at is not None for row in gone)
    assert sum(each.deleted for each in told.simulation.removed) == deleted
    done, refused = await migrated(ask, two, pairs, policy)
    said = [(each.code, each.path, each.facts) for each in told.refusals]
    assert said == [(each.code, each.path, each.facts) for each in refused]
    came["removed"] += len(gone)
    if done is None:
        return
    came["moved"] += done.moved
    came["kept"] += done.kept
    its = told.simulation
    assert (its.moved, its.kept, its.stayed) == (done.moved, done.kept, done.stayed)
    after = await standing(ask, one.pipeline_id)
    versions |= await versions_of(ask, after)
    then = {code: asdict(each[1]) for code, each in its.forecast.items()}
    assert then == sums(after, versions)
    lost: Counter[tuple[int, int]] = Counter()
    for was, row in zip(before, after, strict=True):
        if row.version_id == two.id and row.deleted_at is None:
            # Who stands in an old version moves into the one in force, which is the second already.
            for target in leads(one.followed_by(two), was.step_id):
                landed = told.way.target(target)
                if landed != row.step_id and landed not in leads(two, row.step_id):
                    lost[was.step_id, target] += 1
    assert {(each.source, each.target): each.count for each in told.judged.blocked} == lost
    came["lost"] += lost.total()


async def test_a_replay_maps_steps_and_drops_what_leads_nowhere(ask: Ask) -> None:
    chances = dict.fromkeys(OPEN, 10)
    old = {
        "key": "replayed",
        "mode": "FREE",
        "stages": [
            {"key": "open", "steps": steps(OPEN, chances)},
            {"key": "lost", "state": "Lost", "steps": [{"key": "lost"}]},
        ],
    }
    one = await published(ask, old, "replayed")
    for way in (["b", "c"], ["c", "b", "lost"], ["d"]):
        key: Any = (await ask(create, Create("Deal", pipeline_id=one.pipeline_id))).objects[
            "opportunity"
        ]
        for step in way:
            await ask(progress, Progress(key, step_id=one.step_ids[step]))
    new = old | {
        "mode": "GRAPH",
        "stages": [{"key": "open", "steps": steps(["a", "b"], chances)}, old["stages"][1]],
        "transitions": [{"from": "a", "to": "b"}, {"to": "lost"}],
    }
    two = await published(ask, new, "replayed")
    pairs = [Pair(one.step_ids["c"], two.step_ids["b"])]
    replay = (await simulated(ask, Simulate(two.id, pairs))).simulation.replay
    # a→b, b→c, a→c, c→b, b→lost, a→d: those between b and c lead from b to b, d is not mapped.
    assert (replay.moves, replay.dropped) == (6, 2)
    (blocked,) = replay.blocked
    assert (blocked.source, blocked.target) == (one.step_ids["a"], one.step_ids["d"])
    assert blocked.count == 1
    assert (await simulated(ask, Simulate(two.id, pairs, days=0))).simulation.replay.moves == 0
