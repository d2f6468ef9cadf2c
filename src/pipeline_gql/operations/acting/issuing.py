"""Training tokens, given to the account of an opportunity."""

import secrets

from pipeline_gql.domain.actions import IssueTrainingTokens
from pipeline_gql.domain.errors import Ref, Refusal, Remedy
from pipeline_gql.domain.problems import Problems, invalid, missing
from pipeline_gql.domain.spelling import counted
from pipeline_gql.operations import terms
from pipeline_gql.operations.acting.deeds import Acting, Deed, did, skipped
from pipeline_gql.operations.recording import record
from pipeline_gql.store import interests, models, offers, rows, sales
from pipeline_gql.store.records import snapshot

TYPE = "TokenIssue"


async def issue_training_tokens(acting: Acting, action: IssueTrainingTokens) -> Deed:
    """All interests in tokens or none of them."""
    unit = acting.unit
    found = await interests.of(unit, acting.row.id)
    wanted = [each for each in found if each.training_token_type_key is not None]
    if not wanted:
        return skipped("There is no interest in training tokens.")
    made = await sales.issued(unit, [each.id for each in wanted])
    left = [each for each in wanted if each.id not in made]
    if not left:
        return skipped("All training tokens are issued already.")
    account_id = await _account(acting)
    await _require_issuable(acting, left)
    keys = [await _issue(acting, each, account_id) for each in left]
    tokens = counted(sum(each.quantity for each in left), "training token")
    return did(f"Issued {tokens}.", {"token_issues": list(keys)}, *(Ref(TYPE, k) for k in keys))


async def _account(acting: Acting) -> int:
    """Raises ValueRequired; the main contact's account may help."""
    if acting.row.account_id is not None:
        return acting.row.account_id
    refusal = missing(("account_id",), "training tokens are issued to an account")
    contact_id = acting.row.contact_id
    contact = await rows.find(acting.unit, models.Contact, contact_id) if contact_id else None
    if contact is not None and contact.account_id is not None:
        title = f"Let the account of {contact.name} buy, then move it again"
        refusal.remedies = (_update(acting, title, contact.account_id),)
    else:
        refusal.remedies = (Remedy("Say by opportunities.update with accountId who buys"),)
    raise refusal


def _update(acting: Acting, title: str, account_id: int) -> Remedy:
    told = {"id": Ref("Opportunity", acting.row.id), "account_id": Ref("Account", account_id)}
    return Remedy(title, "opportunities.update", told)


async def _require_issuable(acting: Acting, wanted: list[models.Interest]) -> None:
    problems = Problems()
    items = await offers.items(acting.unit, map(interests.item_of, wanted))
    for interest in wanted:
        terms.require_item(items, interests.item_of(interest), ("id",), problems)
        if interest.expires_at is not None and interest.expires_at <= acting.unit.now:
            problems.add(_expired(acting, interest))
    problems.raise_if_any()


def _expired(acting: Acting, interest: models.Interest) -> Refusal:
    refusal = invalid(("expires_at",), "must lie in the future", interest.expires_at)
    told = {
        "opportunity_id": Ref("Opportunity", acting.row.id),
        "interest_id": Ref("OpportunityInterest", interest.id),
        "training_token_details": {"expires_at": None},
    }
    title = "Let the tokens never expire, then move it again"
    refusal.remedies = (Remedy(title, "opportunities.updateInterest", told),)
    return refusal


async def _issue(acting: Acting, interest: models.Interest, account_id: int) -> str:
    unit = acting.unit
    row = models.TokenIssue(
        org_id=unit.org_id,
        key=secrets.token_hex(16),
        training_token_type_key=interest.training_token_type_key,
        account_id=account_id,
        opportunity_id=acting.row.id,
        interest_id=interest.id,
        quantity=interest.quantity,
        expires_at=interest.expires_at,
        created_at=unit.now,
        updated_at=unit.now,
    )
    unit.session.add(row)
    await unit.session.flush()
    record(
        unit,
        acting.viewer,
        Ref(TYPE, row.key),
        row,
        verb="create",
        event="token_issue.created",
        before=None,
        after=snapshot(row),
        payload=acting.told,
    )
    return row.key
