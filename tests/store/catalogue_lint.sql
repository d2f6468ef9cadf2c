-- Every row is a violation of a rule of the tables: $1 the global tables, $2 the tables whose owner
-- is exempt from row-level security, $3 the logins that serve.
WITH RECURSIVE tables AS (
    SELECT c.oid, c.relname, c.relrowsecurity AS walled, c.relforcerowsecurity AS forced,
        c.relowner, a.attnum AS org, a.attnotnull AS org_required
    FROM pg_class c
    LEFT JOIN pg_attribute a
        ON a.attrelid = c.oid AND a.attname = 'org_id' AND NOT a.attisdropped
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
        AND NOT c.relispartition AND c.relname <> 'alembic_version'
), tenants AS (
    SELECT * FROM tables WHERE relname <> ALL ($1::text[])
), indexes AS (
    SELECT t.relname, t.org, i.relname AS index, m.amname AS method, x.*
    FROM tenants t
    JOIN pg_index x ON x.indrelid = t.oid
    JOIN pg_class i ON i.oid = x.indexrelid
    JOIN pg_am m ON m.oid = i.relam
), vouched AS (
    -- By the organisation's own key, or by another row's whose organisation is vouched for.
    SELECT 'organisation'::regclass::oid AS oid
    UNION
    SELECT k.conrelid FROM vouched v
    JOIN pg_constraint k ON k.confrelid = v.oid AND k.contype = 'f' AND k.convalidated
    WHERE NOT EXISTS (SELECT FROM pg_attribute a
        WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey) AND NOT a.attnotnull)
), served AS (
    SELECT r.* FROM pg_roles r WHERE r.rolname = ANY ($3::text[])
)
SELECT 'no organisation' AS rule, relname AS object, '' AS detail FROM tenants WHERE org IS NULL
UNION ALL
SELECT 'organisation may be null', relname, '' FROM tenants WHERE NOT org_required
UNION ALL
SELECT 'organisation need not exist', relname, '' FROM tenants
WHERE oid NOT IN (SELECT oid FROM vouched)
UNION ALL
SELECT 'row-level security off', relname, '' FROM tenants WHERE NOT walled
UNION ALL
SELECT 'row-level security not forced', relname, '' FROM tenants
WHERE NOT forced AND relname <> ALL ($2::text[])
UNION ALL
SELECT 'policy missing or of another wording', t.relname, '' FROM tenants t
WHERE (SELECT array_agg(pg_get_expr(p.polqual, t.oid) || pg_get_expr(p.polwithcheck, t.oid))
        FROM pg_policy p WHERE p.polrelid = t.oid AND p.polpermissive AND p.polcmd = '*')
    IS DISTINCT FROM ARRAY[repeat(
        '(org_id = (NULLIF(current_setting(''app.org_id''::text, true), ''''::text))::uuid)', 2)]
UNION ALL
SELECT 'primary key missing', t.relname, '' FROM tables t
WHERE NOT EXISTS (SELECT FROM pg_index x WHERE x.indrelid = t.oid AND x.indisprimary)
UNION ALL
SELECT 'unique without organisation', relname, index FROM indexes
WHERE indisunique AND NOT org = ANY (indkey::int2[])
UNION ALL
SELECT 'index does not begin with organisation', relname, index FROM indexes WHERE indkey[0] <> org
UNION ALL
SELECT 'index on a type whose comparison leaks', n.relname, n.index || '.' || a.attname
FROM indexes n
JOIN pg_attribute a ON a.attrelid = n.indrelid AND a.attnum = ANY (n.indkey::int2[])
JOIN pg_type y ON y.oid = a.atttypid
WHERE y.typtype = 'e' OR y.typcategory = 'A'
    OR a.atttypid = ANY ('{numeric,jsonb,tsvector}'::regtype[])
UNION ALL
SELECT 'index on an expression', relname, index FROM indexes
WHERE 0 = ANY (indkey::int2[]) AND NOT indisexclusion
UNION ALL
SELECT 'index invalid', relname, index FROM indexes WHERE NOT indisvalid
UNION ALL
SELECT 'foreign key leaves the organisation', t.relname, k.conname
FROM tenants t
JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f'
LEFT JOIN tables f ON f.oid = k.confrelid
WHERE NOT EXISTS (SELECT FROM generate_subscripts(k.conkey, 1) g
    WHERE k.conkey[g] = t.org AND k.confkey[g] = f.org)
UNION ALL
SELECT 'foreign key sets null', t.relname, k.conname
FROM tenants t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f'
WHERE k.confdeltype IN ('n', 'd')
UNION ALL
SELECT 'enum or numeric column', t.relname, a.attname
FROM tables t
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type y ON y.oid = a.atttypid
WHERE y.typtype = 'e' OR a.atttypid = ANY ('{numeric,money,timestamp,float4,float8}'::regtype[])
UNION ALL
SELECT 'name longer than 50 characters', t.relname, k.conname
FROM tables t JOIN pg_constraint k ON k.conrelid = t.oid
WHERE length(k.conname) > 50 AND k.contype <> 'n'
UNION ALL
SELECT 'name longer than 50 characters', relname, index FROM indexes WHERE length(index) > 50
UNION ALL
SELECT 'view not of its reader', relname, '' FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'
    AND coalesce(reloptions::text, '') !~ 'security_invoker=(true|on|1)'
UNION ALL
SELECT 'materialised view seen by a login', relname, '' FROM pg_class, served
WHERE relnamespace = 'public'::regnamespace AND relkind = 'm'
    AND has_table_privilege(served.oid, pg_class.oid, 'SELECT')
UNION ALL
SELECT 'definer function without search_path', proname, '' FROM pg_proc
WHERE pronamespace = 'public'::regnamespace AND prosecdef
    AND coalesce(proconfig::text, '') !~ 'search_path'
UNION ALL
SELECT 'definer function open to all', proname, '' FROM pg_proc
WHERE pronamespace = 'public'::regnamespace AND prosecdef
    AND (proacl IS NULL OR proacl::text ~ '[{,]=X/')
UNION ALL
SELECT 'login too strong', rolname, '' FROM served
WHERE rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb
UNION ALL
SELECT 'login owns a table', served.rolname, t.relname FROM tables t, served
WHERE pg_has_role(served.oid, t.relowner, 'MEMBER')
UNION ALL
SELECT 'table not of the owner role', relname, '' FROM tables
WHERE relowner <> 'pipeline_owner'::regrole
UNION ALL
SELECT 'login may truncate', served.rolname, t.relname FROM tables t, served
WHERE has_table_privilege(served.oid, t.oid, 'TRUNCATE')
UNION ALL
SELECT 'reader may write', t.relname, privilege
FROM tables t, unnest(ARRAY['INSERT', 'UPDATE', 'DELETE']) AS privilege
WHERE has_table_privilege('pipeline_reader', t.oid, privilege)
ORDER BY 1, 2, 3
