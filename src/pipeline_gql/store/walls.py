"""What a revision says of each table it makes: the tenant's wall and who may do what."""

POLICY = "org_id = nullif(current_setting('app.org_id', true), '')::uuid"


def enclosing(table: str, *, append_only: bool = False, numbered: bool = False) -> list[str]:
    """The statements that wall and grant a new tenant table, to run after its CREATE TABLE.

    `numbered` says that its `id` is an identity, whose sequence the app may move on.
    """
    verbs = "SELECT, INSERT" if append_only else "SELECT, INSERT, UPDATE, DELETE"
    statements = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY tenant ON {table} USING ({POLICY}) WITH CHECK ({POLICY})",
        f"GRANT {verbs} ON {table} TO pipeline_app",
        f"GRANT SELECT ON {table} TO pipeline_reader, pipeline_backup",
    ]
    if numbered:
        statements += [
            f"GRANT USAGE, UPDATE ON SEQUENCE {table}_id_seq TO pipeline_app",
            f"GRANT SELECT ON SEQUENCE {table}_id_seq TO pipeline_backup",
        ]
    return statements
