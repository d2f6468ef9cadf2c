"""An index for each order that a long list offers, and none that nothing asks for.

An interest is looked up by its opportunity through the unique position, what happened to one by
the time, of whatever kind. What an interest is of, the contact of an opportunity and that which a
notification is about are never deleted, and nobody asked from there.
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

MADE = {
    "opportunity": ("board_key, id",),
    "registration": ("updated_at, id",),
    "invoice": ("updated_at, id",),
    "token_issue": ("updated_at, key",),
    "event": ("code, id", "created_at, id", "updated_at, id"),
    "course_template": ("code, id", "created_at, id", "updated_at, id"),
    "learning_path": ("code, id", "created_at, id", "updated_at, id"),
    "exchange_rate": ("day, id", "created_at, id", "updated_at, id"),
    "app_user": ("name, id", "created_at, id", "updated_at, id"),
    "notification": ("user_id, id",),
    "tag": ("name, id", "created_at, id", "updated_at, id"),
}
STANDING = ("opportunity", "exchange_rate")
"""Tables whose deleted rows are in no list."""
DROPPED = {
    "interest": (
        "opportunity_id, id",
        "course_template_id",
        "learning_path_id",
        "training_token_type_key",
        "product_id",
    ),
    "opportunity": ("contact_id",),
    "notification": ("opportunity_id",),
    "timeline_entry": ("opportunity_id, kind, at, id",),
}


def _name(table: str, columns: str) -> str:
    return f"ix_{table}_{columns.replace(', ', '_')}"


def upgrade() -> None:
    for table, indexes in MADE.items():
        where = " WHERE deleted_at IS NULL" if table in STANDING else ""
        for columns in indexes:
            name = _name(table, columns)
            op.execute(f"CREATE INDEX {name} ON {table} (org_id, {columns}){where}")
    for table, indexes in DROPPED.items():
        for columns in indexes:
            op.execute(f"DROP INDEX {_name(table, columns)}")


def downgrade() -> None:
    for table, indexes in DROPPED.items():
        for columns in indexes:
            op.execute(f"CREATE INDEX {_name(table, columns)} ON {table} (org_id, {columns})")
    for table, indexes in MADE.items():
        for columns in indexes:
            op.execute(f"DROP INDEX {_name(table, columns)}")
