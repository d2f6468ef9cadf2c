"""Who holds a token, before an organisation is known."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from pipeline_gql.domain.viewer import Role
from pipeline_gql.store import models, tokens
from pipeline_gql.store.database import Database
from pipeline_gql.store.directory import (
    organisation_ids,
    viewers_of_digest,
    viewers_of_subject,
)
from tests.organisations import Organisation

SECRET = "pgql_secret"
DIGEST = sha256(SECRET.encode()).digest()


async def issue(database: Database, o: Organisation, **changes: object) -> None:
    """A manager's token, with changes to its row and (`is_active`) to its user."""
    async with database.writing(o.org_id) as unit:
        issued = await tokens.create(unit, o.manager.user_id, "test", secret=SECRET)
        row = await unit.session.get_one(models.ApiToken, (o.org_id, issued.id))
        user = await unit.session.get_one(models.User, (o.org_id, o.manager.user_id))
        user.is_active = bool(changes.pop("is_active", True))
        for name, value in changes.items():
            setattr(row, name, value)


async def test_the_directory_lists_every_organisation(
    database: Database, organisation: Organisation, second_organisation: Organisation
) -> None:
    assert await organisation_ids(database) == [organisation.org_id, second_organisation.org_id]


async def test_a_token_is_its_user_in_its_organisation(
    database: Database, organisation: Organisation
) -> None:
    await issue(database, organisation)
    [admission] = await viewers_of_digest(database, DIGEST)
    assert admission.viewer == organisation.manager
    assert admission.expires_at is None


async def test_a_token_may_enter_several_organisations(
    database: Database, organisation: Organisation, second_organisation: Organisation
) -> None:
    for place in (organisation, second_organisation):
        await issue(database, place)
    admissions = await viewers_of_digest(database, DIGEST)
    assert [a.viewer for a in admissions] == [organisation.manager, second_organisation.manager]


async def test_a_read_token_of_a_manager_writes_nothing(
    database: Database, organisation: Organisation
) -> None:
    await issue(database, organisation, scopes=["read"])
    [admission] = await viewers_of_digest(database, DIGEST)
    assert admission.viewer.role is Role.MANAGER
    assert not admission.viewer.can_write


@pytest.mark.parametrize(
    "changes",
    [
        {"expires_at": datetime.now(UTC) - timedelta(seconds=1)},
        {"revoked_at": datetime(2020, 1, 1, tzinfo=UTC)},
        {"is_active": False},
    ],
)
async def test_an_expired_or_revoked_token_and_an_inactive_user_are_nobody(
    database: Database, organisation: Organisation, changes: dict[str, object]
) -> None:
    await issue(database, organisation, **changes)
    assert await viewers_of_digest(database, DIGEST) == []


async def test_an_unknown_digest_is_nobody(database: Database) -> None:
    assert await viewers_of_digest(database, b"x" * 32) == []


async def test_a_subject_is_its_user(database: Database, organisation: Organisation) -> None:
    async with database.writing(organisation.org_id) as unit:
        unit.session.add(
            models.Subject(
                issuer="https://id.example",
                subject="mia",
                org_id=organisation.org_id,
                user_id=organisation.member.user_id,
            )
        )
    [admission] = await viewers_of_subject(database, "https://id.example", "mia")
    assert admission.viewer == organisation.member
    assert await viewers_of_subject(database, "https://other.example", "mia") == []
