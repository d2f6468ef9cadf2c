"""What people of the demo say about their deals, and the documents they point to."""

from datetime import datetime, timedelta

from pipeline_gql.demo.deals import Deal
from pipeline_gql.demo.documents import attach_document, attach_link
from pipeline_gql.demo.people import MEMBER, USERS
from pipeline_gql.demo.rows import Row, Rows, since
from pipeline_gql.store import models

ADMIN, MANAGER = 1, 2
REMARKS = (
    "Spoke to the buyer: the budget is there, the date is not.",
    "They ask for two groups instead of one.",
    "Procurement wants our insurance certificate.",
    "The room in their office seats twelve.",
    "Sent the outline, waiting for an answer.",
    "A competitor quoted less, without materials.",
)
ANSWERS = ("Thanks, noted.", "I will call them tomorrow.", "Good. Keep me posted.")


def add_talk(rows: Rows, deal: Deal) -> None:
    """Deal 1 has a conversation with a mention and a document; others a remark now and then."""
    if deal.id == 1:
        _discuss(rows, deal)
    elif deal.chance(0.35):
        at = _later(rows, deal, 1)
        first = _say(rows, deal, deal.row["owner_id"] or MANAGER, _remark(deal), at)
        if deal.chance(0.4):
            answer = deal.random.choice(ANSWERS)
            _say(rows, deal, MANAGER, answer, at + timedelta(seconds=90), first)


def _discuss(rows: Rows, deal: Deal) -> None:
    email = f"{USERS[MEMBER - 1][0].split()[0].lower()}@demo.example"
    asked = _say(
        rows, deal, MANAGER, f"@{email} can we hold the places until the summer?", rows.at(-12, 11)
    )
    rows.add(models.CommentMention, comment_id=asked["id"], user_id=MEMBER, is_explicit=False)
    answered = _say(rows, deal, MEMBER, "Yes, they sign in June.", rows.at(-12, 15), asked)
    _edited(rows, answered, "Yes, they sign in May.", rows.at(-11, 9))
    _say(rows, deal, ADMIN, "The framework agreement is attached.", rows.at(-8, 10))
    url = "https://documents.example/frameworks/administrate.pdf"
    at = rows.at(-8, 10, 5)
    attach_link(rows, "Framework agreement", url, ADMIN, at, opportunity_id=deal.id)
    attach_document(rows, deal.id, MEMBER, rows.at(-7, 14))


def _edited(rows: Rows, comment: Row, before: str, at: datetime) -> None:
    """Its author found better words then."""
    comment |= {"edited_at": at, "updated_at": at, "version": comment["version"] + 1}
    rows.numbered(
        models.CommentEdit,
        opportunity_id=comment["opportunity_id"],
        lead_id=comment["lead_id"],
        comment_id=comment["id"],
        body=before,
        editor_id=comment["author_id"],
        at=at,
    )


def talk_about_lead(rows: Rows, lead: Row) -> None:
    """What was said of a lead, and the page that tells more of it."""
    at = min(lead["created_at"] + timedelta(hours=2), rows.at(0, 0))
    _comment(rows, MEMBER, "Wants a course for twelve people before the summer.", at, lead["id"])
    attach_link(rows, "Who they are", "https://www.leads.example/", MEMBER, at, lead_id=lead["id"])


def _say(
    rows: Rows, deal: Deal, author: int, body: str, at: datetime, reply_to: Row | None = None
) -> Row:
    parent_id = reply_to["id"] if reply_to else None
    return _comment(rows, author, body, at, None, opportunity_id=deal.id, parent_id=parent_id)


def _comment(
    rows: Rows,
    author: int,
    body: str,
    at: datetime,
    lead_id: int | None,
    *,
    opportunity_id: int | None = None,
    parent_id: int | None = None,
) -> Row:
    return rows.numbered(
        models.Comment,
        opportunity_id=opportunity_id,
        lead_id=lead_id,
        parent_id=parent_id,
        author_id=author,
        body=body,
        edited_at=None,
        deleted_at=None,
        deleted_by_id=None,
        **since(at),
    )


def _remark(deal: Deal) -> str:
    return deal.random.choice(REMARKS)


def _later(rows: Rows, deal: Deal, days: int) -> datetime:
    """So many days after its last move, but not in the future."""
    last = deal.stops[-1].at
    return max(last, min(last + timedelta(days=days, hours=1), rows.at(-1, 20)))
