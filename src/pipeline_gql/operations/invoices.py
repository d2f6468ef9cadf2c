"""Invoices: made final, which gives them their number, or taken back."""

from pipeline_gql.domain.errors import Path, Ref
from pipeline_gql.domain.invoices import Lifecycle, number_of, require_draft
from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.papers import NamedPaper, close, opened
from pipeline_gql.operations.recording import record
from pipeline_gql.store import models, opportunities, sales
from pipeline_gql.store.database import Unit
from pipeline_gql.store.records import snapshot

PATH: Path = ("invoice_id",)


async def finalise(unit: Unit, viewer: Viewer, command: NamedPaper) -> Done:
    """Gives a draft the next number; from then on it does not change."""
    _, row = await opened(unit, viewer, models.Invoice, command, "finalise", PATH)
    if row.lifecycle_state == Lifecycle.FINAL:
        return Done({"invoice": row.id})
    require_draft(row.lifecycle_state, row.id, PATH)
    before = snapshot(row)
    # Last of all that waits for others: numbers are given one at a time.
    row.number = number_of(await sales.next_number(unit))
    row.lifecycle_state, row.finalised_at = Lifecycle.FINAL.value, unit.now
    close(unit, viewer, row, "finalise", "invoice.finalised", before)
    return Done({"invoice": row.id})


async def void(unit: Unit, viewer: Viewer, command: NamedPaper) -> Done:
    """Takes it back, draft or final; its number is not given again. Where it was the
    opportunity's active invoice there is none then, and the next win makes another."""
    opportunity, row = await opened(unit, viewer, models.Invoice, command, "void", PATH)
    if row.lifecycle_state == Lifecycle.VOID:
        return Done({"invoice": row.id})
    if opportunity is not None and opportunity.active_invoice_id == row.id:
        await _forget(unit, viewer, opportunity)
    before = snapshot(row)
    row.lifecycle_state, row.voided_at = Lifecycle.VOID.value, unit.now
    close(unit, viewer, row, "void", "invoice.voided", before)
    return Done({"invoice": row.id})


async def _forget(unit: Unit, viewer: Viewer, opportunity: models.Opportunity) -> None:
    before = await opportunities.facts(unit, opportunity)
    opportunity.active_invoice_id = None
    record(
        unit,
        viewer,
        Ref(opportunities.TYPE, opportunity.id),
        opportunity,
        verb="voidInvoice",
        event="opportunity.invoice_voided",
        before=before,
        after=await opportunities.facts(unit, opportunity),
    )
