"""Registrations, invoices and issued tokens: what there is already, and what comes to it."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from pipeline_gql.domain.invoices import Line, Totals
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit


async def registered(unit: Unit, interest_ids: Collection[int]) -> set[int]:
    """Those of the interests whose places are booked."""
    registration = models.Registration
    rows = await unit.session.scalars(
        select(registration.interest_id).where(
            registration.org_id == unit.org_id,
            registration.interest_id.in_(interest_ids),
            registration.state == "ACTIVE",
        )
    )
    return {key for key in rows if key is not None}


async def issued(unit: Unit, interest_ids: Collection[int]) -> set[int]:
    """Those of the interests whose tokens were issued and not revoked."""
    issue = models.TokenIssue
    rows = await unit.session.scalars(
        select(issue.interest_id).where(
            issue.org_id == unit.org_id,
            issue.interest_id.in_(interest_ids),
            issue.revoked_at.is_(None),
        )
    )
    return {key for key in rows if key is not None}


async def add_learners(
    unit: Unit, registration: models.Registration, contact_ids: Iterable[int]
) -> None:
    unit.session.add_all(
        models.RegistrationLearner(
            org_id=unit.org_id, registration_id=registration.id, contact_id=key
        )
        for key in contact_ids
    )
    await unit.session.flush()


async def learners(unit: Unit, registration_id: int) -> list[int]:
    """The contacts who learn, by id."""
    learner = models.RegistrationLearner
    rows = await unit.session.scalars(
        select(learner.contact_id)
        .where(learner.org_id == unit.org_id, learner.registration_id == registration_id)
        .order_by(learner.contact_id)
    )
    return list(rows)


async def add_invoice(
    unit: Unit, opportunity: models.Opportunity, lines: Sequence[Line], totals: Totals
) -> models.Invoice:
    """A draft in the opportunity's region and currency."""
    invoice = models.Invoice(
        org_id=unit.org_id,
        opportunity_id=opportunity.id,
        account_id=opportunity.account_id,
        region_code=opportunity.region_code,
        currency=opportunity.currency,
        lifecycle_state="Draft",
        net_total=totals.net,
        tax_total=totals.tax,
        grand_total=totals.grand,
        created_at=unit.now,
        updated_at=unit.now,
    )
    unit.session.add(invoice)
    await unit.session.flush()
    for position, line in enumerate(lines, start=1):
        unit.session.add(_line(unit, invoice, position, line))
    await unit.session.flush()
    return invoice


def _line(unit: Unit, invoice: models.Invoice, position: int, line: Line) -> models.InvoiceLine:
    return models.InvoiceLine(
        org_id=unit.org_id,
        invoice_id=invoice.id,
        position=position,
        interest_id=line.interest_id,
        description=line.description,
        quantity=line.quantity,
        unit_amount=line.unit_amount,
        currency=invoice.currency,
        discount_amount=line.discount_amount,
        tax_type_id=line.tax_type_id,
        tax_amount=line.tax_amount,
    )


async def next_number(unit: Unit) -> int:
    """One more than the last: whoever asks next waits until this transaction ends, so that none
    is left out and none is given twice."""
    numbering = models.InvoiceNumbering
    first = insert(numbering).values(org_id=unit.org_id, last=0)
    await unit.session.execute(first.on_conflict_do_nothing())
    given = await unit.session.scalar(
        update(numbering)
        .where(numbering.org_id == unit.org_id)
        .values(last=numbering.last + 1)
        .returning(numbering.last)
        .execution_options(synchronize_session=False)
    )
    assert given is not None
    return given
