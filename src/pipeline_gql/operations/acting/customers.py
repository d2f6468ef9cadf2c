"""Who buys and who learns, made of what the opportunity says of them."""

from pipeline_gql.domain.actions import CreateAccount, CreateContact
from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.opportunities import Part
from pipeline_gql.domain.problems import missing
from pipeline_gql.operations import accounts, contacts
from pipeline_gql.operations.acting.deeds import Acting, Deed, did, skipped
from pipeline_gql.store import customers, interests, models, opportunities, references, rows
from pipeline_gql.store.database import Unit


async def create_account(acting: Acting, action: CreateAccount) -> Deed:
    """The main contact's account, or one of that name, is taken before one is made."""
    unit, row = acting.unit, acting.row
    if row.account_id is not None:
        return skipped("The opportunity has an account already.")
    contact = await rows.find(unit, models.Contact, row.contact_id) if row.contact_id else None
    if contact is not None and contact.account_id is not None:
        row.account_id = contact.account_id
        return did("Took the account of the main contact.")
    name = action.name or row.name
    row.account_id = await _account_named(unit, name)
    if row.account_id is not None:
        return did(f"Took the account that is called {name} already.")
    command = accounts.CreateAccount(name, row.region_code, await _active(unit, row.owner_id))
    made = (await accounts.create(unit, acting.viewer, command)).objects["account"]
    assert isinstance(made, int)
    row.account_id = made
    return did(f"Created the account {name}.", {"account": made}, Ref("Account", made))


async def _account_named(unit: Unit, name: str) -> int | None:
    if found := await customers.account_named(unit, name):
        return found
    await customers.make_alone(unit)
    return await customers.account_named(unit, name)


async def _active(unit: Unit, user_id: int | None) -> int | None:
    """An account is owned by somebody who is there."""
    gone = user_id is None or await references.retired(unit, {Ref("User", user_id)})
    return None if gone else user_id


async def create_contact(acting: Acting, action: CreateContact) -> Deed:
    unit, row = acting.unit, acting.row
    if row.contact_id is not None:
        return skipped("The opportunity has a main contact already.")
    for interest in await interests.of(unit, row.id):
        for learner in await interests.learners(unit, interest.id):
            contact_id, is_new = await contact_of(acting, learner)
            part = Part(contact_id, action.role, primary=True)
            await opportunities.set_contacts(unit, row.id, [part])
            row.contact_id = contact_id
            if not is_new:
                return did("Took a learner who is a contact already.")
            about = f"Created a contact of {learner.first_name} {learner.last_name}."
            return did(about, {"contact": contact_id}, Ref("Contact", contact_id))
    raise missing(("contact_ids",), "there is no learner to make a contact of")


async def contact_of(acting: Acting, learner: models.InterestLearner) -> tuple[int, bool]:
    """The contact who learns, and whether there was none: somebody known by name becomes one,
    unless the address is a contact's already."""
    if learner.contact_id is not None:
        return learner.contact_id, False
    found = learner.email and await customers.contact_with(acting.unit, learner.email)
    if not found:
        await customers.make_alone(acting.unit)
        found = learner.email and await customers.contact_with(acting.unit, learner.email)
    contact_id = found or await _made(acting, learner)
    learner.contact_id = contact_id
    await acting.unit.session.flush()
    return contact_id, not found


async def _made(acting: Acting, learner: models.InterestLearner) -> int:
    asked = contacts.CreateContact(
        learner.first_name, learner.last_name, learner.email, account_id=acting.row.account_id
    )
    made = (await contacts.create(acting.unit, acting.viewer, asked)).objects["contact"]
    assert isinstance(made, int)
    return made
