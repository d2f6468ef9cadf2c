"""Accounts by name and contacts by address, whatever their case: how a lead finds its customer.

Under row-level security `lower(name)` could use no index, since it is not leakproof; a column that
holds it can.
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

UP = (
    "ALTER TABLE account"
    " ADD COLUMN name_key TEXT NOT NULL GENERATED ALWAYS AS (lower(name)) STORED",
    "CREATE INDEX ix_account_name_key_id ON account (org_id, name_key, id)",
    "ALTER TABLE contact ADD COLUMN email_key TEXT GENERATED ALWAYS AS (lower(email)) STORED",
    "CREATE INDEX ix_contact_email_key_id ON contact (org_id, email_key, id)",
)
DOWN = (
    "DROP INDEX ix_contact_email_key_id",
    "ALTER TABLE contact DROP COLUMN email_key",
    "DROP INDEX ix_account_name_key_id",
    "ALTER TABLE account DROP COLUMN name_key",
)


def upgrade() -> None:
    for command in UP:
        op.execute(command)


def downgrade() -> None:
    for command in DOWN:
        op.execute(command)
