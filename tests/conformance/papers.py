"""Registrations, invoices and issued tokens: what their fields mean, and some of them."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import update

from pipeline_gql.store import models
from tests.conformance.hanging import Hanging
from tests.conformance.meaning import Object, once
from tests.conformance.rows import Row, moment

if TYPE_CHECKING:
    from tests.conformance.world import World


class PaperObjects(Hanging):
    def brought(self, o: Row) -> Object:
        """What hangs on an opportunity because it was moved."""
        before = self.tables.one("opportunity", id=o.follows_id)
        return {
            "invoices": self._of("Invoice", "invoice", o),
            "registrations": self._of("Registration", "registration", o),
            "tokenIssues": self._of("TokenIssue", "token_issue", o),
            "followsFrom": self.lazily("Opportunity", before and self.sees(before) and before.id),
            "followOns": self.listed(
                "Opportunity", lambda: self.tables.where("opportunity", follows_id=o.id)
            ),
        }

    def _of(self, noun: str, table: str, o: Row) -> Any:
        return self.listed(noun, lambda: self.tables.where(table, opportunity_id=o.id))

    def _made_of(self, row: Row) -> Object:
        return {
            "sourceOpportunity": self.lazily("Opportunity", row.opportunity_id),
            "interest": self.lazily("OpportunityInterest", row.interest_id),
        }

    @once
    def registration(self, r: Row) -> Object:
        learning = self.tables.where("registration_learner", registration_id=r.id)
        people = [row.contact_id for row in learning]
        learners = self.listed("Contact", lambda: self.among("contact", people))
        return self.own("Registration", r) | self._made_of(r) | {"learners": learners}

    @once
    def invoice(self, i: Row) -> Object:
        totals = {"netTotal": "net_total", "taxTotal": "tax_total", "grandTotal": "grand_total"}
        lines = sorted(
            self.tables.where("invoice_line", invoice_id=i.id), key=lambda row: row.position
        )
        return self.own("Invoice", i) | self.money(i, **totals) | {
            "lifecycleState": i.lifecycle_state,
            "sourceOpportunity": self.lazily("Opportunity", i.opportunity_id),
            "lines": [self.line(row) for row in lines],
            "finalisedAt": moment(i.finalised_at),
            "voidedAt": moment(i.voided_at),
        }  # fmt: skip

    def line(self, row: Row) -> Object:
        amounts = {"unitAmount": "unit_amount", "totalAmount": "total_amount",
                   "discountAmount": "discount_amount", "netAmount": "net_amount",
                   "taxAmount": "tax_amount"}  # fmt: skip
        interest = self.lazily("OpportunityInterest", row.interest_id)
        return self.own("InvoiceLine", row) | self.money(row, **amounts) | {"interest": interest}

    @once
    def token_issue(self, t: Row) -> Object:
        revoked = {"revokedAt": moment(t.revoked_at)}
        return self.own("TokenIssue", t, "key") | self._made_of(t) | revoked


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
    total: dict[str, Any] = {"net_total": 1_234_500, "grand_total": 1_234_500, "currency": currency}
    total["region_code"] = w.maybe(w.o.regions[0])
    await w.rows(models.Invoice, [{"id": b + i} | hung | total | w.ages()])
    for n in range(1, 1 + i % 4):
        unit = w.units(currency)
        await w.rows(models.InvoiceLine, [{
            "id": b + 10 * i + n, "invoice_id": b + i, "position": 4 - n, "currency": currency,
            "interest_id": w.maybe(b + n), "description": w.text(), "quantity": n,
            "unit_amount": unit, "discount_amount": unit if n == 2 else 0,
            "tax_type_id": w.maybe(b + n),
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
