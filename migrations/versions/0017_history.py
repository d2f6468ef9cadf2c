"""Revisions of what opportunities were worth, where they stood and whose they were."""

from pathlib import Path

from alembic import op

from pipeline_gql.store.walls import enclosing

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KEPT = (
    "org_id, opportunity_id, since, until, version_id, step_id, step_entered_at, name,"
    " account_id, owner_id, region_code, currency, net_total, tax_total, grand_total,"
    " probability, expected_close_date, actual_close_date, lead_source, forecast_category,"
    " is_deleted"
)
# Of each stay what is known of its beginning; of what is not known, what is so today. Values that
# changed since the last stay began are held to have changed when the record last did.
WHAT_WAS = f"""
WITH stay AS (
    SELECT s.*, o.name, o.account_id, o.owner_id, o.region_code, o.lead_source,
        o.forecast_category, o.created_at,
        row_number() OVER (PARTITION BY s.org_id, s.opportunity_id ORDER BY s.entered_at) AS place,
        s.left_at IS NULL AND (o.deleted_at IS NOT NULL OR o.updated_at > s.entered_at
            AND (o.grand_total, o.currency, o.probability, o.expected_close_date)
            IS DISTINCT FROM (s.value, s.currency, s.probability, s.expected_close_date)
        ) AS changed,
        o AS record
    FROM step_stay s JOIN opportunity o ON o.org_id = s.org_id AND o.id = s.opportunity_id
)
INSERT INTO opportunity_revision ({KEPT})
SELECT org_id, opportunity_id,
    CASE WHEN place = 1 THEN least(created_at, entered_at) ELSE entered_at END,
    CASE WHEN changed THEN greatest((record).updated_at, entered_at + interval '1 microsecond')
        ELSE left_at END,
    version_id, step_id, entered_at, name, account_id, owner_id, region_code,
    CASE WHEN left_at IS NULL AND NOT changed THEN (record).currency ELSE currency END,
    CASE WHEN left_at IS NULL AND NOT changed THEN (record).net_total ELSE value END,
    CASE WHEN left_at IS NULL AND NOT changed THEN (record).tax_total ELSE 0 END,
    CASE WHEN left_at IS NULL AND NOT changed THEN (record).grand_total ELSE value END,
    CASE WHEN left_at IS NULL AND NOT changed THEN (record).probability ELSE probability END,
    CASE WHEN left_at IS NULL AND NOT changed THEN (record).expected_close_date
        ELSE expected_close_date END,
    CASE WHEN left_at IS NULL THEN (record).actual_close_date END,
    lead_source, forecast_category, false
FROM stay"""
WHAT_IS = f"""
INSERT INTO opportunity_revision ({KEPT})
SELECT o.org_id, o.id, coalesce(r.until, o.created_at), NULL, o.version_id, o.step_id,
    o.step_entered_at, o.name, o.account_id, o.owner_id, o.region_code, o.currency, o.net_total,
    o.tax_total, o.grand_total, o.probability, o.expected_close_date, o.actual_close_date,
    o.lead_source, o.forecast_category, o.deleted_at IS NOT NULL
FROM opportunity o
LEFT JOIN LATERAL (
    SELECT max(until) AS until, bool_or(until IS NULL) AS is_open FROM opportunity_revision r
    WHERE r.org_id = o.org_id AND r.opportunity_id = o.id
) r ON true
WHERE r.is_open IS NOT TRUE"""
WALLED = ("opportunity", "step_stay")


def upgrade() -> None:
    for statement in Path(__file__).with_name("0017_history.sql").read_text().split(";\n\n"):
        op.execute(statement)
    # Forced walls would hide from the owner what there is to remember.
    for table in WALLED:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(WHAT_WAS)
    op.execute(WHAT_IS)
    for table in WALLED:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for statement in enclosing("opportunity_revision", numbered=True):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TRIGGER opportunity_revised ON opportunity")
    op.execute("DROP TRIGGER opportunity_began ON opportunity")
    op.execute("DROP TABLE opportunity_revision")
    op.execute("DROP FUNCTION keep_revision()")
