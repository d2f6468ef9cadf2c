"""The manual order of records within a column of a board."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Until it is placed by hand a record stands where its arrival puts it, the newest first.
ARRIVED = (
    "lpad(to_hex(4611686018427387903 - (EXTRACT(epoch FROM"
    " step_entered_at AT TIME ZONE 'UTC') * 1000000)::bigint), 16, '0')"
    " || lpad(to_hex(id), 16, '0') || 'U'"
)


def upgrade() -> None:
    op.execute('ALTER TABLE opportunity ADD COLUMN board_place text COLLATE "C"')
    op.execute("ALTER TABLE opportunity ADD COLUMN board_moves bigint NOT NULL DEFAULT 0")
    op.execute(
        'ALTER TABLE opportunity ADD COLUMN board_key text COLLATE "C" NOT NULL'
        f" GENERATED ALWAYS AS (coalesce(board_place, {ARRIVED})) STORED"
    )
    op.execute(
        "ALTER TABLE opportunity ADD CONSTRAINT ck_opportunity_board_place"
        " CHECK (board_place ~ '^[0-9A-Za-z]*[1-9A-Za-z]$')"
    )
    op.execute(
        "CREATE INDEX ix_opportunity_step_id_board_key_id"
        " ON opportunity (org_id, step_id, board_key, id) WHERE deleted_at IS NULL"
    )


def downgrade() -> None:
    op.execute("DROP INDEX ix_opportunity_step_id_board_key_id")
    op.execute("ALTER TABLE opportunity DROP CONSTRAINT ck_opportunity_board_place")
    op.execute("ALTER TABLE opportunity DROP COLUMN board_key")
    op.execute("ALTER TABLE opportunity DROP COLUMN board_moves")
    op.execute("ALTER TABLE opportunity DROP COLUMN board_place")
