"""The index of a step's opportunities holds what a board counts and adds up.

Of a large table it is made beside its writers: outside a transaction, and in such a way that it
may be begun again.
"""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

WIDE = "ix_opportunity_board"
NARROW = "ix_opportunity_step_id_id"


def upgrade() -> None:
    _replace(NARROW, WIDE, " INCLUDE (currency, grand_total)")


def downgrade() -> None:
    _replace(WIDE, NARROW, "")


def _replace(one: str, other: str, more: str) -> None:
    with op.get_context().autocommit_block():
        # It may be there from a time before, not finished.
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {other}")
        op.execute(
            f"CREATE INDEX CONCURRENTLY {other} ON opportunity (org_id, step_id, id){more}"
            " WHERE deleted_at IS NULL"
        )
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {one}")
