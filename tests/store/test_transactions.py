"""Transactions: whose they are, how they end, how they fail."""

import pytest
from sqlalchemy import select, text

from pipeline_gql.store import models
from pipeline_gql.store.database import Database
from tests.organisations import Organisation

NAMES = "SELECT convert_to(string_agg(name, ',' ORDER BY id), 'UTF8') FROM account"


async def test_a_write_commits_at_the_end(database: Database, organisation: Organisation) -> None:
    async with database.writing(organisation.org_id) as unit:
        unit.session.add(models.Account(org_id=unit.org_id, name="New"))
    async with database.reading(organisation.org_id) as reader:
        assert await reader.json(NAMES, []) == b"Administrate,New"


async def test_an_exception_rolls_a_write_back(
    database: Database, organisation: Organisation
) -> None:
    with pytest.raises(KeyError):
        async with database.writing(organisation.org_id) as unit:
            unit.session.add(models.Account(org_id=unit.org_id, name="New"))
            await unit.session.flush()
            raise KeyError
    async with database.writing(organisation.org_id) as unit:
        names = (await unit.session.scalars(select(models.Account.name))).all()
        assert names == ["Administrate"]


async def test_a_unit_reads_what_it_wrote(database: Database, organisation: Organisation) -> None:
    async with database.writing(organisation.org_id) as unit:
        unit.session.add(models.Account(org_id=unit.org_id, name="New"))
        assert await unit.json(NAMES, []) == b"Administrate,New"


async def test_savepoints_work_inside_a_unit(
    database: Database, organisation: Organisation
) -> None:
    async with database.writing(organisation.org_id) as unit:
        with pytest.raises(KeyError):
            async with unit.session.begin_nested():
                await unit.session.execute(text("UPDATE account SET name = 'Gone'"))
                raise KeyError
        assert await unit.json(NAMES, []) == b"Administrate"
