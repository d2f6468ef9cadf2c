"""The same promises for less of each write.

What goes beside a new opportunity, a move and a change is written by functions of their own, which
need not turn the whole row into JSON. The organisation of a row is not looked up where a foreign
key whose columns are never null has found another row of it. And a new stay does not ask for the
open one once more: as there is at most one at any time, either its opportunity is new or moved, or
the one before was closed, changed or deleted, and each of these asks.
"""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

FUNCTIONS = {
    "keep_opportunity_doc": r"""
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM search_doc d
        WHERE d.org_id = OLD.org_id AND d.kind = 'OPPORTUNITY' AND d.id = OLD.id;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO search_doc (org_id, kind, id, body)
        VALUES (NEW.org_id, 'OPPORTUNITY', NEW.id, concat_ws(E'\n', NEW.name, NEW.description))
        ON CONFLICT (org_id, kind, id) DO UPDATE SET body = excluded.body;
    ELSE
        INSERT INTO search_doc (org_id, kind, id, body)
        VALUES (NEW.org_id, 'OPPORTUNITY', NEW.id, concat_ws(E'\n', NEW.name, NEW.description));
    END IF;
    RETURN NULL;
END""",
    "keep_move": """
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM timeline_entry e WHERE e.org_id = OLD.org_id AND e.id = OLD.id * 8 + 1;
    ELSE
        INSERT INTO timeline_entry (org_id, id, opportunity_id, kind, subject_id, at, actor_id)
        VALUES (NEW.org_id, NEW.id * 8 + 1, NEW.opportunity_id, 'MOVE', NEW.id, NEW.entered_at,
            NEW.actor_id);
    END IF;
    RETURN NULL;
END""",
    "keep_change": """
BEGIN
    INSERT INTO timeline_entry (org_id, id, opportunity_id, kind, subject_id, at, actor_id)
    SELECT NEW.org_id, NEW.id * 8 + 2, o.id, 'CHANGE', NEW.id, NEW.at, NEW.actor_id
    FROM opportunity o WHERE o.org_id = NEW.org_id AND o.id = NEW.aggregate_id::bigint;
    RETURN NULL;
END""",
}
CHECK = """
CREATE OR REPLACE FUNCTION check_open_stay() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    tenant uuid{tenant};
    wanted bigint;
BEGIN
    IF TG_TABLE_NAME = 'opportunity' THEN
        {opportunity}
    ELSE
        {stay}
    END IF;
    PERFORM FROM opportunity o
    WHERE o.org_id = tenant AND o.id = wanted AND NOT EXISTS (
        SELECT FROM step_stay s
        WHERE s.org_id = tenant AND s.opportunity_id = wanted AND s.left_at IS NULL
            AND s.step_id = o.step_id AND s.version_id = o.version_id);
    IF FOUND THEN
        RAISE EXCEPTION 'opportunity % has no open stay on the step it stands on', wanted
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_step_stay_one_open';
    END IF;
    RETURN NULL;
END $$"""
LEFT = CHECK.format(
    tenant="",
    opportunity="tenant := NEW.org_id; wanted := NEW.id;",
    stay="tenant := OLD.org_id; wanted := OLD.opportunity_id;",
)
TOUCHED = CHECK.format(
    tenant=" := coalesce(NEW.org_id, OLD.org_id)",
    opportunity="wanted := NEW.id;",
    stay="wanted := coalesce(NEW.opportunity_id, OLD.opportunity_id);",
)
CHANGED = """(NEW.aggregate = 'Opportunity' AND jsonb_typeof(NEW.before) = 'object'
    AND NEW.verb NOT IN ('progress', 'migrate')
    OR NEW.aggregate = 'Opportunity' AND jsonb_typeof(NEW.before) = 'object'
    AND NEW.verb = 'progress'
    AND (NEW.after ? 'probability' AND NEW.after ->> 'probability_is_manual' = 'true'
        OR NEW.after - ARRAY['version', 'version_id', 'step_id', 'step_entered_at',
            'probability', 'probability_is_manual', 'actual_close_date'] <> '{}'))"""
TRIGGERS = (
    # Table, name, when, its function by now and before.
    (
        "opportunity",
        "opportunity_search",
        "AFTER INSERT OR DELETE OR UPDATE OF name, description",
        "keep_opportunity_doc()",
        "keep_search_doc('OPPORTUNITY', 'name', 'description')",
    ),
    (
        "step_stay",
        "step_stay_timeline",
        "AFTER INSERT OR DELETE",
        "keep_move()",
        "keep_timeline('1', 'MOVE', 'opportunity_id', 'entered_at', 'actor_id')",
    ),
    (
        "audit",
        "audit_timeline",
        "AFTER INSERT",
        "keep_change()",
        "keep_timeline('2', 'CHANGE', 'aggregate_id', 'at', 'actor_id')",
    ),
)
OPEN_STAY = """
CREATE CONSTRAINT TRIGGER step_stay_open_stay AFTER {events} ON step_stay
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW {when} EXECUTE FUNCTION check_open_stay()"""
VOUCHED = (
    *("opportunity", "step_stay", "opportunity_revision", "timeline_entry"),
    *("interest", "seat_hold", "idempotency_key"),
)
"""Tables whose rows name another row of their organisation, by a foreign key without null."""


def upgrade() -> None:
    for name, body in FUNCTIONS.items():
        op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body} $$")
    for table, trigger, events, function, _ in TRIGGERS:
        _replace(table, trigger, events, function)
    op.execute("DROP TRIGGER step_stay_open_stay ON step_stay")
    op.execute(LEFT)
    op.execute(OPEN_STAY.format(events="UPDATE OR DELETE", when="WHEN (OLD.left_at IS NULL)"))
    for table in VOUCHED:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT fk_{table}_org_id")


def downgrade() -> None:
    for table in VOUCHED:
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT fk_{table}_org_id"
            " FOREIGN KEY (org_id) REFERENCES organisation (org_id) NOT VALID"
        )
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT fk_{table}_org_id")
    op.execute("DROP TRIGGER step_stay_open_stay ON step_stay")
    op.execute(TOUCHED)
    op.execute(OPEN_STAY.format(events="INSERT OR UPDATE OR DELETE", when=""))
    for table, trigger, events, _, function in TRIGGERS:
        _replace(table, trigger, events, function)
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}()")


def _replace(table: str, trigger: str, events: str, function: str) -> None:
    when = f" WHEN {CHANGED}" if table == "audit" else ""
    op.execute(
        f"CREATE OR REPLACE TRIGGER {trigger} {events} ON {table} FOR EACH ROW{when}"
        f" EXECUTE FUNCTION {function}"
    )
