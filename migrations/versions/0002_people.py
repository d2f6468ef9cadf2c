"""People: invitations, roles of contacts, archived tags and teams."""

from alembic import op

from pipeline_gql.store.walls import enclosing

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES: tuple[str, ...] = ()


def upgrade() -> None:
    for table in TABLES:
        for statement in enclosing(table):
            op.execute(statement)


def downgrade() -> None:
    pass
