"""Whom a lead turns out to be, among many."""

import asyncpg
from sqlalchemy import text

from pipeline_gql.store import customers
from pipeline_gql.store.database import Database
from tests.organisations import Organisation
from tests.server import DatabaseUrls

MANY = 5_000
READ = text(
    "SELECT sum(seq_tup_read + idx_tup_fetch) FROM pg_stat_xact_user_tables"
    " WHERE relname IN ('account', 'contact')"
)


async def test_a_customer_is_found_by_name_or_address_in_any_case_without_reading_all(
    database: Database, organisation: Organisation, urls: DatabaseUrls
) -> None:
    admin = await asyncpg.connect(urls.admin)
    for made in (
        "INSERT INTO account (org_id, name) SELECT $1::uuid, 'Firm ' || n",
        "INSERT INTO contact (org_id, first_name, last_name, name, email)"
        " SELECT $1::uuid, 'A', 'B', 'A B', 'Person' || n || '@firms.example'",
    ):
        await admin.execute(f"{made} FROM generate_series(1, {MANY}) n", organisation.org_id)
    await admin.execute("ANALYZE account, contact")
    await admin.close()
    async with database.writing(organisation.org_id) as unit:
        assert await customers.account_named(unit, "fIRM 4711") is not None
        assert await customers.contact_with(unit, "PERSON4711@Firms.example") is not None
        assert await customers.account_named(unit, "Firm 0") is None
        assert await unit.session.scalar(READ) <= 4
