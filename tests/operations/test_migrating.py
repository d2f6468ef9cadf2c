"""Records follow their pipeline to a new version: where to, what is written, what is undone."""

import asyncio
from copy import deepcopy
from typing import Any

import pytest
from sqlalchemy import select

from pipeline_gql.domain.documents import parse
from pipeline_gql.domain.errors import Code, Refused, ValueInvalid, ValueRequired
from pipeline_gql.domain.migrating import Pair, Policy
from pipeline_gql.domain.pipeline import Version
from pipeline_gql.operations import migrating
from pipeline_gql.operations.migrating import Migrate, UndoMigration, begin, go_on_with_any
from pipeline_gql.operations.opportunities import (
    Create,
    Delete,
    Progress,
    Restore,
    create,
    delete,
    progress,
    restore,
)
from pipeline_gql.operations.pipelines import publish_document
from pipeline_gql.store import models
from tests.operations.asking import Ask

FIRST: dict[str, Any] = {
    "key": "renewals",
    "name": "Renewals",
    "mode": "FREE",
    "stages": [
        {
            "key": "open",
            "steps": [
                {"key": "new", "entry": True, "probability": 20},
                {"key": "talk", "entry": True, "probability": 60},
                {"key": "old", "entry": True, "probability": 10},
            ],
        },
        {"key": "won", "state": "Won", "steps": [{"key": "won"}]},
        {"key": "lost", "state": "Lost", "steps": [{"key": "lost"}]},
    ],
}


def second(*, probability: int = 70) -> dict[str, Any]:
    """Without the step `old`; who talks is likelier to buy."""
    document = deepcopy(FIRST)
    steps = document["stages"][0]["steps"]
    steps[1]["probability"] = probability
    del steps[2]
    return document


async def published(ask: Ask, document: dict[str, Any]) -> Version:
    async with ask.database.writing(ask.organisation.org_id) as unit:
        return await publish_document(unit, ask.organisation.admin, parse(document))


async def on(ask: Ask, version: Version, step: str, **more: Any) -> int:
    command = Create(
        "Renewal", pipeline_id=version.pipeline_id, entry_step_id=version.step_ids[step], **more
    )
    key = (await ask(create, command)).objects["opportunity"]
    assert isinstance(key, int)
    return key


async def started(
    ask: Ask, version: Version, policy: Policy = Policy.MAP, *mapped: tuple[int, int]
) -> models.PipelineMigration:
    async with ask.database.writing(ask.organisation.org_id) as unit:
        pairs = [Pair(*pair) for pair in mapped]
        return await begin(unit, ask.organisation.admin, version, pairs, policy)


async def rows(ask: Ask, table: Any, *conditions: Any) -> list[Any]:
    async with ask.database.writing(ask.organisation.org_id) as unit:
        found = await unit.session.scalars(
            select(table).where(table.org_id == unit.org_id, *conditions).order_by(table.id)
        )
        return list(found)


async def row(ask: Ask, key: int) -> models.Opportunity:
    (found,) = await rows(ask, models.Opportunity, models.Opportunity.id == key)
    return found


async def stays(ask: Ask, key: int) -> list[models.StepStay]:
    return await rows(ask, models.StepStay, models.StepStay.opportunity_id == key)


async def test_records_follow_to_the_new_version_and_to_the_mapped_step(ask: Ask) -> None:
    one = await published(ask, FIRST)
    kept, gone = await on(ask, one, "talk"), await on(ask, one, "old")
    two = await published(ask, second())
    before = await row(ask, kept)
    migration = await started(ask, two, Policy.MAP, (one.step_ids["old"], one.step_ids["new"]))
    assert (migration.state, migration.moved, migration.kept) == ("DONE", 1, 1)

    stayed, moved = await row(ask, kept), await row(ask, gone)
    assert (stayed.version_id, stayed.step_id) == (two.id, two.step_ids["talk"])
    assert (stayed.probability, stayed.version) == (70, 2)
    assert stayed.step_entered_at == before.step_entered_at
    assert [stay.version_id for stay in await stays(ask, kept)] == [two.id]
    assert (moved.version_id, moved.step_id) == (two.id, two.step_ids["new"])
    assert (moved.probability, moved.version) == (20, 2)
    first, last = await stays(ask, gone)
    assert (first.version_id, first.cause, first.left_at) == (one.id, "ENTRY", last.entered_at)
    assert (last.version_id, last.cause, last.left_at) == (two.id, "MIGRATION", None)
    assert last.entered_at == moved.step_entered_at


async def test_a_migration_is_audited_and_told_for_each_record(ask: Ask) -> None:
    one = await published(ask, FIRST)
    gone = await on(ask, one, "old")
    two = await published(ask, second())
    migration = await started(ask, two, Policy.MAP, (one.step_ids["old"], one.step_ids["won"]))
    audit = (await rows(ask, models.Audit, models.Audit.verb == "migrate"))[0]
    assert (audit.aggregate, audit.aggregate_id) == ("Opportunity", str(gone))
    assert audit.before["step_id"] == one.step_ids["old"]
    assert audit.after["step_id"] == one.step_ids["won"]
    assert (audit.after["probability"], audit.after["version"]) == (100, 2)
    assert (
        audit.after["actual_close_date"]
        == (await row(ask, gone)).step_entered_at.date().isoformat()
    )
    event = (await rows(ask, models.Outbox, models.Outbox.type == "opportunity.migrated"))[0]
    assert (event.aggregate_id, event.sequence) == (str(gone), 2)
    assert event.payload["migration"] == migration.id


async def test_a_removed_step_that_holds_records_demands_a_mapping(ask: Ask) -> None:
    one = await published(ask, FIRST)
    gone = await on(ask, one, "old")
    two = await published(ask, second())
    with pytest.raises(ValueRequired) as refused:
        await started(ask, two)
    assert refused.value.path == ("mapping",)
    assert "1 opportunity stands on old, which is removed" in str(refused.value.facts["because"])
    assert (await row(ask, gone)).version_id == one.id


async def test_a_block_lets_no_removed_step_hold_records_even_mapped_ones(ask: Ask) -> None:
    one = await published(ask, FIRST)
    await on(ask, one, "old")
    two = await published(ask, second())
    with pytest.raises(ValueInvalid) as refused:
        await started(ask, two, Policy.BLOCK, (one.step_ids["old"], one.step_ids["new"]))
    assert refused.value.path == ("policy",)
    told = "must not be BLOCK while 1 opportunity stands on old, which is removed"
    assert refused.value.facts["problem"] == told


async def test_a_grandfathered_record_keeps_its_version_and_can_be_migrated_later(
    ask: Ask,
) -> None:
    one = await published(ask, FIRST)
    kept, gone = await on(ask, one, "talk"), await on(ask, one, "old")
    two = await published(ask, second())
    migration = await started(ask, two, Policy.GRANDFATHER)
    assert (migration.kept, migration.moved, migration.stayed) == (1, 0, 1)
    assert (await row(ask, gone)).version == 1
    assert (await row(ask, gone)).version_id == one.id
    assert (await row(ask, kept)).version_id == two.id
    pairs = [Pair(one.step_ids["old"], two.step_ids["new"])]
    await ask(migrating.migrate, Migrate(one.pipeline_id, pairs))
    assert (await row(ask, gone)).step_id == two.step_ids["new"]


async def test_who_is_deleted_comes_along_and_is_restored_where_the_others_went(ask: Ask) -> None:
    one = await published(ask, FIRST)
    gone = await on(ask, one, "old")
    await ask(delete, Delete(gone))
    two = await published(ask, second())
    with pytest.raises(ValueRequired) as refused:
        await started(ask, two)
    because = str(refused.value.facts["because"])
    assert because.endswith("1 opportunity stands on old, which is removed (1 deleted)")
    migration = await started(ask, two, Policy.MAP, (one.step_ids["old"], one.step_ids["new"]))
    assert (migration.moved, migration.stayed) == (1, 0)
    await ask(restore, Restore(gone))
    found = await row(ask, gone)
    assert (found.version_id, found.step_id, found.version) == (two.id, two.step_ids["new"], 4)
    await ask(progress, Progress(gone, step_id=two.step_ids["talk"]))


async def test_a_mapping_must_fit(ask: Ask) -> None:
    one = await published(ask, FIRST)
    two = await published(ask, second())
    old, new, talk = (one.step_ids[key] for key in ("old", "new", "talk"))
    with pytest.raises(Refused) as refused:
        await started(ask, two, Policy.MAP, (talk, new), (old, old), (old, new))
    assert [each.path for each in refused.value.refusals] == [
        ("mapping", 0, "from_step_id"),
        ("mapping", 1, "to_step_id"),
        ("mapping", 2, "from_step_id"),
    ]


async def test_what_was_set_by_hand_stays_unless_the_sale_is_over(ask: Ask) -> None:
    one = await published(ask, FIRST)
    kept, gone = (
        await on(ask, one, "talk", probability=33),
        await on(ask, one, "old", probability=5),
    )
    two = await published(ask, second())
    await started(ask, two, Policy.MAP, (one.step_ids["old"], one.step_ids["lost"]))
    assert ((await row(ask, kept)).probability, (await row(ask, kept)).probability_is_manual) == (
        33,
        True,
    )
    assert ((await row(ask, gone)).probability, (await row(ask, gone)).probability_is_manual) == (
        0,
        False,
    )


async def test_undoing_puts_back_what_nobody_has_moved_since(ask: Ask) -> None:
    one = await published(ask, FIRST)
    kept, gone, left = [await on(ask, one, step) for step in ("talk", "old", "old")]
    two = await published(ask, second())
    migration = await started(ask, two, Policy.MAP, (one.step_ids["old"], one.step_ids["won"]))
    await ask(progress, Progress(left, step_id=two.step_ids["talk"]))
    await ask(migrating.undo, UndoMigration(migration.id))
    (ended,) = await rows(ask, models.PipelineMigration)
    assert (ended.state, ended.undone) == ("UNDONE", 2)
    back, again, stayed = [await row(ask, key) for key in (kept, gone, left)]
    assert (back.version_id, back.probability, back.version) == (one.id, 60, 3)
    assert (again.version_id, again.step_id) == (one.id, one.step_ids["old"])
    assert (again.probability, again.actual_close_date) == (10, None)
    assert [stay.cause for stay in await stays(ask, gone)] == ["ENTRY", "MIGRATION", "MIGRATION"]
    assert (stayed.version_id, stayed.step_id) == (two.id, two.step_ids["talk"])
    with pytest.raises(ValueInvalid, match="VALUE_INVALID"):
        await ask(migrating.undo, UndoMigration(migration.id))


async def test_undoing_ends_with_the_next_publication(ask: Ask) -> None:
    one = await published(ask, FIRST)
    gone = await on(ask, one, "old")
    two = await published(ask, second())
    migration = await started(ask, two, Policy.MAP, (one.step_ids["old"], one.step_ids["new"]))
    await published(ask, second(probability=80))
    with pytest.raises(ValueInvalid) as refused:
        await ask(migrating.undo, UndoMigration(migration.id))
    assert "published since" in str(refused.value.facts["problem"])
    assert (await row(ask, gone)).version_id == two.id


async def test_batches_go_on_where_they_were(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrating, "BATCH", 2)
    one = await published(ask, FIRST)
    keys = [await on(ask, one, "old") for _ in range(5)]
    two = await published(ask, second())
    migration = await started(ask, two, Policy.MAP, (one.step_ids["old"], one.step_ids["new"]))
    assert migration.state == "RUNNING"
    versions = []
    more = True
    while more:
        async with ask.database.writing(ask.organisation.org_id) as unit:
            more = await go_on_with_any(unit)
        versions.append([(await row(ask, key)).version_id == two.id for key in keys])
    assert [sum(each) for each in versions] == [2, 4, 5, 5]
    (ended,) = await rows(ask, models.PipelineMigration)
    assert (ended.state, ended.moved) == ("DONE", 5)
    assert {(await row(ask, key)).version for key in keys} == {2}


async def test_a_batch_that_is_killed_leaves_nothing_and_is_done_again(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrating, "BATCH", 2)
    one = await published(ask, FIRST)
    keys = [await on(ask, one, "old") for _ in range(3)]
    two = await published(ask, second())
    await started(ask, two, Policy.MAP, (one.step_ids["old"], one.step_ids["new"]))

    async def killed() -> None:
        async with ask.database.writing(ask.organisation.org_id) as unit:
            await go_on_with_any(unit)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await killed()
    assert {(await row(ask, key)).version_id for key in keys} == {one.id}
    more = True
    while more:
        async with ask.database.writing(ask.organisation.org_id) as unit:
            more = await go_on_with_any(unit)
    assert {(await row(ask, key)).version for key in keys} == {2}


async def test_a_move_that_races_the_batch_is_not_lost(ask: Ask) -> None:
    """Both orders: the move first and the batch after it, or the other way round."""
    one = await published(ask, FIRST)
    keys = [await on(ask, one, "old") for _ in range(6)]
    two = await published(ask, second())
    pair = (one.step_ids["old"], one.step_ids["new"])
    moves = [ask(progress, Progress(key, step_id=one.step_ids["talk"])) for key in keys]
    await asyncio.gather(*moves[:3], started(ask, two, Policy.MAP, pair), *moves[3:])
    for key in keys:
        found = await row(ask, key)
        assert found.step_id == two.step_ids["talk"]
        assert found.version_id == two.id
        event = models.Outbox
        told = await rows(
            ask, event, event.aggregate == "Opportunity", event.aggregate_id == str(key)
        )
        assert sorted(event.sequence for event in told) == list(range(1, found.version + 1))


async def test_who_leaves_a_step_of_an_old_version_comes_to_the_one_in_force(ask: Ask) -> None:
    one = await published(ask, FIRST)
    gone = await on(ask, one, "old")
    two = await published(ask, second())
    await started(ask, two, Policy.GRANDFATHER)
    await ask(progress, Progress(gone, step_id=one.step_ids["talk"]))
    found = await row(ask, gone)
    assert (found.version_id, found.step_id, found.probability) == (
        two.id,
        two.step_ids["talk"],
        70,
    )
    assert [stay.version_id for stay in await stays(ask, gone)] == [one.id, two.id]


async def test_nobody_moves_to_a_step_that_is_gone(ask: Ask) -> None:
    one = await published(ask, FIRST)
    kept, gone = await on(ask, one, "new"), await on(ask, one, "old")
    await published(ask, second())
    (why,) = await ask.why(progress, Progress(kept, step_id=one.step_ids["old"]))
    assert (why.code, why.path) == (Code.STEP_RETIRED, ("step_id",))
    assert why.message.format(**why.facts) == "Step old was removed in version 2"
    await ask(progress, Progress(gone, step_id=one.step_ids["old"], noop=True))
    assert (await row(ask, gone)).version_id == one.id
