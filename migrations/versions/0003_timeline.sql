CREATE TABLE timeline_entry (
    org_id uuid NOT NULL,
    id bigint NOT NULL,
    opportunity_id bigint NOT NULL,
    kind text NOT NULL,
    subject_id bigint NOT NULL,
    at timestamptz NOT NULL,
    actor_id bigint,
    CONSTRAINT pk_timeline_entry PRIMARY KEY (org_id, id),
    CONSTRAINT fk_timeline_entry_org_id FOREIGN KEY (org_id) REFERENCES organisation (org_id),
    CONSTRAINT fk_timeline_entry_org_id_opportunity_id FOREIGN KEY (org_id, opportunity_id)
        REFERENCES opportunity (org_id, id),
    CONSTRAINT fk_timeline_entry_org_id_actor_id FOREIGN KEY (org_id, actor_id)
        REFERENCES app_user (org_id, id),
    CONSTRAINT ck_timeline_entry_kind 
        CHECK (kind IN ('MOVE', 'CHANGE', 'COMMENT', 'FILE', 'TASK', 'MEETING'))
);

CREATE INDEX ix_timeline_entry_opportunity_id_at_id
    ON timeline_entry (org_id, opportunity_id, at, id);

CREATE INDEX ix_timeline_entry_opportunity_id_kind_at_id
    ON timeline_entry (org_id, opportunity_id, kind, at, id);

CREATE FUNCTION keep_timeline() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- Of each trigger: the kind's number and name, and the columns of opportunity, time and actor.
    fields jsonb := to_jsonb(coalesce(NEW, OLD));
    tenant uuid := (fields->>'org_id')::uuid;
    subject bigint := (fields->>'id')::bigint;
    entry bigint := subject * 8 + TG_ARGV[0]::bigint;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM timeline_entry e WHERE e.org_id = tenant AND e.id = entry;
    END IF;
    IF TG_OP <> 'DELETE' AND fields->>'deleted_at' IS NULL THEN
        INSERT INTO timeline_entry (org_id, id, opportunity_id, kind, subject_id, at, actor_id)
        SELECT tenant, entry, o.id, TG_ARGV[1], subject, (fields->>TG_ARGV[3])::timestamptz,
            (fields->>TG_ARGV[4])::bigint
        FROM opportunity o
        WHERE o.org_id = tenant AND o.id = (fields->>TG_ARGV[2])::bigint;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER step_stay_timeline AFTER INSERT OR DELETE ON step_stay FOR EACH ROW
    EXECUTE FUNCTION keep_timeline('1', 'MOVE', 'opportunity_id', 'entered_at', 'actor_id');

CREATE TRIGGER audit_timeline AFTER INSERT ON audit FOR EACH ROW
    WHEN (NEW.aggregate = 'Opportunity' AND NEW.verb <> 'progress'
        AND jsonb_typeof(NEW.before) = 'object')
    EXECUTE FUNCTION keep_timeline('2', 'CHANGE', 'aggregate_id', 'at', 'actor_id');

CREATE TRIGGER comment_timeline AFTER INSERT OR DELETE OR UPDATE OF deleted_at ON comment
    FOR EACH ROW
    EXECUTE FUNCTION keep_timeline('3', 'COMMENT', 'opportunity_id', 'created_at', 'author_id');
