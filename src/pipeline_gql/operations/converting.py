"""`lead { convert }`: an account, a contact and an opportunity come of a lead, once, or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pipeline_gql.domain.attributes import Given
from pipeline_gql.domain.errors import Path, Ref
from pipeline_gql.domain.leads import CONVERTED, names_of
from pipeline_gql.domain.opportunities import Part, contact_role
from pipeline_gql.domain.problems import Problems
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations import accounts, contacts, named
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.leads import require_open
from pipeline_gql.operations.opening import CARRIED, Create, open_new
from pipeline_gql.operations.recording import check_version, record
from pipeline_gql.store import attachments, comments, customers, leads, models, references
from pipeline_gql.store.database import Unit


@dataclass(frozen=True, slots=True)
class ConvertLead:
    """None is absent: then the account is the one of the company's name, the contact the one of
    the address, and each is made where there is none. `name` is the opportunity's."""

    lead_id: int
    account_id: int | None = None
    contact_id: int | None = None
    first_name: str | None = None
    last_name: str | None = None
    contact_role: str | None = None
    name: str | None = None
    pipeline_id: int | None = None
    entry_step_id: int | None = None
    region_id: str | None = None
    financial_unit_id: str | None = None
    amount: Decimal | None = None
    expected_close_date: date | None = None
    attributes: Sequence[Given] | None = None
    expected_version: int | None = None


async def convert(unit: Unit, viewer: Viewer, command: ConvertLead) -> Done:
    """Under the lead's lock: who comes second finds it converted."""
    viewer.require(Permission.SELL, "convert", leads.TYPE)
    row = await leads.locked(unit, viewer, command.lead_id)
    await require_open(unit, viewer, row)
    await check_version(unit, Ref(leads.TYPE, row.id), row, command.expected_version)
    await _check(unit, command)
    before = await leads.facts(unit, row)
    account_id = command.account_id or await _account(unit, viewer, row)
    contact_id = command.contact_id or await _contact(unit, viewer, row, command, account_id)
    opening = await _opening(unit, row, command, account_id, contact_id)
    opportunity = await open_new(unit, viewer, opening, CARRIED)
    await comments.carry(unit, row.id, opportunity.id)
    await attachments.carry(unit, row.id, opportunity.id)
    row.status, row.converted_at, row.converted_by_id = CONVERTED, unit.now, viewer.user_id
    row.opportunity_id, row.account_id, row.contact_id = opportunity.id, account_id, contact_id
    record(
        unit,
        viewer,
        Ref(leads.TYPE, row.id),
        row,
        verb="convert",
        event="lead.converted",
        before=before,
        after=await leads.facts(unit, row),
        payload={"opportunity": opportunity.id, "account": account_id, "contact": contact_id},
    )
    return Done({"lead": row.id})


async def _check(unit: Unit, command: ConvertLead) -> None:
    given = {"account_id": ("Account", command.account_id)}
    given["contact_id"] = ("Contact", command.contact_id)
    refs: dict[Path, Ref] = {
        (name,): Ref(type, key) for name, (type, key) in given.items() if key is not None
    }
    problems = Problems()
    await named.check(unit, refs, problems)
    problems.check(contact_role, command.contact_role, ("contact_role",))
    problems.raise_if_any()


async def _account(unit: Unit, viewer: Viewer, row: models.Lead) -> int | None:
    """None for a lead without a company."""
    if row.company is None:
        return None
    if found := await customers.account_named(unit, row.company):
        return found
    await customers.make_alone(unit)
    if found := await customers.account_named(unit, row.company):
        return found
    command = accounts.CreateAccount(name=row.company, owner_id=await _owner(unit, row))
    made = (await accounts.create(unit, viewer, command)).objects["account"]
    assert isinstance(made, int)
    return made


async def _contact(
    unit: Unit, viewer: Viewer, row: models.Lead, command: ConvertLead, account_id: int | None
) -> int:
    if row.email and (found := await customers.contact_with(unit, row.email)):
        return found
    first, last = names_of(row.name, command.first_name, command.last_name)
    await customers.make_alone(unit)
    if row.email and (found := await customers.contact_with(unit, row.email)):
        return found
    about = {"email": row.email, "phone": row.phone, "job_title": row.job_title}
    asked = contacts.CreateContact(first, last, account_id=account_id, **about)
    made = (await contacts.create(unit, viewer, asked)).objects["contact"]
    assert isinstance(made, int)
    return made


async def _owner(unit: Unit, row: models.Lead) -> int | None:
    """An account is owned by somebody who is there."""
    owner = row.owner_id
    return None if owner is None or await references.retired(unit, {Ref("User", owner)}) else owner


async def _opening(
    unit: Unit,
    row: models.Lead,
    command: ConvertLead,
    account_id: int | None,
    contact_id: int,
) -> Create:
    links = await leads.links(unit, row.id)
    return Create(
        (row.company or row.name) if command.name is None else command.name,
        region_id=command.region_id,
        financial_unit_id=command.financial_unit_id,
        account_id=account_id,
        pipeline_id=command.pipeline_id,
        entry_step_id=command.entry_step_id,
        contact_ids=[Part(contact_id, command.contact_role, primary=True)],
        owner_id=row.owner_id,
        amount=command.amount,
        expected_close_date=command.expected_close_date,
        lead_source=row.source,
        description=row.description,
        assigned_to_ids=links["assigned_to_ids"],
        team_ids=links["team_ids"],
        tags=links["tags"],
        attributes=command.attributes,
    )
