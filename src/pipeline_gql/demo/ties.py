"""Who and what is tied to an opportunity of the demo: people, teams, tags, attributes."""

from pipeline_gql.demo.deals import ADMINISTRATE, Deal
from pipeline_gql.demo.people import MERGED, SELLERS, TAGS
from pipeline_gql.demo.rows import Rows
from pipeline_gql.domain.pipeline import State
from pipeline_gql.store import models

TEAM_OF_REGION = {"DR": 1, "EU": 2}
ELSEWHERE = 3
KEY_ACCOUNTS_TEAM = 5
KEY_ACCOUNTS = frozenset({9, 15, 21, 33})
ROLES = ("Decision maker", "Influencer", "Billing", None)


def add_ties(rows: Rows, deal: Deal, reason: str | None) -> None:
    """Contacts of the account, assignees, teams, tags, attributes; `reason` is the loss's."""
    _add_contacts(rows, deal)
    _add_assignees(rows, deal)
    _add_teams(rows, deal)
    chosen = deal.random.sample(range(1, len(TAGS) + 1), deal.random.choice((0, 1, 1, 2, 3)))
    for tag_id in sorted(chosen or ([2] if deal.id == 1 else [])):
        rows.add(models.OpportunityTag, opportunity_id=deal.id, tag_id=tag_id)
    if deal.created_before(rows.day(-300)):
        rows.add(models.OpportunityTag, opportunity_id=deal.id, tag_id=MERGED + 1)
    for key, value in sorted(_attributes(deal, reason).items()):
        own = {"opportunity_id": deal.id, "key": key, "value": value}
        rows.add(models.OpportunityAttribute, **own, elements=[value])


def _add_contacts(rows: Rows, deal: Deal) -> None:
    """The first of them is the primary one."""
    account_id = deal.row["account_id"]
    contacts = [r["id"] for r in rows.of(models.Contact) if r["account_id"] == account_id]
    known = 2 if deal.id == 1 else deal.random.choices((0, 1, 2), (15, 50, 35))[0]
    for contact_id in contacts[:known]:
        role = deal.random.choice(ROLES)
        if deal.id == 1 and contact_id == contacts[0]:
            role = ROLES[0]
        rows.add(
            models.OpportunityContact, opportunity_id=deal.id, contact_id=contact_id, role=role
        )
    deal.row["contact_id"] = contacts[0] if contacts and known else None


def _add_assignees(rows: Rows, deal: Deal) -> None:
    """Opportunity 2 is its owner's alone."""
    if deal.id == 2 or not (deal.id == 1 or deal.chance(0.35)):
        return
    others = [user for user in SELLERS if user != deal.row["owner_id"]]
    for user_id in sorted(deal.random.sample(others, deal.random.choice((1, 1, 2)))):
        rows.add(models.OpportunityAssignee, opportunity_id=deal.id, user_id=user_id)


def _add_teams(rows: Rows, deal: Deal) -> None:
    if deal.id == 2:
        return
    teams: list[int] = []
    if deal.id == 1 or deal.chance(0.4):
        teams.append(TEAM_OF_REGION.get(deal.row["region_code"] or "", ELSEWHERE))
    if deal.row["account_id"] in {*KEY_ACCOUNTS, ADMINISTRATE}:
        teams.append(KEY_ACCOUNTS_TEAM)
    for team_id in teams:
        rows.add(models.OpportunityTeam, opportunity_id=deal.id, team_id=team_id)


def _attributes(deal: Deal, reason: str | None) -> dict[str, str]:
    found: dict[str, str] = {}
    if deal.id == 1 or deal.chance(0.4):
        found["delivery"] = deal.random.choice(("On site", "Remote", "Blended"))
    if deal.state is State.WON:
        found["purchase_order"] = f"PO-{deal.random.randrange(10_000, 100_000)}"
    if deal.state is State.LOST and reason:
        found["loss_reason"] = reason
    if deal.state is State.ARCHIVED:
        found["archive_reason"] = deal.random.choice(("Duplicate", "No answer", "Out of scope"))
    return found
