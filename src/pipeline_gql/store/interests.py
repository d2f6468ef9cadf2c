"""What customers want, who will learn, and the sums of it."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Integer,
    bindparam,
    cast,
    delete,
    exists,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.facts import is_key
from pipeline_gql.domain.interests import Learner
from pipeline_gql.store import models
from pipeline_gql.store.catalogue import ITEM_COLUMNS
from pipeline_gql.store.database import Unit
from pipeline_gql.store.questions import ORG, Asked, Question
from pipeline_gql.store.records import Facts, snapshot


@dataclass(frozen=True, slots=True)
class Sum:
    """How many interests there are and what they come to, in ten-thousandths."""

    count: int
    net: int
    tax: int


async def by_ids(
    unit: Unit, opportunity_id: int, interest_ids: Sequence[int]
) -> dict[int, models.Interest]:
    """Those of the ids that are interests of the opportunity, as they are now."""
    interest = models.Interest
    rows = await unit.session.scalars(
        select(interest)
        .where(
            interest.org_id == unit.org_id,
            interest.opportunity_id == opportunity_id,
            interest.id.in_([key for key in interest_ids if is_key(key)]),
        )
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


async def of(unit: Unit, opportunity_id: int) -> list[models.Interest]:
    """All of an opportunity's as they are now, by their position."""
    interest = models.Interest
    await unit.flush()
    rows = await unit.session.scalars(
        select(interest)
        .where(interest.org_id == unit.org_id, interest.opportunity_id == opportunity_id)
        .order_by(interest.position)
        .execution_options(populate_existing=True)
    )
    return list(rows)


async def opportunity_of(unit: Unit, interest_id: int) -> int | None:
    """The id of the opportunity that an interest belongs to."""
    interest = models.Interest
    if not is_key(interest_id):
        return None
    return await unit.session.scalar(
        select(interest.opportunity_id).where(
            interest.org_id == unit.org_id, interest.id == interest_id
        )
    )


async def order(unit: Unit, opportunity_id: int) -> list[int]:
    """The ids of an opportunity's interests by their position."""
    return (await order_and_sum(unit, opportunity_id))[0]


async def sum_of(unit: Unit, opportunity_id: int) -> Sum:
    """Of all interests of an opportunity."""
    return (await order_and_sum(unit, opportunity_id))[1]


async def order_and_sum(unit: Unit, opportunity_id: int) -> tuple[list[int], Sum]:
    rows = await unit.rows(which_order(opportunity_id))
    net, tax = sum(row["net_amount"] for row in rows), sum(row["tax_amount"] for row in rows)
    return [row["id"] for row in rows], Sum(len(rows), net, tax)


def which_order(opportunity_id: int) -> Asked:
    """What these three ask."""
    return Asked(_ORDER, {"opportunity_id": opportunity_id})


async def arrange(unit: Unit, opportunity_id: int, order: Sequence[int]) -> None:
    """Gives all interests of an opportunity the positions of this order.

    What had another one is a version older afterwards; rows in memory are not told: read them
    again.
    """
    values = {"opportunity_id": opportunity_id, "order": list(order), "now": unit.now}
    await unit.rows(Asked(_ARRANGE, values))


def item_of(interest: models.Interest) -> Ref:
    """What is wanted, by GraphQL type and key."""
    keys = {type: getattr(interest, column) for type, column in ITEM_COLUMNS.items()}
    return next(Ref(type, key) for type, key in keys.items() if key is not None)


async def learners(unit: Unit, interest_id: int) -> list[models.InterestLearner]:
    """In the order in which they were named."""
    return await unit.found(models.InterestLearner, Asked(_LEARNERS, {"interest_id": interest_id}))


async def set_learners(
    unit: Unit, interest_id: int, contact_ids: Sequence[int], new: Sequence[Learner]
) -> None:
    """Exactly these people."""
    learner = models.InterestLearner
    await unit.session.execute(
        delete(learner).where(learner.org_id == unit.org_id, learner.interest_id == interest_id)
    )
    add_learners(unit, interest_id, contact_ids, new)
    await unit.flush()


def add_learners(
    unit: Unit, interest_id: int, contact_ids: Sequence[int], new: Sequence[Learner]
) -> list[Facts]:
    """These people too; as an audit keeps them."""
    people: list[Facts] = [{"contact_id": key} for key in contact_ids]
    people += [asdict(person) for person in new]
    for person in people:
        unit.add(models.InterestLearner, org_id=unit.org_id, interest_id=interest_id, **person)
    return [_of_learner(models.InterestLearner(**person)) for person in people]


async def facts(unit: Unit, interests: Iterable[models.Interest]) -> Facts:
    """Interests as an audit keeps them, by id, with their learners."""
    kept: Facts = {}
    for interest in interests:
        people = [_of_learner(learner) for learner in await learners(unit, interest.id)]
        kept |= facts_of(interest, people)
    return kept


def facts_of(interest: models.Interest, people: Sequence[Facts]) -> Facts:
    """One of these, whose learners are known."""
    told = _without(snapshot(interest), "id", "opportunity_id")
    return {str(interest.id): {**told, "learners": list(people)}}


def _of_learner(learner: models.InterestLearner) -> Facts:
    return _without(snapshot(learner), "id", "interest_id")


def _without(facts: Facts, *names: str) -> Facts:
    return {name: value for name, value in facts.items() if name not in names}


async def is_fulfilled(unit: Unit, interest_id: int) -> bool:
    """Whether registrations were made, tokens issued or invoices written for it that stand."""
    registration, issue = models.Registration, models.TokenIssue
    line, invoice = models.InvoiceLine, models.Invoice
    asked = exists().where(
        line.org_id == unit.org_id,
        line.interest_id == interest_id,
        invoice.org_id == unit.org_id,
        invoice.id == line.invoice_id,
        invoice.lifecycle_state != "Void",
    )
    made = exists().where(
        registration.org_id == unit.org_id, registration.interest_id == interest_id
    )
    issued = exists().where(issue.org_id == unit.org_id, issue.interest_id == interest_id)
    return bool(await unit.session.scalar(select(made | issued | asked)))


async def remove(unit: Unit, interest: models.Interest) -> None:
    """Deletes an interest with its learners and the history of its holds, all released before."""
    for table in (models.InterestLearner, models.SeatHold):
        await unit.session.execute(
            delete(table).where(table.org_id == unit.org_id, table.interest_id == interest.id)
        )
    await unit.session.delete(interest)
    await unit.session.flush()


def _order() -> Question:
    interest = models.Interest
    return Question(
        select(interest.id, interest.net_amount, interest.tax_amount)
        .where(interest.org_id == ORG, interest.opportunity_id == _OPPORTUNITY)
        .order_by(interest.position)
    )


def _arrange() -> Question:
    interest = models.Interest
    wanted = func.unnest(bindparam("order", type_=ARRAY(BigInteger)))
    wanted = wanted.table_valued("id", with_ordinality="place", name="wanted").render_derived()
    place = cast(wanted.c.place, Integer)
    now = bindparam("now", type_=DateTime(timezone=True))
    return Question(
        update(interest)
        .where(
            interest.org_id == ORG,
            interest.opportunity_id == _OPPORTUNITY,
            interest.id == wanted.c.id,
            interest.position != place,
        )
        .values(position=place, version=interest.version + 1, updated_at=now)
        .returning(interest.id)
    )


def _learners() -> Question:
    learner = models.InterestLearner
    wanted = bindparam("interest_id", type_=BigInteger)
    return Question(
        select(learner)
        .where(learner.org_id == ORG, learner.interest_id == wanted)
        .order_by(learner.id)
    )


_OPPORTUNITY: Any = bindparam("opportunity_id", type_=BigInteger)
_ORDER, _ARRANGE, _LEARNERS = _order(), _arrange(), _learners()
