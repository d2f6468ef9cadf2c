"""People: e-mail addresses unique whatever their case, archived tags and teams, colours."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

UP = (
    "ALTER TABLE app_user ADD COLUMN email_key TEXT GENERATED ALWAYS AS (lower(email)) STORED"
    " NOT NULL",
    "ALTER TABLE app_user ADD CONSTRAINT uq_app_user_org_id_email_key UNIQUE (org_id, email_key)",
    "ALTER TABLE app_user DROP CONSTRAINT uq_app_user_org_id_email",
    "ALTER TABLE team ADD COLUMN is_archived BOOLEAN DEFAULT false NOT NULL",
    "ALTER TABLE tag ADD COLUMN is_archived BOOLEAN DEFAULT false NOT NULL",
    "ALTER TABLE tag ADD CONSTRAINT ck_tag_colour CHECK (colour ~ '^#[0-9a-f]{6}$')",
    "CREATE INDEX ix_api_token_user_id_id ON api_token (org_id, user_id, id)",
)
DOWN = (
    "DROP INDEX ix_api_token_user_id_id",
    "ALTER TABLE tag DROP CONSTRAINT ck_tag_colour",
    "ALTER TABLE tag DROP COLUMN is_archived",
    "ALTER TABLE team DROP COLUMN is_archived",
    "ALTER TABLE app_user ADD CONSTRAINT uq_app_user_org_id_email UNIQUE (org_id, email)",
    "ALTER TABLE app_user DROP COLUMN email_key",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
