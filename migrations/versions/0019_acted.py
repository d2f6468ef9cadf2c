"""What a move's actions changed is told in the timeline, whether attributes came along or not."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

OPPORTUNITY = "{row}aggregate = 'Opportunity' AND jsonb_typeof({row}before) = 'object'"
CHANGED = f"{OPPORTUNITY} AND {{row}}verb NOT IN ('progress', 'migrate')"
WITH_ATTRIBUTES = f"{OPPORTUNITY} AND {{row}}verb = 'progress' AND {{row}}after ? 'attributes'"
# What its stay says of every move, and a probability that is its step's, are told by the move.
ACTED = f"""{OPPORTUNITY} AND {{row}}verb = 'progress'
    AND ({{row}}after ? 'probability' AND {{row}}after ->> 'probability_is_manual' = 'true'
        OR {{row}}after - ARRAY['version', 'version_id', 'step_id', 'step_entered_at',
            'probability', 'probability_is_manual', 'actual_close_date'] <> '{{{{}}}}')"""

TRIGGER = """
CREATE TRIGGER audit_timeline AFTER INSERT ON audit FOR EACH ROW WHEN ({when})
    EXECUTE FUNCTION keep_timeline('2', 'CHANGE', 'aggregate_id', 'at', 'actor_id')
"""
WHAT_WAS = f"""
INSERT INTO timeline_entry (org_id, id, opportunity_id, kind, subject_id, at, actor_id)
SELECT a.org_id, a.id * 8 + 2, o.id, 'CHANGE', a.id, a.at, a.actor_id
FROM audit a JOIN opportunity o ON o.org_id = a.org_id AND o.id = a.aggregate_id::bigint
WHERE {ACTED.format(row="a.")}
ON CONFLICT DO NOTHING
"""
NO_MORE = f"""
DELETE FROM timeline_entry e USING audit a
WHERE e.org_id = a.org_id AND e.id = a.id * 8 + 2 AND {ACTED.format(row="a.")}
    AND NOT a.after ? 'attributes'
"""
WALLED = ("audit", "opportunity", "timeline_entry")


def upgrade() -> None:
    _tell(f"{CHANGED} OR {ACTED}", WHAT_WAS)


def downgrade() -> None:
    _tell(f"{CHANGED} OR {WITH_ATTRIBUTES}", NO_MORE)


def _tell(when: str, catch_up: str) -> None:
    """From now on, and of what was before. Forced walls would hide that from the owner."""
    op.execute("DROP TRIGGER audit_timeline ON audit")
    op.execute(TRIGGER.format(when=when.format(row="NEW.")))
    for table in WALLED:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(catch_up)
    for table in WALLED:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
