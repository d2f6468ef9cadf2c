-- One organisation's rows, past triggers and foreign keys: :org, and :n opportunities. Values are
-- strewn by multiplying with primes, so that no order is the one in which the rows lie.

INSERT INTO region (org_id, code, name, currency, created_at, updated_at)
SELECT :org, 'R' || i, 'Region ' || i, 'USD', now() - i * interval '1 hour', now()
FROM generate_series(1, 40) AS i;

INSERT INTO app_user (org_id, id, email, name, role, is_active, created_at, updated_at)
SELECT :org, 1000 + i, 'u' || i || '@crowd.example', 'User ' || md5(i::text), 'MEMBER', i % 9 > 0,
    now() - i * interval '1 hour', now() - (i * 31 % 400) * interval '1 hour'
FROM generate_series(1, 400) AS i;

INSERT INTO team (org_id, id, name)
SELECT :org, 1000 + i, 'Team ' || md5(i::text) FROM generate_series(1, 60) AS i;

INSERT INTO team_member (org_id, team_id, user_id)
SELECT :org, 1001 + i % 60, CASE WHEN i < 3 THEN 3 ELSE 1001 + i END FROM generate_series(0, 399) AS i;

INSERT INTO tag (org_id, id, name, colour)
SELECT :org, 1000 + i, 'tag-' || md5(i::text), '#ff0000' FROM generate_series(1, 300) AS i;

INSERT INTO api_token (org_id, id, user_id, name, hint, digest, created_at)
SELECT :org, 1000 + i, CASE WHEN i % 4 = 0 THEN 1 ELSE 1000 + i % 400 END, 'Token ' || i, 'x',
    decode(md5(i::text), 'hex'), now() - i * interval '1 hour'
FROM generate_series(1, 400) AS i;

INSERT INTO goal (org_id, id, name, metric, user_id, start_date, end_date, target_count,
    created_at, updated_at)
SELECT :org, 1000 + i, 'Goal ' || i, 'COUNT', 1000 + i % 400, date '2026-01-01' + i * 7 % 500,
    date '2027-06-01' + i * 11 % 500, 5, now() - i * interval '1 hour',
    now() - (i * 31 % 2000) * interval '1 hour'
FROM generate_series(1, :n / 10) AS i;

INSERT INTO course_template (org_id, id, code, title, state, created_at, updated_at)
SELECT :org, 1000 + i, 'C-' || md5(i::text), 'Course ' || md5(i::text), 'PUBLISHED',
    now() - i * interval '1 hour', now() - (i * 31 % 1000) * interval '1 hour'
FROM generate_series(1, :n / 20) AS i;

INSERT INTO event (org_id, id, code, title, course_template_id, region_code, location, start_date,
    capacity, created_at, updated_at)
SELECT :org, 1000 + i, 'E-' || md5(i::text), 'Event ' || md5(i::text),
    CASE WHEN i % 5 = 0 THEN 1001 ELSE 1000 + i % 500 END, 'R' || 1 + i % 40, 'Room ' || i % 50,
    CASE WHEN i % 4 > 0 THEN date '2026-01-01' + i * 7 % 900 END, 1000,
    now() - i * interval '1 hour', now() - (i * 31 % 2000) * interval '1 hour'
FROM generate_series(1, :n / 10) AS i;

INSERT INTO learning_path (org_id, id, code, name, created_at, updated_at)
SELECT :org, 1000 + i, 'L-' || md5(i::text), 'Path ' || md5(i::text), now() - i * interval '1 hour',
    now() - (i * 31 % 1000) * interval '1 hour'
FROM generate_series(1, :n / 20) AS i;

INSERT INTO training_token_type (org_id, key, name, created_at, updated_at)
SELECT :org, md5(i::text), 'Pass ' || md5(i::text), now() - i * interval '1 hour', now()
FROM generate_series(1, 200) AS i;

INSERT INTO product (org_id, id, sku, name, created_at, updated_at)
SELECT :org, 1000 + i, 'P-' || md5(i::text), 'Thing ' || md5(i::text), now() - i * interval '1 hour',
    now() - (i * 31 % 1000) * interval '1 hour'
FROM generate_series(1, :n / 20) AS i;

INSERT INTO exchange_rate (org_id, id, from_currency, to_currency, day, rate, created_at, updated_at)
SELECT :org, 1000 + i, (ARRAY['EUR', 'GBP', 'CHF', 'SEK'])[1 + i % 4], 'USD',
    date '2020-01-01' + i / 4, 1, now() - i * interval '1 hour',
    now() - (i * 31 % 4000) * interval '1 hour'
FROM generate_series(1, :n / 5) AS i;

INSERT INTO account (org_id, id, name, region_code, owner_id, email, external_id, industry,
    created_at, updated_at)
SELECT :org, 1000 + i, 'Account ' || md5(i::text), 'R' || 1 + i % 40, 1000 + i % 400,
    'a' || i || '@crowd.example', 'X' || i, 'Kind ' || i % 30, now() - i * interval '1 hour',
    now() - (i * 31 % 2000) * interval '1 hour'
FROM generate_series(1, :n / 10) AS i;

INSERT INTO contact (org_id, id, account_id, first_name, last_name, name, email, external_id,
    created_at, updated_at)
SELECT :org, 1000 + i, CASE WHEN i % 5 = 0 THEN 1001 ELSE 1000 + i % (:n / 10) END, md5(i::text),
    'Last', md5(i::text) || ' Last', CASE WHEN i % 3 > 0 THEN 'c' || i || '@crowd.example' END,
    'X' || i, now() - i * interval '1 hour', now() - (i * 31 % 4000) * interval '1 hour'
FROM generate_series(1, :n / 5) AS i;

INSERT INTO lead (org_id, id, name, company, email, source, status, owner_id, created_by_id,
    external_id, created_at, updated_at)
SELECT :org, 1000 + i, 'Lead ' || md5(i::text), CASE WHEN i % 3 > 0 THEN 'Firm ' || md5(i::text) END,
    'l' || i || '@crowd.example', 'Web', (ARRAY['NEW', 'WORKING', 'QUALIFIED'])[1 + i % 3],
    CASE WHEN hashint4(i) & 7 = 3 THEN 3 ELSE 1000 + i % 400 END, 1000 + i % 400, 'X' || i,
    now() - i * interval '1 hour', now() - (i * 31 % 4000) * interval '1 hour'
FROM generate_series(1, :n / 5) AS i;

INSERT INTO opportunity (org_id, id, name, pipeline_id, version_id, step_id, step_entered_at,
    currency, probability, expected_close_date, actual_close_date, created_at, updated_at,
    region_code, owner_id, created_by_id, account_id, contact_id, net_total, grand_total,
    description, lead_source, external_id, follows_id, deleted_at)
SELECT :org, 1000 + i, 'Deal ' || md5(i::text), 1, 1, 3 + i % 5,
    now() - (i * 7919 % :n) * interval '1 minute', 'USD', i % 100,
    CASE WHEN i % 3 > 0 THEN date '2026-01-01' + i % 700 END,
    CASE WHEN i % 4 = 0 THEN date '2026-01-01' + i % 700 END,
    now() - (i * 6007 % :n) * interval '1 minute', now() - (i * 4001 % :n) * interval '1 minute',
    CASE WHEN i % 10 = 0 THEN 'DR' ELSE 'R' || 1 + i % 40 END,
    CASE WHEN hashint4(i) & 7 = 3 THEN 3 ELSE 1000 + i % 400 END, 1000 + i % 399,
    CASE WHEN i % 20 = 0 THEN 1001 ELSE 1000 + i % (:n / 10) END, 1000 + i % (:n / 5),
    i * 10000, i * 10000, repeat('word ', 10), 'Web', 'X' || i,
    CASE WHEN i % 50 = 1 THEN 1001 END, CASE WHEN i % 97 = 0 THEN now() END
FROM generate_series(1, :n) AS i;

INSERT INTO interest (org_id, id, opportunity_id, position, kind, course_template_id, event_id,
    learning_path_id, training_token_type_key, product_id, quantity, unit_amount, currency,
    created_at, updated_at)
SELECT :org, 1000 + i, 1000 + CASE WHEN i % 20 = 0 THEN 1 ELSE i % :n END,
    CASE WHEN i % 20 = 0 THEN 10 + i ELSE 1 + i / :n END,
    (ARRAY['EVENT', 'COURSE_TEMPLATE', 'EVENT', 'LEARNING_PATH', 'TRAINING_TOKEN', 'PRODUCT'])[1 + i % 6],
    CASE WHEN i % 6 = 1 THEN 1000 + i % (:n / 20) END,
    CASE WHEN i % 6 IN (0, 2) THEN CASE WHEN i % 12 = 0 THEN 1001 ELSE 1000 + i % (:n / 10) END END,
    CASE WHEN i % 6 = 3 THEN 1000 + i % (:n / 20) END,
    CASE WHEN i % 6 = 4 THEN md5((1 + i % 200)::text) END,
    CASE WHEN i % 6 = 5 THEN 1000 + i % (:n / 20) END,
    1 + i % 7, i * 100, 'USD', now() - i * interval '1 minute',
    now() - (i * 7919 % 60000) * interval '1 minute'
FROM generate_series(0, 3 * :n - 1) AS i;

INSERT INTO opportunity_assignee (org_id, opportunity_id, user_id)
SELECT :org, 1000 + i, CASE WHEN hashint4(i + 7) & 15 = 3 THEN 3 ELSE 1000 + i % 400 END
FROM generate_series(1, :n) AS i;

INSERT INTO opportunity_team (org_id, opportunity_id, team_id)
SELECT :org, 1000 + i, 1001 + i % 60 FROM generate_series(1, :n, 2) AS i;

INSERT INTO opportunity_tag (org_id, opportunity_id, tag_id)
SELECT :org, 1000 + i, 1000 + 1 + i % 300 FROM generate_series(1, :n, 2) AS i;

INSERT INTO opportunity_contact (org_id, opportunity_id, contact_id, role)
SELECT :org, 1000 + i, CASE WHEN i % 20 = 0 THEN 1001 ELSE 1000 + i % (:n / 5) END, 'BUYER'
FROM generate_series(1, :n) AS i;

INSERT INTO attribute_definition (org_id, id, key, label, type)
SELECT :org, 1000 + i, 'key' || i, 'Label ' || md5(i::text), 'TEXT' FROM generate_series(1, 60) AS i;

INSERT INTO opportunity_attribute (org_id, opportunity_id, key, value, elements)
SELECT :org, 1000 + i, 'key1', v, ARRAY[v]
FROM generate_series(1, :n) AS i, left(md5(i::text), 4) AS v WHERE i % 10 > 0;

INSERT INTO lead_assignee (org_id, lead_id, user_id)
SELECT :org, 1000 + i, CASE WHEN hashint4(i + 7) & 15 = 3 THEN 3 ELSE 1000 + i % 400 END
FROM generate_series(1, :n / 5) AS i;

INSERT INTO lead_team (org_id, lead_id, team_id)
SELECT :org, 1000 + i, 1001 + i % 60 FROM generate_series(1, :n / 5, 2) AS i;

INSERT INTO lead_tag (org_id, lead_id, tag_id)
SELECT :org, 1000 + i, 1001 + i % 300 FROM generate_series(1, :n / 5, 2) AS i;

INSERT INTO task (org_id, id, opportunity_id, title, due_at, priority, assigned_to_id,
    created_by_id, done_at, done_by_id, deleted_at, created_at, updated_at)
SELECT :org, 1000 + i, 1000 + CASE WHEN i % 20 = 0 THEN 1 ELSE i % :n END, 'Call ' || i,
    CASE WHEN i % 6 > 0 THEN now() + (i * 7919 % 2000 - 1000) * interval '1 hour' END, 'HIGH',
    CASE WHEN i % 10 = 0 THEN 3 ELSE 1000 + i % 400 END, 1000 + i % 399,
    CASE WHEN i % 3 = 0 THEN now() - (i * 31 % 2000) * interval '1 hour' END,
    CASE WHEN i % 3 = 0 THEN 1000 + i % 400 END, CASE WHEN i % 97 = 0 THEN now() END,
    now() - i * interval '1 minute', now() - (i * 7919 % :n) * interval '1 minute'
FROM generate_series(1, :n) AS i;

INSERT INTO meeting (org_id, id, opportunity_id, subject, starts_at, created_by_id, deleted_at,
    created_at, updated_at)
SELECT :org, 1000 + i, 1000 + CASE WHEN i % 20 = 0 THEN 1 ELSE i * 4 % :n END, 'Talk ' || i,
    now() + (i * 7919 % 5000) * interval '1 hour', 1000 + i % 400,
    CASE WHEN i % 97 = 0 THEN now() END, now() - i * interval '1 minute',
    now() - (i * 31 % 5000) * interval '1 minute'
FROM generate_series(1, :n / 4) AS i;

INSERT INTO meeting_user (org_id, meeting_id, user_id)
SELECT :org, 1000 + i, 1000 + i % 400 FROM generate_series(1, :n / 4) AS i;

INSERT INTO meeting_contact (org_id, meeting_id, contact_id)
SELECT :org, 1000 + i, 1000 + i % (:n / 5) FROM generate_series(1, :n / 4) AS i;

INSERT INTO comment (org_id, id, opportunity_id, lead_id, parent_id, author_id, body, created_at,
    updated_at)
SELECT :org, 1000 + i, CASE WHEN i % 5 > 0 THEN 1000 + CASE WHEN i % 11 = 0 THEN 1 ELSE i % :n END END,
    CASE WHEN i % 5 = 0 THEN 1000 + CASE WHEN i % 10 = 0 THEN 1 ELSE i % (:n / 5) END END,
    CASE WHEN i % 33 = 0 THEN 1001 END, 1000 + i % 400, 'Said ' || i,
    now() - (i * 7919 % :n) * interval '1 minute', now() - i * interval '1 minute'
FROM generate_series(1, :n) AS i;

INSERT INTO comment_edit (org_id, id, opportunity_id, comment_id, body, editor_id, at)
SELECT :org, 1000 + i, 1001, CASE WHEN i % 9 = 0 THEN 1001 ELSE 1000 + i % :n END, 'Before', 1001,
    now() - i * interval '1 minute'
FROM generate_series(1, :n / 5) AS i;

INSERT INTO comment_mention (org_id, comment_id, user_id)
SELECT :org, 1000 + i, 1000 + i % 400 FROM generate_series(1, :n / 5) AS i;

INSERT INTO attachment (org_id, id, opportunity_id, lead_id, kind, name, size, content_type, sha256,
    created_by_id, created_at, updated_at)
SELECT :org, 1000 + i, CASE WHEN i % 5 > 0 THEN 1000 + CASE WHEN i % 9 = 0 THEN 1 ELSE i % :n END END,
    CASE WHEN i % 5 = 0 THEN 1000 + CASE WHEN i % 10 = 0 THEN 1 ELSE i % (:n / 5) END END,
    'FILE', 'file ' || md5(i::text), i, 'text/plain', repeat(md5((i / 3)::text), 2), 1001,
    now() - i * interval '1 minute', now()
FROM generate_series(1, :n / 4) AS i;

INSERT INTO timeline_entry (org_id, id, opportunity_id, kind, subject_id, at, actor_id)
SELECT :org, 1000 + i, 1000 + CASE WHEN i % 20 = 0 THEN 1 ELSE i % :n END,
    (ARRAY['MOVE', 'CHANGE', 'TASK', 'COMMENT'])[1 + i % 4], 1000 + i % :n,
    now() - (i * 7919 % 40000) * interval '1 minute', 1000 + i % 400
FROM generate_series(1, 2 * :n) AS i;

INSERT INTO step_stay (org_id, id, opportunity_id, step_id, version_id, entered_at, left_at, value,
    currency, probability, cause, actor_id)
SELECT :org, 1000 + i, 1000 + CASE WHEN k > 0 AND i % 20 = 0 THEN 1 ELSE i / 2 END, 3 + i % 5, 1,
    now() - (:n * 2 - i + 10) * interval '1 minute',
    CASE WHEN k > 0 THEN now() - (:n * 2 - i + 9) * interval '1 minute' END, 10000, 'USD', 10,
    'TRANSITION', 1001
FROM generate_series(2, 2 * :n) AS i, LATERAL (SELECT 1 - i % 2 AS k) AS s WHERE i <> 3;

INSERT INTO opportunity_revision (org_id, id, opportunity_id, since, until, version_id, step_id,
    step_entered_at, name, owner_id, account_id, currency, net_total, tax_total, grand_total,
    probability)
SELECT :org, 1000 + i, 1000 + CASE WHEN k > 0 AND i % 20 = 0 THEN 1 ELSE i / 2 END,
    now() - (:n * 2 - i + 10) * interval '1 minute',
    CASE WHEN k > 0 THEN now() - (:n * 2 - i + 9) * interval '1 minute' END, 1, 3 + i % 5,
    now() - (:n * 2 - i + 10) * interval '1 minute', 'Deal', 1001, 1001, 'USD', 1, 0, 1, 10
FROM generate_series(2, 2 * :n) AS i, LATERAL (SELECT 1 - i % 2 AS k) AS s WHERE i <> 3;

INSERT INTO transition_attempt (org_id, id, opportunity_id, from_step_id, to_step_id, actor_id, at)
SELECT :org, 1000 + i, 1000 + CASE WHEN i % 9 = 0 THEN 1 ELSE i % :n END, 3, 4, 1001,
    now() - (i * 31 % 5000) * interval '1 minute'
FROM generate_series(1, :n / 4) AS i;

INSERT INTO registration (org_id, id, event_id, account_id, opportunity_id, quantity, created_at,
    updated_at)
SELECT :org, 1000 + i, CASE WHEN i % 9 = 0 THEN 1001 ELSE 1000 + i % (:n / 10) END,
    1000 + i % (:n / 10), 1000 + CASE WHEN i % 9 = 0 THEN 1 ELSE i % :n END, 1,
    now() - i * interval '1 minute', now() - (i * 31 % 5000) * interval '1 minute'
FROM generate_series(1, :n / 4) AS i;

INSERT INTO registration_learner (org_id, registration_id, contact_id)
SELECT :org, 1000 + CASE WHEN i % 9 = 0 THEN 1 ELSE i END, 1000 + i
FROM generate_series(1, :n / 5) AS i;

INSERT INTO invoice (org_id, id, number, opportunity_id, account_id, lifecycle_state, currency,
    net_total, grand_total, created_at, updated_at)
SELECT :org, 1000 + i, 'I-' || i, 1000 + CASE WHEN i % 9 = 0 THEN 1 ELSE i % :n END,
    1000 + i % (:n / 10), 'Final', 'USD', i, i, now() - i * interval '1 minute',
    now() - (i * 31 % 5000) * interval '1 minute'
FROM generate_series(1, :n / 4) AS i;

INSERT INTO token_issue (org_id, key, training_token_type_key, account_id, opportunity_id, quantity,
    created_at, updated_at)
SELECT :org, md5(i::text), md5((1 + i % 200)::text), 1000 + i % (:n / 10),
    1000 + CASE WHEN i % 9 = 0 THEN 1 ELSE i % :n END, 1, now() - i * interval '1 minute',
    now() - (i * 31 % 5000) * interval '1 minute'
FROM generate_series(1, :n / 4) AS i;

INSERT INTO notification (org_id, id, user_id, kind, cause, at, read_at, title, opportunity_id)
SELECT :org, 1000 + i, CASE i % 3 WHEN 0 THEN 1 WHEN 1 THEN 3 ELSE 1000 + i % 400 END, 'ASSIGNED',
    'c' || i, now() - (i * 31 % 5000) * interval '1 minute', CASE WHEN i % 5 > 0 THEN now() END,
    'Look', CASE WHEN i % 4 > 0 THEN 1000 + i * 10 % :n + 1 END
FROM generate_series(1, :n / 4) AS i;

INSERT INTO search_doc (org_id, kind, id, body)
SELECT :org, 'OPPORTUNITY', 1000 + i, 'Deal ' || md5(i::text) FROM generate_series(1, :n) AS i
UNION ALL
SELECT :org, kind, 1000 + i, kind || md5(i::text)
FROM generate_series(1, :n / 10) AS i, unnest(ARRAY['ACCOUNT', 'CONTACT', 'LEAD']) AS kind;

INSERT INTO pipeline_migration (org_id, id, pipeline_id, version_id, policy, state)
VALUES (:org, 1001, 1, 1, 'GRANDFATHER', 'DONE');

INSERT INTO migrated_record (org_id, migration_id, opportunity_id, version_id, step_id, probability,
    probability_is_manual, to_step_id, entered_at, record_version)
SELECT :org, 1001, 1000 + i, 1, 3, 10, false, 4, now(), 1 FROM generate_series(1, :n, 4) AS i;
