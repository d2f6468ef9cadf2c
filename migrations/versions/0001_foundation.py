"""Everything of the first release: tables, the rules between their rows, walls and grants."""

import re
from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

GLOBAL = {"organisation_id", "token_digest", "subject", "currency"}
OWNER_READS = {"search_doc"}
POLICY = "org_id = nullif(current_setting('app.org_id', true), '')::uuid"
APPEND_ONLY = {"audit"}
READ_ONLY = {"currency"}
FUNCTIONS = (
    "search_docs(uuid, text)",
    "keep_search_doc()",
    "check_version_part()",
    "check_version_change()",
    "refuse_change()",
    "check_open_stay()",
)


def upgrade() -> None:
    for extension in ("pg_trgm", "btree_gin", "btree_gist"):
        _run(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    for statement in _statements("0001_tables.sql") + _statements("0001_rules.sql"):
        _run(statement)
    for table in _tables():
        _wall(table)
        _grant(table)
    _run("REVOKE ALL ON FUNCTION search_docs(uuid, text) FROM PUBLIC")
    _run("GRANT EXECUTE ON FUNCTION search_docs(uuid, text) TO pipeline_app, pipeline_reader")
    _run("GRANT SELECT ON alembic_version TO pipeline_app, pipeline_reader, pipeline_backup")
    _run("GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO pipeline_backup")
    _run("GRANT USAGE, UPDATE ON ALL SEQUENCES IN SCHEMA public TO pipeline_app")


def downgrade() -> None:
    _run("REVOKE ALL ON alembic_version FROM pipeline_app, pipeline_reader, pipeline_backup")
    for table in reversed(_tables()):
        _run(f"DROP TABLE {table} CASCADE")
    for function in FUNCTIONS:
        _run(f"DROP FUNCTION {function}")


def _wall(table: str) -> None:
    if table in GLOBAL:
        return
    _run(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    if table not in OWNER_READS:
        _run(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    _run(f"CREATE POLICY tenant ON {table} USING ({POLICY}) WITH CHECK ({POLICY})")


def _grant(table: str) -> None:
    verbs = "SELECT, INSERT, UPDATE, DELETE"
    if table in APPEND_ONLY:
        verbs = "SELECT, INSERT"
    elif table in READ_ONLY:
        verbs = "SELECT"
    _run(f"GRANT {verbs} ON {table} TO pipeline_app")
    _run(f"GRANT SELECT ON {table} TO pipeline_reader, pipeline_backup")


def _statements(file: str) -> list[str]:
    text = Path(__file__).with_name(file).read_text()
    return [statement for statement in text.strip().rstrip(";").split(";\n\n") if statement]


def _tables() -> list[str]:
    return [
        name
        for statement in _statements("0001_tables.sql")
        for name in re.findall(r"^CREATE TABLE (\w+)", statement)
    ]


def _run(statement: str) -> None:
    op.get_bind().exec_driver_sql(statement)
