"""Notifications say which lead they are about."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

UP = (
    "ALTER TABLE notification ADD COLUMN lead_id bigint",
    "ALTER TABLE notification ADD CONSTRAINT fk_notification_org_id_lead_id"
    " FOREIGN KEY (org_id, lead_id) REFERENCES lead (org_id, id)",
)
DOWN = (
    "ALTER TABLE notification DROP CONSTRAINT fk_notification_org_id_lead_id",
    "ALTER TABLE notification DROP COLUMN lead_id",
)


def upgrade() -> None:
    for command in UP:
        op.execute(command)


def downgrade() -> None:
    for command in DOWN:
        op.execute(command)
