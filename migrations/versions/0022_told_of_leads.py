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
    # Without their lead nothing would say who may still see them. The owner is held by its own
    # walls, which would hide every row from it.
    *(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY" for table in ("mail", "notification")),
    "DELETE FROM mail USING notification WHERE mail.org_id = notification.org_id"
    " AND mail.notification_id = notification.id AND notification.lead_id IS NOT NULL",
    "DELETE FROM notification WHERE lead_id IS NOT NULL",
    *(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY" for table in ("mail", "notification")),
    "ALTER TABLE notification DROP CONSTRAINT fk_notification_org_id_lead_id",
    "ALTER TABLE notification DROP COLUMN lead_id",
)


def upgrade() -> None:
    for command in UP:
        op.execute(command)


def downgrade() -> None:
    for command in DOWN:
        op.execute(command)
