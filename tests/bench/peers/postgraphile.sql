-- What PostGraphile creates: a row of a table like ours without its checks and triggers, and, by a
-- function, all the rows that our create writes.
CREATE SCHEMA IF NOT EXISTS bench;
GRANT USAGE ON SCHEMA bench TO pipeline_app;
CREATE TABLE IF NOT EXISTS bench.plain_opportunity (LIKE public.opportunity INCLUDING ALL);
ALTER TABLE bench.plain_opportunity ENABLE ROW LEVEL SECURITY;
ALTER TABLE bench.plain_opportunity FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS tenant ON bench.plain_opportunity;
CREATE POLICY tenant ON bench.plain_opportunity
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid)
    WITH CHECK (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT ON bench.plain_opportunity TO pipeline_app;

CREATE OR REPLACE FUNCTION bench.create_deal(
    p_org uuid, p_actor bigint, p_pipeline bigint, p_version bigint, p_step bigint, p_name text,
    p_account bigint, p_region text, p_units bigint
) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    made bigint;
    facts jsonb := jsonb_build_object('name', p_name, 'amount', p_units, 'account_id', p_account);
BEGIN
    INSERT INTO public.idempotency_key (org_id, actor_id, key, path, fingerprint, response, created_at)
    VALUES (p_org, p_actor, gen_random_uuid()::text, 'opportunities.create', '\x00', facts, now());
    INSERT INTO public.opportunity (org_id, name, pipeline_id, version_id, step_id, step_entered_at,
        account_id, owner_id, created_by_id, region_code, currency, amount, net_total, grand_total,
        probability)
    VALUES (p_org, p_name, p_pipeline, p_version, p_step, now(), p_account, p_actor, p_actor,
        p_region, 'USD', p_units, p_units, p_units, 5)
    RETURNING id INTO made;
    INSERT INTO public.step_stay (org_id, opportunity_id, step_id, version_id, entered_at, value,
        currency, probability, cause, actor_id)
    VALUES (p_org, made, p_step, p_version, now(), p_units, 'USD', 5, 'ENTRY', p_actor);
    INSERT INTO public.audit (org_id, aggregate, aggregate_id, verb, actor_id, after, at)
    VALUES (p_org, 'Opportunity', made::text, 'create', p_actor, facts, now());
    INSERT INTO public.outbox (org_id, aggregate, aggregate_id, sequence, type, payload, created_at)
    VALUES (p_org, 'Opportunity', made::text, 1, 'opportunity.created', facts, now());
    RETURN made;
END $$;
