"""The draft of an invoice over what an opportunity is about."""

from collections.abc import Mapping

from pipeline_gql.domain.actions import CreateInvoice
from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.invoices import Line, lines_of, totals_of
from pipeline_gql.domain.money import written
from pipeline_gql.domain.spelling import counted
from pipeline_gql.operations.acting.deeds import Acting, Deed, did, skipped
from pipeline_gql.operations.recording import record
from pipeline_gql.store import interests, models, offers, sales
from pipeline_gql.store.offers import Item
from pipeline_gql.store.records import snapshot


async def create_invoice(acting: Acting, action: CreateInvoice) -> Deed:
    unit, row = acting.unit, acting.row
    if row.active_invoice_id is not None:
        return skipped("There is an invoice already.")
    found = await interests.of(unit, row.id)
    items = await offers.items(unit, map(interests.item_of, found))
    lines = lines_of([_line(items, each) for each in found], row.name, row.amount or 0)
    if not lines:
        return skipped("There is nothing to ask for.")
    totals = totals_of(lines)
    invoice = await sales.add_invoice(unit, row, lines, totals)
    row.active_invoice_id = invoice.id
    record(
        unit,
        acting.viewer,
        Ref("Invoice", invoice.id),
        invoice,
        verb="create",
        event="invoice.created",
        before=None,
        after=snapshot(invoice),
        payload=acting.told,
    )
    about = f"Drafted an invoice over {written(totals.grand, row.currency)}"
    about += f" with {counted(len(lines), 'line')}."
    return did(about, {"invoice": invoice.id}, Ref("Invoice", invoice.id))


def _line(items: Mapping[Ref, Item], interest: models.Interest) -> Line:
    return Line(
        items[interests.item_of(interest)].title,
        interest.quantity,
        interest.unit_amount,
        interest.discount_amount,
        interest.tax_amount,
        interest.tax_type_id,
        interest.id,
    )
