"""Something in every table of the second organisation, for the first one never to meet."""

from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy import update

from pipeline_gql.store import models
from pipeline_gql.store.database import Database, Unit
from pipeline_gql.store.seeding import advance_sequences, insert_rows
from tests.organisations import Organisation

WORD = "CANARY"
AMOUNT = 666_777_000
SECRET = "pgql_CANARY"
_THEN = datetime(2026, 6, 6, 6, 6, 6, tzinfo=UTC)
_DAY = _THEN.date()
_FAR = datetime(2060, 6, 6, tzinfo=UTC)


async def plant(database: Database, o: Organisation) -> int:
    """An opportunity with all that may hang on one, marked in every free column; its id.

    Everything it brings has that id; `SECRET` is the bearer token of its admin.
    """
    id = o.base + 1
    async with database.writing(o.org_id) as unit:
        await _opportunity(unit, o, id)
        await _interests(unit, o, id)
        await _sales(unit, o, id)
        await _errands(unit, o, id)
        await _attachments(unit, o, id)
        await _goals(unit, o, id)
        await _rates(unit, id)
        await _migration(unit, o, id)
        await _records(unit, o, id)
        await _comments(unit, o, id)
        await _lead(unit, o, id)
        await _notifications(unit, o, id)
        await _what_was_there(unit, o, id)
        await _token(unit, o, id)
        await advance_sequences(unit)
    return id


async def _opportunity(unit: Unit, o: Organisation, id: int) -> None:
    standing = {"version_id": o.version_id, "step_id": o.steps["Proposed"]}
    opportunity = {
        "id": id,
        **dict.fromkeys(("name", "description", "next_step", "lead_source"), WORD),
        **dict.fromkeys(("forecast_category", "external_id"), WORD),
        **dict.fromkeys(("net_total", "grand_total", "amount"), AMOUNT),
        **dict.fromkeys(("expected_close_date", "actual_close_date"), _DAY),
        "pipeline_id": o.pipeline_id,
        "step_entered_at": _THEN,
        "account_id": o.account_id,
        "contact_id": o.contact_id,
        "owner_id": o.admin.user_id,
        "created_by_id": o.admin.user_id,
        "region_code": o.regions[0],
        "currency": "GBP",
        "probability": 10,
        "reservations_valid_until": _FAR,
        **standing,
    }
    await insert_rows(unit, models.Opportunity, [opportunity])
    stay = {
        "id": id,
        "opportunity_id": id,
        "entered_at": _THEN,
        "value": AMOUNT,
        "currency": "GBP",
        "probability": 10,
        "cause": "OVERRIDE",
        "overridden": [WORD],
        "expected_close_date": _DAY,
        "actor_id": o.admin.user_id,
        "transition_id": o.base + 1,
        "reason": WORD,
        "request_id": WORD,
        **standing,
    }
    await insert_rows(unit, models.StepStay, [stay])
    await _links(unit, o, id)


async def _links(unit: Unit, o: Organisation, id: int) -> None:
    choosing = {"type": "CHOICE", "choices": [WORD], "description": WORD}
    definition = {"id": id, "key": WORD, "label": WORD, **choosing}
    await insert_rows(unit, models.AttributeDefinition, [definition])
    attempt = {"id": id, "failures": [{"code": WORD}], "actor_id": o.admin.user_id, "at": _THEN}
    ends = {"from_step_id": o.steps["Proposed"], "to_step_id": o.steps["Won"]}
    rows: dict[type[models.Base], dict[str, object]] = {
        models.OpportunityContact: {"contact_id": o.contact_id, "role": WORD},
        models.OpportunityAssignee: {"user_id": o.member.user_id},
        models.OpportunityTeam: {"team_id": o.team_id},
        models.OpportunityTag: {"tag_id": o.tag_id},
        models.OpportunityAttribute: {"key": WORD, "value": WORD, "elements": [WORD]},
        models.TransitionAttempt: {**attempt, **ends, "request_id": WORD},
    }
    for model, row in rows.items():
        await insert_rows(unit, model, [{"opportunity_id": id, **row}])


async def _interests(unit: Unit, o: Organisation, id: int) -> None:
    items = [
        ("EVENT", "event_id", o.event_id),
        ("COURSE_TEMPLATE", "course_template_id", o.course_template_id),
        ("LEARNING_PATH", "learning_path_id", o.learning_path_id),
        ("TRAINING_TOKEN", "training_token_type_key", o.token_type_key),
        ("PRODUCT", "product_id", o.product_id),
    ]
    shared = {"opportunity_id": id, "quantity": 1, "unit_amount": AMOUNT, "currency": "GBP"}
    for place, (kind, column, key) in enumerate(items):
        row = {"id": id + place, "kind": kind, column: key, "tax_type_id": o.tax_type_id, **shared}
        row |= {"position": place + 1, ("discount_rate" if place else "discount_fixed"): 0}
        await insert_rows(unit, models.Interest, [row])
    learner: dict[str, object] = {"id": id, "first_name": WORD, "last_name": WORD, "email": WORD}
    learner["contact_id"] = o.contact_id
    await insert_rows(unit, models.InterestLearner, [{"interest_id": id, **learner}])
    hold = {"id": id, "opportunity_id": id, "interest_id": id, "event_id": o.event_id}
    await insert_rows(unit, models.SeatHold, [{**hold, "quantity": 1, "created_at": _THEN}])


async def _sales(unit: Unit, o: Organisation, id: int) -> None:
    shared = {"opportunity_id": id, "account_id": o.account_id}
    registration = {"id": id, "event_id": o.event_id, "interest_id": id, "quantity": 1}
    await insert_rows(unit, models.Registration, [registration | shared])
    learner = {"registration_id": id, "contact_id": o.contact_id}
    await insert_rows(unit, models.RegistrationLearner, [learner])
    await _invoice(unit, o, id, shared)
    issue = {"key": "d" * 32, "training_token_type_key": o.token_type_key, "quantity": 1}
    issue |= {"interest_id": id + 3, "expires_at": _FAR}
    await insert_rows(unit, models.TokenIssue, [issue | shared])


async def _invoice(unit: Unit, o: Organisation, id: int, shared: dict[str, int]) -> None:
    """One that was taken back; its line was written while it was a draft."""
    invoice: dict[str, object] = {"id": id, "currency": "GBP", "region_code": o.regions[0]}
    money = {"net_total": AMOUNT, "grand_total": AMOUNT}
    await insert_rows(unit, models.Invoice, [invoice | money | shared])
    line = {"id": id, "invoice_id": id, "position": 1, "interest_id": id, "description": WORD}
    line |= {"quantity": 1, "unit_amount": AMOUNT, "currency": "GBP"}
    line["tax_type_id"] = o.tax_type_id
    await insert_rows(unit, models.InvoiceLine, [line])
    voided = {"lifecycle_state": "Void", "number": WORD, "finalised_at": _THEN, "voided_at": _FAR}
    table = models.Invoice
    await unit.session.execute(
        update(table).where(table.org_id == o.org_id, table.id == id).values(**voided)
    )
    await insert_rows(unit, models.InvoiceNumbering, [{"last": AMOUNT}])


async def _lead(unit: Unit, o: Organisation, id: int) -> None:
    words = ("name", "company", "email", "phone", "job_title", "source", "description")
    lead = {
        **dict.fromkeys((*words, "external_id"), WORD),
        "id": id,
        "status": "CONVERTED",
        "owner_id": o.admin.user_id,
        "created_by_id": o.admin.user_id,
        "converted_by_id": o.admin.user_id,
        "converted_at": _THEN,
        "opportunity_id": id,
        "account_id": o.account_id,
        "contact_id": o.contact_id,
    }
    await insert_rows(unit, models.Lead, [lead])
    await insert_rows(unit, models.LeadAssignee, [{"lead_id": id, "user_id": o.member.user_id}])
    about = {"id": id + 2, "lead_id": id}
    said = {"author_id": o.admin.user_id, "body": WORD}
    await insert_rows(unit, models.Comment, [about | said])
    edit = {"comment_id": id + 2, "body": WORD, "editor_id": o.admin.user_id, "at": _THEN}
    await insert_rows(unit, models.CommentEdit, [about | edit])
    link = {"kind": "LINK", "link_url": f"https://{WORD}.example", "name": WORD}
    await insert_rows(unit, models.Attachment, [about | link])
    await insert_rows(unit, models.LeadTeam, [{"lead_id": id, "team_id": o.team_id}])
    await insert_rows(unit, models.LeadTag, [{"lead_id": id, "tag_id": o.tag_id}])


async def _comments(unit: Unit, o: Organisation, id: int) -> None:
    said = {"author_id": o.admin.user_id, "body": WORD, "edited_at": _THEN}
    first = {"id": id, "opportunity_id": id}
    await insert_rows(unit, models.Comment, [first | said])
    await insert_rows(unit, models.Comment, [first | said | {"id": id + 1, "parent_id": id}])
    mention = {"comment_id": id, "user_id": o.admin.user_id}
    await insert_rows(unit, models.CommentMention, [mention])
    edit = {"comment_id": id, "body": WORD, "editor_id": o.admin.user_id, "at": _THEN}
    await insert_rows(unit, models.CommentEdit, [first | edit])


async def _errands(unit: Unit, o: Organisation, id: int) -> None:
    """A task and a meeting."""
    whose = {"opportunity_id": id, "created_by_id": o.admin.user_id}
    task = {"title": WORD, "description": WORD, "due_on": _DAY, "due_at": _THEN, "done_at": _THEN}
    people = {"assigned_to_id": o.member.user_id, "done_by_id": o.member.user_id}
    await insert_rows(unit, models.Task, [{"id": id, **whose, **task, **people}])
    meeting = {"subject": WORD, "location": WORD, "notes": WORD}
    times = {"starts_at": _THEN, "ends_at": _FAR}
    await insert_rows(unit, models.Meeting, [{"id": id, **whose, **meeting, **times}])
    attending = {"meeting_id": id}
    await insert_rows(unit, models.MeetingUser, [attending | {"user_id": o.member.user_id}])
    await insert_rows(unit, models.MeetingContact, [attending | {"contact_id": o.contact_id}])


async def _goals(unit: Unit, o: Organisation, id: int) -> None:
    """A user's and a team's, both for the day on which the opportunity is closed."""
    for place, whose in enumerate(({"user_id": o.admin.user_id}, {"team_id": o.team_id})):
        period = {"start_date": _DAY, "end_date": _DAY, "pipeline_id": o.pipeline_id}
        target = {"metric": "REVENUE", "target_amount": AMOUNT, "currency": "GBP"}
        if place:
            target = {"metric": "COUNT", "target_count": AMOUNT}
        row = {"id": id + place, "name": WORD, "reached_at": _THEN}
        await insert_rows(unit, models.Goal, [row | whose | period | target])


async def _attachments(unit: Unit, o: Organisation, id: int) -> None:
    sha256 = "c" * 64
    file = {"sha256": sha256, "size": AMOUNT, "stored_at": _THEN, "idle_since": _THEN}
    await insert_rows(unit, models.StoredFile, [file])
    await insert_rows(unit, models.FileUsage, [{"bytes": AMOUNT}])
    shared = {"opportunity_id": id, "created_by_id": o.admin.user_id, "name": WORD}
    of_file = {"kind": "FILE", "size": AMOUNT, "content_type": WORD, "sha256": sha256}
    of_link = {"kind": "LINK", "link_url": f"https://{WORD}.example"}
    await insert_rows(unit, models.Attachment, [{"id": id} | shared | of_file])
    await insert_rows(unit, models.Attachment, [{"id": id + 1} | shared | of_link])


async def _token(unit: Unit, o: Organisation, id: int) -> None:
    digest = sha256(SECRET.encode()).digest()
    token = {"id": id, "user_id": o.admin.user_id, "name": WORD, "hint": WORD, "digest": digest}
    await insert_rows(unit, models.ApiToken, [{**token, "scopes": ["read", "write"]}])
    unit.session.add(models.TokenDigest(digest=digest, org_id=o.org_id, token_id=id))


async def _rates(unit: Unit, id: int) -> None:
    pair = {"from_currency": "GBP", "to_currency": "USD", "day": _DAY, "rate": AMOUNT}
    await insert_rows(unit, models.ExchangeRate, [{"id": id} | pair])


async def _migration(unit: Unit, o: Organisation, id: int) -> None:
    run: dict[str, object] = {"id": id, "pipeline_id": o.pipeline_id, "version_id": o.version_id}
    run |= {"policy": "MAP", "mapping": [WORD], "state": "DONE", "cursor": id, "ended_at": _THEN}
    run |= dict.fromkeys(("moved", "kept", "stayed", "undone"), AMOUNT)
    run |= {"created_by_id": o.admin.user_id, "request_id": WORD}
    await insert_rows(unit, models.PipelineMigration, [run])
    step = o.steps["Proposed"]
    record: dict[str, object] = {"migration_id": id, "opportunity_id": id, "to_step_id": step}
    record |= {"version_id": o.version_id, "step_id": step, "entered_at": _THEN}
    record |= {"probability": 10, "probability_is_manual": True, "actual_close_date": _DAY}
    await insert_rows(unit, models.MigratedRecord, [record | {"record_version": AMOUNT}])


async def _records(unit: Unit, o: Organisation, id: int) -> None:
    about = {"id": id, "aggregate": "Opportunity", "aggregate_id": str(id)}
    outbox = {"sequence": 1, "type": WORD, "payload": {WORD: WORD}, "created_at": _THEN}
    await insert_rows(unit, models.Outbox, [about | outbox])
    audit = {"verb": WORD, "before": {WORD: WORD}, "after": {WORD: WORD}, "request_id": WORD}
    by = {"actor_id": o.admin.user_id, "at": _THEN}
    await insert_rows(unit, models.Audit, [about | audit | by])
    key = {"actor_id": o.admin.user_id, "key": WORD, "path": WORD, "fingerprint": WORD.encode()}
    await insert_rows(unit, models.IdempotencyKey, [{**key, "response": {WORD: WORD}}])


_ABOUT = ("opportunity_id", "lead_id", "comment_id", "task_id")


async def _notifications(unit: Unit, o: Organisation, id: int) -> None:
    told = {"id": id, "user_id": o.admin.user_id, "kind": "ASSIGNED", "cause": WORD, "at": _THEN}
    about = {**dict.fromkeys(_ABOUT, id), "title": WORD, "text": WORD}
    await insert_rows(unit, models.Notification, [{**told, **about, "read_at": _THEN}])
    mail = {"notification_id": id, "due_at": _THEN, "created_at": _THEN, "ended_at": _THEN}
    await insert_rows(unit, models.Mail, [{**mail, "state": "GIVEN_UP", "trouble": WORD}])
    refusal = {"user_id": o.admin.user_id, "kind": "STALLED"}
    await insert_rows(unit, models.MailRefusal, [refusal])
    job = {"name": WORD, "day": _DAY, "due_at": _THEN, "ran_at": _THEN, "trouble": WORD}
    await insert_rows(unit, models.Job, [job])


async def _what_was_there(unit: Unit, o: Organisation, id: int) -> None:
    """The columns that the seeds leave empty or give every organisation alike."""
    marked: dict[type[models.Tenant], dict[str, object]] = {
        models.Account: {
            **dict.fromkeys(
                ("email", "phone", "website", "industry", "description", "external_id"), WORD
            ),
            "owner_id": o.admin.user_id,
        },
        models.Contact: dict.fromkeys(("phone", "job_title", "external_id"), WORD),
        models.CourseTemplate: {
            "description": WORD,
            "code": WORD + models.CourseTemplate.code,
        },
        models.Event: dict.fromkeys(("location", "code"), WORD),
        models.LearningPath: dict.fromkeys(("description", "code"), WORD),
        models.Product: dict.fromkeys(("description", "sku"), WORD),
        models.Team: {"description": WORD},
        models.Tag: {"colour": "#666777"},
        models.Opportunity: {"active_invoice_id": id, "board_place": WORD, "follows_id": id},
    }
    for model, values in marked.items():
        await unit.session.execute(update(model).where(model.org_id == o.org_id).values(**values))
