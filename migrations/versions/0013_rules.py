"""What was overridden is kept with the stay that came of it."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute("ALTER TABLE step_stay ADD COLUMN overridden jsonb")
    op.execute(
        """ALTER TABLE step_stay ADD CONSTRAINT ck_step_stay_overridden
        CHECK (overridden IS NULL OR cause = 'OVERRIDE')"""
    )


def downgrade() -> None:
    op.execute("ALTER TABLE step_stay DROP CONSTRAINT ck_step_stay_overridden")
    op.execute("ALTER TABLE step_stay DROP COLUMN overridden")
