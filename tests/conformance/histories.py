"""Many opportunities with their stays and revisions in one organisation, made by SQL alone."""

import asyncpg

from tests.organisations import Organisation
from tests.server import DatabaseUrls

FIRST_ID = 1_000
DEALS = """
CREATE TEMP TABLE deal AS
SELECT i AS id, timestamptz '2025-06-01' + (i % 400) * interval '1 day' AS began,
    1 + i % 8 - (i % 9 = 0 AND i % 8 > 0)::int AS stays, (1 + i % 11) * interval '1 day' AS pace,
    (1 + i % 997) * 10000::bigint AS worth, CASE WHEN i % 7 = 0 THEN 'GBP' ELSE 'USD' END AS coin
FROM generate_series($1::bigint, $1::bigint + $2::bigint - 1) AS i"""
WAYS = """
CREATE TEMP TABLE way AS
SELECT d.*, k, began + k * pace AS entered,
    CASE WHEN k + 1 < stays THEN began + (k + 1) * pace END AS gone,
    CASE WHEN k + 1 = stays THEN 3 + id % 5 WHEN k % 5 = 4 THEN 6 ELSE 3 + (id + k) % 2 END AS step
FROM deal d, generate_series(0, stays - 1) AS k"""
ROWS = (
    """INSERT INTO opportunity (org_id, id, name, pipeline_id, version_id, step_id,
        step_entered_at, currency, probability, owner_id, account_id, region_code, lead_source,
        net_total, grand_total, created_at, updated_at)
    SELECT $1, id, 'Deal ' || md5(id::text), 1, 1, step, entered, coin, id % 101,
        CASE WHEN id % 50 = 0 THEN 3 ELSE 1 + id % 2 END, 1, CASE WHEN id % 3 = 0 THEN 'DR' END,
        CASE id % 4 WHEN 0 THEN 'Web' WHEN 1 THEN 'Fair' WHEN 2 THEN 'Friend' END, worth, worth,
        began, entered FROM way WHERE gone IS NULL""",
    """INSERT INTO step_stay (org_id, opportunity_id, step_id, version_id, entered_at, left_at,
        value, currency, probability, cause)
    SELECT $1, id, step, 1, entered, gone, worth, coin, id % 101, 'TRANSITION' FROM way""",
    """INSERT INTO opportunity_revision (org_id, opportunity_id, since, until, version_id, step_id,
        step_entered_at, name, account_id, owner_id, currency, net_total, tax_total, grand_total,
        probability, expected_close_date)
    SELECT $1, id, entered, CASE WHEN part THEN coalesce(gone, entered + pace) END, 1, step,
        entered, 'Deal ' || md5(id::text), 1, 1 + id % 2, coin, worth + k, 0, worth + k, id % 101,
        (entered + id % 90 * interval '1 day')::date
    FROM way, unnest(ARRAY[true, false]) AS part WHERE part = (gone IS NOT NULL)""",
    """INSERT INTO interest (org_id, opportunity_id, position, kind, course_template_id, quantity,
        unit_amount, currency)
    SELECT $1, id, 1, 'COURSE_TEMPLATE', 11, 1, 0, coin FROM deal WHERE id % 2 = 0""",
    """INSERT INTO interest (org_id, opportunity_id, position, kind, learning_path_id, quantity,
        unit_amount, currency)
    SELECT $1, id, 2, 'LEARNING_PATH', 1, 1, 0, coin FROM deal WHERE id % 4 = 0""",
    """INSERT INTO transition_attempt (org_id, opportunity_id, from_step_id, to_step_id, actor_id,
        at, failures)
    SELECT $1, id, step, 3 + (id + k) % 5, 1 + id % 3, entered + interval '1 hour',
        jsonb_build_array(jsonb_build_object('code', 'ATTRIBUTE_REQUIRED', 'field', 'f' || k),
            jsonb_build_object('code', 'CONDITION_NOT_MET', 'field', 'amount', 'rule',
                jsonb_build_object('id', 'r' || id % 9, 'name', 'Rule')))
    FROM way WHERE (id + k) % 8 = 0""",
)


async def remember_many(urls: DatabaseUrls, organisation: Organisation, count: int) -> int:
    """Past the triggers, and tells the planner; how many stays that made."""
    connection = await asyncpg.connect(urls.admin)
    try:
        await connection.execute("SET session_replication_role = replica")
        await connection.execute("SET synchronous_commit = on")
        await connection.execute(DEALS, FIRST_ID, count)
        await connection.execute(WAYS)
        for rows in ROWS:
            await connection.execute(rows, organisation.org_id)
        await connection.execute("VACUUM ANALYZE")
        return await connection.fetchval("SELECT count(*) FROM step_stay")
    finally:
        await connection.close()
