-- What PostGraphile creates: a row of a table like ours without its checks and triggers, and, by a
-- function, all the rows that our create writes. And whom it serves besides: a login that sees what
-- a member does, by row-level security, as its users are told to do it. Run before every benchmark.
DROP SCHEMA IF EXISTS bench CASCADE;
CREATE SCHEMA bench;
GRANT USAGE ON SCHEMA bench TO pipeline_app;
CREATE TABLE bench.plain_opportunity (LIKE public.opportunity INCLUDING ALL);
ALTER TABLE bench.plain_opportunity ENABLE ROW LEVEL SECURITY;
ALTER TABLE bench.plain_opportunity FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON bench.plain_opportunity
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid)
    WITH CHECK (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT ON bench.plain_opportunity TO pipeline_app;

CREATE FUNCTION bench.create_deal(
    p_org uuid, p_actor bigint, p_key text, p_pipeline bigint, p_version bigint, p_step bigint,
    p_name text, p_account bigint, p_region text, p_units bigint
) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    made public.opportunity;
    facts jsonb;
    told jsonb;
BEGIN
    INSERT INTO public.idempotency_key (org_id, actor_id, key, path, fingerprint, created_at)
    VALUES (p_org, p_actor, p_key, 'opportunities.create', sha256(p_name::bytea), now())
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN (SELECT response ->> 'made' FROM public.idempotency_key
            WHERE org_id = p_org AND actor_id = p_actor AND key = p_key
            AND path = 'opportunities.create')::bigint;
    END IF;
    INSERT INTO public.opportunity (org_id, name, pipeline_id, version_id, step_id, step_entered_at,
        account_id, owner_id, created_by_id, region_code, currency, amount, net_total, grand_total,
        probability)
    VALUES (p_org, p_name, p_pipeline, p_version, p_step, now(), p_account, p_actor, p_actor,
        p_region, 'USD', p_units, p_units, p_units, 5)
    RETURNING * INTO made;
    INSERT INTO public.step_stay (org_id, opportunity_id, step_id, version_id, entered_at, value,
        currency, probability, cause, actor_id, request_id)
    VALUES (p_org, made.id, p_step, p_version, now(), p_units, 'USD', 5, 'ENTRY', p_actor, p_key);
    facts := to_jsonb(made);
    INSERT INTO public.audit (org_id, aggregate, aggregate_id, verb, actor_id, after, at, request_id)
    VALUES (p_org, 'Opportunity', made.id::text, 'create', p_actor, facts, now(), p_key);
    told := jsonb_build_object('key', made.id, 'type', 'Opportunity', 'actor', p_actor,
        'assigned', jsonb_build_array(p_actor),
        'fields', (SELECT jsonb_agg(name) FROM jsonb_object_keys(facts) AS name));
    INSERT INTO public.outbox (org_id, aggregate, aggregate_id, sequence, type, payload, created_at)
    VALUES (p_org, 'Opportunity', made.id::text, 1, 'opportunity.created', told, now());
    UPDATE public.idempotency_key
    SET response = jsonb_build_object('made', made.id, 'selection', encode(sha256('x'), 'hex'))
    WHERE org_id = p_org AND actor_id = p_actor AND key = p_key AND path = 'opportunities.create';
    RETURN made.id;
END $$;

DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'bench_member') THEN
        CREATE ROLE bench_member LOGIN PASSWORD 'bench' IN ROLE pipeline_app;
    END IF;
END $$;
DROP POLICY IF EXISTS bench_sight ON public.opportunity;
CREATE POLICY bench_sight ON public.opportunity AS RESTRICTIVE FOR SELECT TO bench_member USING (
    owner_id = (SELECT current_setting('bench.user_id')::bigint)
    OR created_by_id = (SELECT current_setting('bench.user_id')::bigint)
    OR EXISTS (SELECT FROM public.opportunity_assignee a WHERE a.org_id = opportunity.org_id
        AND a.opportunity_id = opportunity.id
        AND a.user_id = (SELECT current_setting('bench.user_id')::bigint))
    OR EXISTS (SELECT FROM public.opportunity_team t JOIN public.team_member m
        ON m.org_id = t.org_id AND m.team_id = t.team_id
        AND m.user_id = (SELECT current_setting('bench.user_id')::bigint)
        WHERE t.org_id = opportunity.org_id AND t.opportunity_id = opportunity.id)
);
