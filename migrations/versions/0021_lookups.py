"""Indexes that answer whether anything refers to what is deleted: drafts' steps and interests.

To save a draft its steps and transitions are deleted and written anew, and for each the database
looked through all opportunities, stays and revisions of the organisation. A revision's step needs
no foreign key of its own: it is its opportunity's, copied by a trigger. Others become longer, to
give a page in its order, or shorter, to leave out what refers to nothing; and what was said in a
long history is found by its kind again.
"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

STEP = (
    "ALTER TABLE opportunity_revision ADD CONSTRAINT fk_opportunity_revision_step"
    " FOREIGN KEY (org_id, version_id, step_id)"
    " REFERENCES step_version (org_id, version_id, step_id)"
)
MADE = {
    "opportunity": ("version_id", "follows_id, id"),
    "step_stay": ("version_id", "transition_id", "opportunity_id, entered_at, id"),
    "interest": ("event_id, id",),
    "seat_hold": ("interest_id",),
    "registration": ("interest_id", "opportunity_id, id", "event_id, id"),
    "invoice": ("opportunity_id, id",),
    "token_issue": ("interest_id", "opportunity_id, key"),
    "event": ("course_template_id, id",),
    "migrated_record": ("version_id",),
    "timeline_entry": ("opportunity_id, kind, at, id",),
}
DROPPED = {
    "opportunity": ("follows_id",),
    "step_stay": ("opportunity_id, entered_at", "step_id, entered_at"),
    "transition_attempt": ("from_step_id, at",),
    "interest": ("event_id, id",),
    "registration": ("opportunity_id", "event_id"),
    "registration_learner": ("contact_id, registration_id",),
    "invoice": ("opportunity_id",),
    "token_issue": ("opportunity_id",),
    "event": ("course_template_id",),
    "migrated_record": ("opportunity_id",),
    "comment": ("lead_id, created_at, id",),
    "comment_mention": ("user_id, comment_id",),
}
PRESENT = {
    ("opportunity", "follows_id, id"),
    ("step_stay", "transition_id"),
    ("interest", "event_id, id"),
    ("registration", "interest_id"),
    ("token_issue", "interest_id"),
}
"""Made of the rows that have a value."""


def _drop(indexes: dict[str, tuple[str, ...]]) -> None:
    for table, each in indexes.items():
        for columns in each:
            op.execute(f"DROP INDEX ix_{table}_{columns.replace(', ', '_')}")


def _create(indexes: dict[str, tuple[str, ...]], present: set[tuple[str, str]]) -> None:
    for table, each in indexes.items():
        for columns in each:
            name = f"ix_{table}_{columns.replace(', ', '_')}"
            where = f" WHERE {columns.split(',')[0]} IS NOT NULL"
            where = where if (table, columns) in present else ""
            op.execute(f"CREATE INDEX {name} ON {table} (org_id, {columns}){where}")


def upgrade() -> None:
    op.execute("ALTER TABLE opportunity_revision DROP CONSTRAINT fk_opportunity_revision_step")
    _drop(DROPPED)
    _create(MADE, PRESENT)


def downgrade() -> None:
    _drop(MADE)
    _create(DROPPED, set())
    op.execute(STEP)
