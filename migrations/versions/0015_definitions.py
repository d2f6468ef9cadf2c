"""Drafts of pipelines are changed like any record, and say what their pipeline will be called."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE pipeline_version ADD COLUMN name text")
    op.execute("ALTER TABLE pipeline_version ADD COLUMN version bigint NOT NULL DEFAULT 1")
    op.execute(
        "ALTER TABLE pipeline_version ADD COLUMN updated_at"
        " timestamp with time zone NOT NULL DEFAULT now()"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE pipeline_version DROP COLUMN updated_at")
    op.execute("ALTER TABLE pipeline_version DROP COLUMN version")
    op.execute("ALTER TABLE pipeline_version DROP COLUMN name")
