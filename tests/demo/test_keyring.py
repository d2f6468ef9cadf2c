"""The demo's tokens."""

from pathlib import Path

import pytest

from pipeline_gql import demo
from pipeline_gql.demo import keyring
from pipeline_gql.domain.viewer import Role
from pipeline_gql.store import models
from pipeline_gql.store import tokens as token_rows
from pipeline_gql.store.database import Database
from pipeline_gql.store.files import Files


@pytest.fixture
async def file(database: Database, files: Files, tmp_path: Path) -> Path:
    """Where the tokens of a demo just made are kept."""
    file = tmp_path / "demo-tokens.json"
    await demo.create(database, files, tokens_file=file)
    return file


async def _in_force(database: Database) -> list[models.ApiToken]:
    async with database.writing(demo.ORG_ID) as unit:
        return [row for row in await token_rows.all_tokens(unit) if row.revoked_at is None]


def _spoil(file: Path, content: str) -> None:
    file.write_text(content)


async def test_each_role_has_a_token_that_speaks_for_a_user_of_that_role(
    database: Database, file: Path
) -> None:
    secrets = keyring.read(file)
    assert set(secrets) == set(Role)
    rows = {row.hint: row for row in await _in_force(database)}
    async with database.writing(demo.ORG_ID) as unit:
        for role, secret in secrets.items():
            user_id = rows[secret[: token_rows.HINT]].user_id
            user = await unit.session.get_one(models.User, (demo.ORG_ID, user_id))
            assert (user.role, user.is_active) == (role, True)


def test_only_the_owner_may_read_the_file(file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600


async def test_a_lost_or_broken_file_brings_new_tokens_and_revokes_the_old(
    database: Database, file: Path
) -> None:
    for content in ("", "[]", "{", '{"ADMIN": "pgql_x"}', '{"KING": "pgql_x"}'):
        old = keyring.read(file)
        _spoil(file, content)
        new = await demo.tokens(database, demo.ORG_ID, file)
        assert not set(new.values()) & set(old.values())
        assert keyring.read(file) == new
        assert len(await _in_force(database)) == len(Role)


async def test_tokens_that_people_made_are_left_alone(database: Database, file: Path) -> None:
    async with database.writing(demo.ORG_ID) as unit:
        await token_rows.create(unit, 1, "my own")
    _spoil(file, "")
    await demo.tokens(database, demo.ORG_ID, file)
    assert "my own" in [row.name for row in await _in_force(database)]
