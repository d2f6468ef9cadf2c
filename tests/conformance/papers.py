"""Registrations, invoices and issued tokens of the made-up organisation."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import update

from pipeline_gql.store import models

if TYPE_CHECKING:
    from tests.conformance.world import World

CURRENCIES = ["USD", "GBP", "JPY", "KWD", "CLF"]


async def write(w: "World") -> None:
    b = w.o.base
    for i in range(1, 9):
        hung = {"opportunity_id": w.maybe(w.pick([1, 2, 3, 4])), "account_id": b + 1}
        await _invoice(w, i, hung)
        made_of = {"interest_id": w.maybe(b + i), "event_id": b + 1, "quantity": 1}
        await w.rows(models.Registration, [{"id": b + i} | made_of | hung | w.ages()])
        for contact in w.random.sample(range(1, 6), i % 3):
            learner = {"registration_id": b + i, "contact_id": b + contact}
            await w.rows(models.RegistrationLearner, [learner])
        key = {"key": f"{b + i:032x}", "training_token_type_key": w.o.token_type_key}
        more = {"interest_id": w.maybe(b + i), "revoked_at": w.maybe(w.now, 0.3)}
        await w.rows(models.TokenIssue, [key | more | {"quantity": i} | hung | w.ages()])
    table = models.Opportunity
    for i in range(1, 5):
        await w.unit.session.execute(
            update(table)
            .where(table.org_id == w.o.org_id, table.id == b + i)
            .values(active_invoice_id=w.maybe(b + i), follows_id=w.maybe(w.pick([5, 6, 7])))
        )


async def _invoice(w: "World", i: int, hung: dict[str, Any]) -> None:
    """Drafts first: lines cannot be added to others."""
    b, currency = w.o.base, w.random.choice(CURRENCIES)
    total = {"net_total": 1_234_500, "grand_total": 1_234_500, "currency": currency}
    await w.rows(models.Invoice, [{"id": b + i} | hung | total | w.ages()])
    for n in range(1, 1 + i % 4):
        unit = w.units(currency)
        await w.rows(models.InvoiceLine, [{
            "id": b + 10 * i + n, "invoice_id": b + i, "position": 4 - n, "currency": currency,
            "interest_id": w.maybe(b + n), "description": w.text(), "quantity": n,
            "unit_amount": unit, "discount_amount": unit if n == 2 else 0,
            "tax_type_id": w.maybe(b + n), "tax_rate": w.maybe(n * 12_345),
        }])  # fmt: skip
    state = w.random.choice(["Draft", "Final", "Void"])
    if state == "Draft":
        return
    number = w.maybe(f"N-{i}") if state == "Void" else f"N-{i}"
    ended = {
        "lifecycle_state": state, "number": number, "finalised_at": number and w.now,
        "voided_at": w.now if state == "Void" else None,
    }  # fmt: skip
    table = models.Invoice
    await w.unit.session.execute(
        update(table).where(table.org_id == w.o.org_id, table.id == b + i).values(**ended)
    )
