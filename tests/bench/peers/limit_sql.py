# ruff: noqa: E501  SQL is not broken where a line of Python ends.
"""The statements of the limit: written by hand, they return the finished JSON text.

`{sight}` is where a member's sight goes; all other braces are JSON's.
"""

READS = ("Q1", "Q2", "Q4", "Q4-first", "Q5", "Q6")

SIGHT = """ AND (o.owner_id = $2 OR o.created_by_id = $2
 OR EXISTS (SELECT 1 FROM opportunity_assignee a
   WHERE a.org_id = $1 AND a.opportunity_id = o.id AND a.user_id = $2)
 OR EXISTS (SELECT 1 FROM opportunity_team t JOIN team_member m
   ON m.org_id = $1 AND m.team_id = t.team_id AND m.user_id = $2
   WHERE t.org_id = $1 AND t.opportunity_id = o.id))"""
ALL = " AND $2::bigint IS NOT NULL"


def _id(prefix: str, key: str) -> str:
    return f"encode(('{prefix}:' || {key})::bytea, 'base64')"


def _money(column: str) -> str:
    cents = f"lpad(({column} % 10000 / 100)::text, 2, '0')"
    return f"""'"' || ({column} / 10000)::text || '.' || {cents} || '"'"""


STEP = f"""'{{"id":"' || {_id("OpportunityStep", "s.step_id")} || '","name":' || to_json(s.name)::text"""
STAGE = f"""',"stage":{{"id":"' || {_id("OpportunityStage", "g.stage_id")} || '","name":'
 || to_json(g.name)::text || ',"state":"' || g.state || '"}}'"""
ACCOUNT = f"""CASE WHEN c.id IS NULL THEN 'null' ELSE
 '{{"id":"' || {_id("Organisation", "c.id")} || '","name":' || to_json(c.name)::text || '}}' END"""
INTERESTS = f"""(SELECT coalesce(string_agg('{{"node":{{"id":"' || {_id("OpportunityInterest", "i.id")}
 || '","totalAmount":' || {_money("i.total_amount")} || ',"item":{{"id":"' ||
 CASE WHEN i.event_id IS NULL THEN {_id("CourseTemplate", "i.course_template_id")}
 ELSE {_id("Course", "i.event_id")} END || '"}}}}}}', ',' ORDER BY i.position, i.id), '')
 FROM (SELECT * FROM interest n WHERE n.org_id = $1 AND n.opportunity_id = o.id
 ORDER BY n.position, n.id LIMIT 25) i)"""
BARE = f"""'"id":"' || {_id("Opportunity", "o.id")} || '","name":' || to_json(o.name)::text"""
VALUE = f"""',"value":{{"grandTotal":' || {_money("o.grand_total")} || '}}'"""
JOINS = """ JOIN step_version s ON s.org_id = $1 AND s.version_id = o.version_id
 AND s.step_id = o.step_id
 JOIN stage_version g ON g.org_id = $1 AND g.version_id = s.version_id AND g.stage_id = s.stage_id
 LEFT JOIN account c ON c.org_id = $1 AND c.id = o.account_id"""
WHOLE = f"""{BARE} || ',"step":' || {STEP} || {STAGE} || '}},"account":' || {ACCOUNT}
 || {VALUE} || ',"interests":{{"edges":[' || {INTERESTS} || ']}}'"""
CARD = f"""{BARE} || ',"step":' || {STEP} || '}},"account":' || {ACCOUNT} || {VALUE}"""


def _page(node: str, where: str) -> str:
    """50 in the order of their ids, and whether more follow."""
    return f"""WITH page AS (SELECT *, row_number() OVER (ORDER BY id) AS place FROM (
 SELECT o.* FROM opportunity o WHERE o.org_id = $1 AND o.deleted_at IS NULL{{sight}} AND {where}
 ORDER BY o.id LIMIT 51) o)
SELECT ('{{{{"data":{{{{"opportunities":{{{{"edges":[' || coalesce(string_agg('{{{{"cursor":"'
 || encode(o.id::text::bytea, 'base64') || '","node":{{{{' || {_twice(node)} || '}}}}}}}}', ',' ORDER BY o.id)
 FILTER (WHERE place <= 50), '') || '],"pageInfo":{{{{"hasNextPage":' || (count(*) > 50)::text
 || ',"endCursor":' || coalesce('"' || encode(max(o.id) FILTER (WHERE place <= 50)::text::bytea,
 'base64') || '"', 'null') || '}}}}}}}}}}}}}}}}')::bytea
 FROM page o{JOINS}"""


def _twice(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


STATEMENTS = {
    "Q1": _page(WHOLE, "o.region_code = (SELECT r.code FROM region r"
                " WHERE r.org_id = $1 AND r.name = $3)"),
    "Q2": f"""SELECT ('{{{{"data":{{{{"opportunity":' || coalesce((SELECT '{{{{' || {_twice(WHOLE)}
 || '}}}}' FROM opportunity o{JOINS} WHERE o.org_id = $1 AND o.id = $3::bigint
 AND o.deleted_at IS NULL{{sight}}), 'null') || '}}}}}}}}')::bytea""",
    "Q4": _page(CARD, "o.id > $3::bigint"),
    "Q5": f"""SELECT ('{{{{"data":{{{{"board":{{{{"columns":[' || string_agg('{{{{"step":' || {_twice(STEP)}
 || '}}}},"count":' || coalesce(sums.count, 0) || ',"totals":[' || coalesce(sums.totals, '')
 || '],"opportunities":{{{{"edges":[' || coalesce(cards.text, '') || ']}}}}}}}}', ',' ORDER BY s.position)
 || ']}}}}}}}}}}}}')::bytea
 FROM pipeline_version v JOIN step_version s ON s.org_id = $1 AND s.version_id = v.id
 CROSS JOIN LATERAL (SELECT sum(n) AS count, string_agg('{{{{"currency":"' || currency
   || '","value":' || {_money("total")} || '}}}}', ',' ORDER BY currency) AS totals FROM (
   SELECT count(*) AS n, o.currency, sum(o.grand_total)::bigint AS total FROM opportunity o
   WHERE o.org_id = $1 AND o.step_id = s.step_id AND o.deleted_at IS NULL{{sight}}
   GROUP BY o.currency) x) sums
 CROSS JOIN LATERAL (SELECT string_agg('{{{{"node":{{{{' || {_twice(CARD)} || '}}}}}}}}', ','
   ORDER BY o.board_key, o.id) AS text FROM (SELECT o.* FROM opportunity o
   WHERE o.org_id = $1 AND o.step_id = s.step_id AND o.deleted_at IS NULL{{sight}}
   ORDER BY o.board_key, o.id LIMIT 25) o
   LEFT JOIN account c ON c.org_id = $1 AND c.id = o.account_id) cards
 WHERE v.org_id = $1 AND v.pipeline_id = $3::bigint AND v.state = 'PUBLISHED'""",
    "Q6": f"""SELECT ('{{{{"data":{{{{"opportunities":{{{{"edges":[' || coalesce(string_agg(
 '{{{{"node":{{{{' || {_twice(BARE)} || ',"account":' || {_twice(ACCOUNT)} || '}}}}}}}}', ',' ORDER BY o.id), '')
 || ']}}}}}}}}}}}}')::bytea FROM (SELECT o.* FROM opportunity o WHERE o.org_id = $1
 AND o.deleted_at IS NULL{{sight}} AND (
   o.id IN (SELECT d.id FROM search_docs($1, $3) d WHERE d.kind = 'OPPORTUNITY')
   OR o.account_id IN (SELECT d.id FROM search_docs($1, $3) d WHERE d.kind = 'ACCOUNT'))
 ORDER BY o.id LIMIT 25) o LEFT JOIN account c ON c.org_id = $1 AND c.id = o.account_id""",
}  # fmt: skip
