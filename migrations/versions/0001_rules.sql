ALTER TABLE step_stay ADD CONSTRAINT ex_step_stay_overlap EXCLUDE USING gist
    (org_id WITH =, opportunity_id WITH =, tstzrange(entered_at, left_at) WITH &&);

CREATE FUNCTION check_open_stay() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    tenant uuid := coalesce(NEW.org_id, OLD.org_id);
    wanted bigint;
BEGIN
    IF TG_TABLE_NAME = 'opportunity' THEN
        wanted := NEW.id;
    ELSE
        wanted := coalesce(NEW.opportunity_id, OLD.opportunity_id);
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
END $$;

CREATE CONSTRAINT TRIGGER opportunity_open_stay AFTER INSERT OR UPDATE OF step_id, version_id
    ON opportunity DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_open_stay();

CREATE CONSTRAINT TRIGGER step_stay_open_stay AFTER INSERT OR UPDATE OR DELETE
    ON step_stay DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_open_stay();

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION check_version_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.state = 'DRAFT' OR (
        NEW.state = 'RETIRED' AND to_jsonb(NEW) - 'state' = to_jsonb(OLD) - 'state'))
    THEN
        RETURN NEW;
    ELSIF TG_OP = 'DELETE' AND OLD.state = 'DRAFT' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'pipeline version % is published and can only be retired', OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER pipeline_version_immutable BEFORE UPDATE OR DELETE ON pipeline_version
    FOR EACH ROW EXECUTE FUNCTION check_version_change();

CREATE FUNCTION check_version_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM pipeline_version v
    WHERE v.state <> 'DRAFT' AND (TG_OP <> 'DELETE' AND v.org_id = NEW.org_id
        AND v.id = NEW.version_id OR TG_OP <> 'INSERT' AND v.org_id = OLD.org_id
        AND v.id = OLD.version_id);
    IF FOUND THEN
        RAISE EXCEPTION 'a published pipeline version does not change: insert it as a DRAFT '
            'with its parts, then publish it by UPDATE' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

CREATE TRIGGER stage_version_immutable BEFORE INSERT OR UPDATE OR DELETE ON stage_version
    FOR EACH ROW EXECUTE FUNCTION check_version_part();

CREATE TRIGGER step_version_immutable BEFORE INSERT OR UPDATE OR DELETE ON step_version
    FOR EACH ROW EXECUTE FUNCTION check_version_part();

CREATE TRIGGER transition_immutable BEFORE INSERT OR UPDATE OR DELETE ON transition
    FOR EACH ROW EXECUTE FUNCTION check_version_part();

CREATE FUNCTION keep_search_doc() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    fields jsonb := to_jsonb(coalesce(NEW, OLD));
    text_of text := concat_ws(E'\n', fields->>TG_ARGV[1], fields->>TG_ARGV[2]);
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM search_doc d
        WHERE d.org_id = OLD.org_id AND d.kind = TG_ARGV[0] AND d.id = OLD.id;
    ELSE
        INSERT INTO search_doc AS d (org_id, kind, id, body)
        VALUES (NEW.org_id, TG_ARGV[0], NEW.id, text_of)
        ON CONFLICT (org_id, kind, id) DO UPDATE SET body = excluded.body;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER opportunity_search AFTER INSERT OR DELETE OR UPDATE OF name, description
    ON opportunity FOR EACH ROW
    EXECUTE FUNCTION keep_search_doc('OPPORTUNITY', 'name', 'description');

CREATE TRIGGER account_search AFTER INSERT OR DELETE OR UPDATE OF name
    ON account FOR EACH ROW EXECUTE FUNCTION keep_search_doc('ACCOUNT', 'name');

CREATE TRIGGER contact_search AFTER INSERT OR DELETE OR UPDATE OF name, email
    ON contact FOR EACH ROW EXECUTE FUNCTION keep_search_doc('CONTACT', 'name', 'email');

CREATE FUNCTION search_docs(p_org uuid, p_text text) RETURNS TABLE (kind text, id bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    pattern text := '%' || regexp_replace(p_text, '([\\%_])', '\\\1', 'g') || '%';
BEGIN
    IF p_org IS DISTINCT FROM nullif(current_setting('app.org_id', true), '')::uuid THEN
        RAISE EXCEPTION 'search in another organisation' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY SELECT d.kind, d.id FROM search_doc d
    WHERE d.org_id = p_org AND d.body ILIKE pattern;
END $$;
