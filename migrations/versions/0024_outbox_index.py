"""The stamper finds what has no position yet by the index of positions, nulls being in it too.

A large table's index is dropped and made beside its writers: outside a transaction, and in such a
way that it may be begun again.
"""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

GONE = "DROP INDEX CONCURRENTLY IF EXISTS ix_outbox_unstamped"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(GONE)


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(GONE)
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_outbox_unstamped ON outbox (org_id, id)"
            " WHERE position IS NULL"
        )
