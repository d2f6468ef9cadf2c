"""A follow-on holds what its pipeline means while its opportunity is held: whoever publishes that
very pipeline wants them in the other order."""

import asyncio

import asyncpg

from pipeline_gql.store import models
from tests.api.asking import Ask, gid
from tests.api.renewals import drafted
from tests.api.test_winning import start
from tests.operations.winning import road
from tests.server import DatabaseUrls

HELD = "SELECT FROM opportunity WHERE id = $1 FOR UPDATE"
WAITING = """SELECT count(*) FROM pg_stat_activity
    WHERE wait_event_type = 'Lock' AND datname = current_database()"""


async def waiting(connection: asyncpg.Connection, count: int) -> None:
    """Until so many wait for a lock."""
    for _ in range(1_000):
        if await connection.fetchval(WAITING) == count:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(count)


async def test_a_follow_on_and_a_publication_that_want_each_others_locks_are_both_done(
    ask: Ask, urls: DatabaseUrls
) -> None:
    way = await road(ask.stored, {"type": "open_follow_on", "pipeline": "acting"})
    pipeline = gid("Pipeline", way.version.pipeline_id)
    _, second = await start(way), await start(way)
    first = min(row.id for row in await ask.stored.rows(models.Opportunity))
    draft = await drafted(ask, pipeline, name="Acting better")
    holder, watcher = [await asyncpg.connect(urls.admin) for _ in range(2)]
    held = holder.transaction()
    await held.start()
    await holder.execute(HELD, first)
    publication = asyncio.create_task(
        ask.verb(
            "pipeline.publish", {"pipelineVersionId": draft["id"]}, "pipelineVersion { state }"
        )
    )
    # It has the version and waits for the first opportunity; then the move has the second one and
    # waits for the version. Either is ended in the end, and tried again.
    await waiting(watcher, 1)
    loop = gid("OpportunityStep", way.version.step_ids["open"])
    input = {"opportunityId": second, "stepId": loop}
    move = asyncio.create_task(ask.verb("opportunities.progress", input, "followOn { id }"))
    await waiting(watcher, 2)
    await held.commit()
    published, moved = await asyncio.gather(publication, move)
    assert (published["errors"], moved["errors"]) == ([], [])
    assert published["pipelineVersion"] == {"state": "PUBLISHED"}
    follow_ons = [row for row in await ask.stored.rows(models.Opportunity) if row.follows_id]
    assert [gid("Opportunity", row.id) for row in follow_ons] == [moved["followOn"]["id"]]
    versions = {row.version_id for row in await ask.stored.rows(models.Opportunity)}
    assert len(versions) == 1
    for connection in (holder, watcher):
        await connection.close()
