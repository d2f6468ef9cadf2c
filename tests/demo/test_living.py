"""The demo organisation at work: the operations find nothing in it to stumble over."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from sqlalchemy import select

from pipeline_gql import demo, templates
from pipeline_gql.demo.people import USERS, VOICES
from pipeline_gql.domain.documents import parse
from pipeline_gql.domain.errors import NotFound, Ref, TransitionNotFound
from pipeline_gql.domain.interests import Wanted
from pipeline_gql.domain.viewer import Role, Viewer
from pipeline_gql.operations import interests, opened, opportunities, reservations
from pipeline_gql.store import directory, models, pipelines
from pipeline_gql.store import interests as stored
from pipeline_gql.store.database import Database, Unit
from pipeline_gql.store.files import Files


def _viewer(role: Role) -> Viewer:
    user_id = VOICES[role]
    return Viewer(demo.ORG_ID, user_id, USERS[user_id - 1][0], role)


ADMIN, MEMBER = _viewer(Role.ADMIN), _viewer(Role.MEMBER)


@pytest.fixture
async def unit(database: Database, files: Files) -> AsyncGenerator[Unit]:
    """A transaction in a demo organisation just made; its commit is part of the test."""
    await demo.create(database, files)
    async with database.writing(demo.ORG_ID) as unit:
        yield unit


async def test_each_token_is_admitted_as_its_role(database: Database, files: Files) -> None:
    made = await demo.create(database, files)
    for role, secret in made.tokens.items():
        digest = sha256(secret.encode()).digest()
        [admission] = await directory.viewers_of_digest(database, digest)
        viewer = admission.viewer
        assert (viewer.org_id, viewer.role, viewer.can_write) == (demo.ORG_ID, role, True)


async def test_what_is_published_is_what_the_documents_say(unit: Unit) -> None:
    for number, name in enumerate(templates.NAMES[:2], start=1):
        version = await pipelines.version(unit, number)
        assert version.graph == parse(templates.source(name)).graph
        assert await pipelines.published(unit, version.pipeline_id) == version


async def test_the_member_moves_the_first_opportunity_along_but_not_straight_to_won(
    unit: Unit,
) -> None:
    await opportunities.progress(unit, MEMBER, opportunities.Progress(1, step_id=4))
    with pytest.raises(TransitionNotFound):
        await opportunities.progress(unit, MEMBER, opportunities.Progress(1, step_id=7))


async def test_the_second_opportunity_is_not_the_members(unit: Unit) -> None:
    with pytest.raises(NotFound):
        await opportunities.progress(unit, MEMBER, opportunities.Progress(2, step_id=4))
    await opportunities.progress(unit, ADMIN, opportunities.Progress(2, step_id=4))


async def test_places_of_the_first_event_can_be_reserved_and_kept(unit: Unit) -> None:
    wanted = Wanted(Ref("Event", 1), quantity=5, reserve=True)
    await interests.add_interest(unit, ADMIN, interests.AddInterest(1, wanted))
    until = datetime(2999, 1, 1, tzinfo=UTC)
    await reservations.extend_reservations(unit, ADMIN, reservations.ExtendReservations(1, until))


async def test_valuing_every_opportunity_anew_changes_nothing(unit: Unit) -> None:
    rows = list(await unit.session.scalars(select(models.Opportunity)))
    assert len(rows) >= 202
    for row in rows:
        opened.revalue(row, await stored.sum_of(unit, row.id), ())
    assert not unit.session.dirty or not any(map(unit.session.is_modified, rows))


async def test_every_opportunity_stands_on_a_step_that_leads_somewhere(unit: Unit) -> None:
    rows = list(await unit.session.scalars(select(models.Opportunity)))
    for row in rows:
        version = await pipelines.version(unit, row.version_id)
        here = version.step(row.step_id)
        assert here
        assert any(version.graph.next_steps(here.key))
