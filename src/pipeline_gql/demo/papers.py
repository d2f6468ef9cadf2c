"""What winning brought about in the demo: registrations, invoices, issued tokens."""

from datetime import datetime, timedelta

from pipeline_gql.demo.deals import Deal
from pipeline_gql.demo.rows import Row, Rows, since
from pipeline_gql.demo.wishes import add_hold, take_places
from pipeline_gql.domain.interests import Kind
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
        created_at=at,
    )


def _bill(rows: Rows, deal: Deal, at: datetime) -> int:
    """The active invoice: a draft at first, sent after some weeks, now and then corrected."""
    recent = at.date() > rows.day(-45)
    if not recent and deal.chance(0.15):
        _invoice(rows, deal, "Void", at)
    return _invoice(rows, deal, "Draft" if recent else "Final", at)


def _invoice(rows: Rows, deal: Deal, state: str, at: datetime) -> int:
    number = len(rows.of(models.Invoice)) + 1
    deal.changed(at)
    invoice = rows.numbered(
        models.Invoice,
        number=None if state == "Draft" else f"INV-{number:05d}",
        opportunity_id=deal.id,
        account_id=deal.row["account_id"],
        lifecycle_state=state,
        currency=deal.row["currency"],
        net_total=deal.row["net_total"],
        tax_total=deal.row["tax_total"],
        grand_total=deal.row["grand_total"],
        **since(at),
    )
    return invoice["id"]
