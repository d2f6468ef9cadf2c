"""What winning brought about in the demo: registrations, invoices, issued tokens."""

from collections import Counter
from datetime import datetime, timedelta
from random import Random

from pipeline_gql.demo.deals import Deal
from pipeline_gql.demo.rows import Row, Rows, since
from pipeline_gql.demo.wishes import add_hold, take_places, title_of
from pipeline_gql.domain.interests import Kind
from pipeline_gql.domain.invoices import Lifecycle, number_of
from pipeline_gql.domain.pipeline import State
from pipeline_gql.store import models

Links = list[Row]
"""Opportunities and their active invoices, which refer to each other: stored last."""


def add_papers(rows: Rows, deal: Deal, interests: list[Row]) -> Links:
    """For won deals; which of them have an active invoice."""
    if deal.state is not State.WON:
        return []
    at = deal.stops[-1].at + timedelta(seconds=1)
    for interest in interests:
        if interest["kind"] == Kind.EVENT:
            _register(rows, deal, interest, at)
        if interest["kind"] == Kind.TRAINING_TOKEN:
            _issue(rows, deal, interest, at)
    if deal.row["account_id"] is None or not deal.chance(0.8):
        return []
    return [{"id": deal.id, "active_invoice_id": _bill(rows, deal, at)}]


def _register(rows: Rows, deal: Deal, interest: Row, at: datetime) -> None:
    """Books the places, consuming the hold if there was one."""
    event = rows.by_id(models.Event)[interest["event_id"]]
    if not take_places(event, "booked", interest["quantity"]):
        return
    if deal.chance(0.5):
        add_hold(rows, interest, "CONVERTED", at)
    rows.numbered(
        models.Registration,
        event_id=event["id"],
        account_id=deal.row["account_id"],
        opportunity_id=deal.id,
        interest_id=interest["id"],
        quantity=interest["quantity"],
        state="ACTIVE",
        **since(at),
    )


def _issue(rows: Rows, deal: Deal, interest: Row, at: datetime) -> None:
    if deal.row["account_id"] is None:
        return
    rows.add(
        models.TokenIssue,
        key=f"{deal.random.getrandbits(128):032x}",
        training_token_type_key=interest["training_token_type_key"],
        account_id=deal.row["account_id"],
        opportunity_id=deal.id,
        interest_id=interest["id"],
        quantity=interest["quantity"],
        expires_at=interest["expires_at"],
        **since(at),
    )


def _bill(rows: Rows, deal: Deal, at: datetime) -> int:
    """The active invoice: a draft at first, made final after some days, now and then corrected."""
    random = Random(f"invoices of {deal.id}")
    recent = at.date() > rows.day(-45)
    if not recent and deal.chance(0.15):
        voided = at + timedelta(days=random.randrange(5, 12), hours=1)
        _invoice(rows, deal, "Void", at, at + timedelta(days=random.randrange(1, 5)), voided)
        at = voided + timedelta(hours=1)
    sent = at + timedelta(days=random.randrange(1, 15), minutes=random.randrange(300))
    return _invoice(rows, deal, "Draft" if recent else "Final", at, sent)


def _invoice(
    rows: Rows,
    deal: Deal,
    state: str,
    at: datetime,
    finalised_at: datetime,
    voided_at: datetime | None = None,
) -> int:
    """Its number follows when all are known; lines are stored while it is a draft."""
    deal.changed(at)
    times = {"finalised_at": None if state == "Draft" else finalised_at, "voided_at": voided_at}
    changes = [time for time in times.values() if time is not None]
    invoice = rows.numbered(
        models.Invoice,
        number=None,
        opportunity_id=deal.id,
        account_id=deal.row["account_id"],
        region_code=deal.row["region_code"],
        lifecycle_state=state,
        currency=deal.row["currency"],
        net_total=deal.row["net_total"],
        tax_total=deal.row["tax_total"],
        grand_total=deal.row["grand_total"],
        version=1 + len(changes),
        created_at=at,
        updated_at=max([at, *changes]),
        **times,
    )
    return invoice["id"]


def finish_papers(rows: Rows) -> list[Row]:
    """Once all deals are told: who was registered, what invoices ask for, and what makes drafts
    of them final or void once their lines are stored."""
    _register_others(rows)
    _register_learners(rows)
    for invoice in rows.of(models.Invoice):
        _add_lines(rows, invoice)
    return _ended(rows)


def _register_others(rows: Rows) -> None:
    """What is booked on events and came of no opportunity."""
    mine = Counter[int]()
    for registration in rows.of(models.Registration):
        mine[registration["event_id"]] += registration["quantity"]
    accounts = rows.of(models.Account)
    for event in rows.of(models.Event):
        if quantity := event["booked"] - mine[event["id"]]:
            rows.numbered(
                models.Registration,
                event_id=event["id"],
                account_id=accounts[event["id"] % len(accounts)]["id"],
                opportunity_id=None,
                interest_id=None,
                quantity=quantity,
                state="ACTIVE",
                **since(rows.at(-390)),
            )


def _register_learners(rows: Rows) -> None:
    """Whoever was only a name became a contact."""
    registered = {row["interest_id"]: row for row in rows.of(models.Registration)}
    for learner in rows.of(models.InterestLearner):
        if (registration := registered.get(learner["interest_id"])) is None:
            continue
        if learner["contact_id"] is None:
            learner["contact_id"] = _contact(rows, registration, learner)
        key = {"registration_id": registration["id"], "contact_id": learner["contact_id"]}
        rows.add(models.RegistrationLearner, **key)


def _contact(rows: Rows, registration: Row, learner: Row) -> int:
    names = {name: learner[name] for name in ("first_name", "last_name", "email")}
    contact = rows.numbered(
        models.Contact,
        account_id=registration["account_id"],
        name=f"{names['first_name']} {names['last_name']}",
        phone=None,
        job_title=None,
        external_id=None,
        **names,
        **since(registration["created_at"]),
    )
    return contact["id"]


def _add_lines(rows: Rows, invoice: Row) -> None:
    """One for each interest; without any, one for the amount."""
    deal = rows.by_id(models.Opportunity)[invoice["opportunity_id"]]
    wanted = [row for row in rows.of(models.Interest) if row["opportunity_id"] == deal["id"]]
    lines: list[Row] = [
        {
            "interest_id": row["id"],
            "description": title_of(rows, row),
            **{name: row[name] for name in ("quantity", "unit_amount", "discount_amount")},
            **{name: row[name] for name in ("tax_type_id", "tax_amount")},
        }
        for row in wanted
    ]
    alone = {"interest_id": None, "tax_type_id": None, "quantity": 1}
    sums = {"unit_amount": invoice["net_total"], "discount_amount": 0, "tax_amount": 0}
    by_hand = {**alone, **sums, "description": deal["name"]}
    for position, line in enumerate(lines or [by_hand], start=1):
        said = {"invoice_id": invoice["id"], "position": position, "currency": invoice["currency"]}
        rows.numbered(models.InvoiceLine, **said, **line)


def _ended(rows: Rows) -> list[Row]:
    """Numbered in the order in which they were made final."""
    final = [row for row in rows.of(models.Invoice) if row["finalised_at"] is not None]
    final.sort(key=lambda row: (row["finalised_at"], row["id"]))
    ended: list[Row] = []
    for count, row in enumerate(final, start=1):
        ended.append(
            {"id": row["id"], "lifecycle_state": row["lifecycle_state"], "number": number_of(count)}
        )
        row["lifecycle_state"] = Lifecycle.DRAFT.value
    rows.add(models.InvoiceNumbering, last=len(final))
    return ended
