"""What customers want, who will learn, and the sums of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, exists, func, select

from pipeline_gql.domain.errors import NotFound, Path, Ref
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit


@dataclass(frozen=True, slots=True)
class Sum:
    """How many interests there are and what they come to, in ten-thousandths."""

    count: int
    net: int
    tax: int


async def by_ids(
    unit: Unit, opportunity_id: int, interest_ids: Sequence[int], path: Path
) -> list[models.Interest]:
    """Interests of one opportunity, in the order asked for; raises NotFound for the first other."""
    interest = models.Interest
    rows = await unit.session.scalars(
        select(interest).where(
            interest.org_id == unit.org_id,
            interest.opportunity_id == opportunity_id,
            interest.id.in_(interest_ids),
        )
    )
    found = {row.id: row for row in rows}
    for position, key in enumerate(interest_ids):
        if key not in found:
            ref = Ref("OpportunityInterest", key)
            raise NotFound(type="Interest", id=ref, value=ref, path=(*path, position))
    return [found[key] for key in interest_ids]


async def opportunity_of(unit: Unit, interest_id: int) -> int | None:
    """The id of the opportunity that an interest belongs to."""
    interest = models.Interest
    return await unit.session.scalar(
        select(interest.opportunity_id).where(
            interest.org_id == unit.org_id, interest.id == interest_id
        )
    )


async def sum_of(unit: Unit, opportunity_id: int) -> Sum:
    """Of all interests of an opportunity."""
    interest = models.Interest
    await unit.session.flush()
    row = await unit.session.execute(
        select(func.count(), func.sum(interest.net_amount), func.sum(interest.tax_amount)).where(
            interest.org_id == unit.org_id, interest.opportunity_id == opportunity_id
        )
    )
    count, net, tax = row.one()
    return Sum(count, int(net or 0), int(tax or 0))


async def learners(unit: Unit, interest_id: int) -> list[models.InterestLearner]:
    """In the order in which they were named."""
    learner = models.InterestLearner
    rows = await unit.session.scalars(
        select(learner)
        .where(learner.org_id == unit.org_id, learner.interest_id == interest_id)
        .order_by(learner.id)
    )
    return list(rows)


async def contacts_among(unit: Unit, contact_ids: Collection[int]) -> set[int]:
    """Those of the ids that are contacts."""
    contact = models.Contact
    found = await unit.session.scalars(
        select(contact.id).where(contact.org_id == unit.org_id, contact.id.in_(contact_ids))
    )
    return set(found)


async def is_fulfilled(unit: Unit, interest_id: int) -> bool:
    """Whether registrations were made or tokens issued for it."""
    registration, issue = models.Registration, models.TokenIssue
    made = exists().where(
        registration.org_id == unit.org_id, registration.interest_id == interest_id
    )
    issued = exists().where(issue.org_id == unit.org_id, issue.interest_id == interest_id)
    return bool(await unit.session.scalar(select(made | issued)))


async def remove(unit: Unit, interest: models.Interest) -> None:
    """Deletes an interest with its learners and the history of its holds, all released before."""
    for table in (models.InterestLearner, models.SeatHold):
        await unit.session.execute(
            delete(table).where(table.org_id == unit.org_id, table.interest_id == interest.id)
        )
    await unit.session.delete(interest)
    await unit.session.flush()
