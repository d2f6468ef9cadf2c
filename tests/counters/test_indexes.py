"""Each index costs every write: it keeps a promise, finds a page, or answers a statement."""

import asyncpg

from tests.counters.walking import Walked

KEPT = {
    "ix_account_name_key_id": "a lead finds its account",
    "ix_attachment_sha256": "whether a file is of use yet",
    "ix_audit_aggregate_aggregate_id_id": "who changed a record meanwhile",
    "ix_contact_email_key_id": "a lead finds its contact",
    "ix_idempotency_key_created_at": "the purge",
    "ix_interest_learner_interest_id_id": "an interest's learners",
    "ix_invoice_line_interest_id": "whether an interest was invoiced",
    "ix_mail_due_at": "the worker's next mails",
    "ix_notification_at": "the purge",
    "ix_opportunity_attribute_key_rank_opportunity_id": "the order by an attribute",
    "ix_pipeline_migration_pipeline_id_id": "a pipeline's migrations",
    "ix_search_doc_body": "search",
    "ix_seat_hold_event_id_state": "an event's holds that have run out",
    "ix_seat_hold_opportunity_id_state": "an opportunity's holds",
    "ix_step_version_step_id_version_id": "a step through the versions",
    "ix_stored_file_idle_since": "the worker's files to forget",
    "ix_timeline_entry_opportunity_id_at_id": "a long history, page by page",
    "ix_timeline_entry_opportunity_id_kind_at_id": "what was said in a long history",
}
"""Indexes of statements that are no page."""
DELETED = (
    *("attachment", "comment_mention", "idempotency_key", "interest", "interest_learner", "mail"),
    *("notification", "pipeline_version", "price", "seat_hold", "stage_version", "step_version"),
    *("stored_file", "tag", "transition"),
)
"""Tables of which rows are deleted, drafts' parts among them; the others' stay for good."""
SETUP = {"pipeline_version", "pipeline_migration", "stage_version", "step_version", "transition"}
"""Tables so short that nobody needs to look anything up in them."""
INDEXES = """
SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE c.relnamespace = 'public'::regnamespace AND NOT i.indisunique AND NOT i.indisexclusion"""
REFERENCES = """
SELECT k.conrelid::regclass::text AS here, k.conname, a.attname AS column, EXISTS (
    SELECT 1 FROM pg_index i WHERE i.indrelid = k.conrelid AND i.indkey[0] = k.conkey[1]
        AND i.indkey[1] = k.conkey[2]
        AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) =
            format('(%I IS NOT NULL)', a.attname))) AS indexed
FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[2]
WHERE k.contype = 'f' AND k.confrelid::regclass::text = ANY ($1)"""


async def test_every_index_is_of_use(walked: Walked, admin: asyncpg.Connection) -> None:
    used = set[str]().union(*(page.spent.indexes for page in walked.pages))
    known = {name for (name,) in await admin.fetch(INDEXES)}
    vouched = {
        f"ix_{row['here']}_{row['column']}" for row in await admin.fetch(REFERENCES, DELETED)
    }
    assert sorted(known - used - KEPT.keys() - vouched) == []
    assert sorted(KEPT.keys() - known) == []


async def test_what_refers_to_rows_that_are_deleted_is_found_by_an_index(
    admin: asyncpg.Connection,
) -> None:
    """Else a deletion looks through all that might, for each row again."""
    found = await admin.fetch(REFERENCES, DELETED)
    assert len(found) > 15
    missing = [row["conname"] for row in found if not row["indexed"] and row["here"] not in SETUP]
    assert missing == []
