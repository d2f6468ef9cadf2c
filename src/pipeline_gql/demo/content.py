"""All that the demo organisation holds, as a function of the day it is made on."""

from dataclasses import dataclass
from datetime import date

from pipeline_gql.demo.agenda import add_agenda
from pipeline_gql.demo.catalogue import add_catalogue
from pipeline_gql.demo.deals import Deal, add_deals, put_in_order
from pipeline_gql.demo.inbox import add_inbox
from pipeline_gql.demo.leads import add_leads
from pipeline_gql.demo.papers import add_papers, finish_papers
from pipeline_gql.demo.people import add_customers, add_users, tell_of_merged_tag
from pipeline_gql.demo.pipelines import add_attributes, add_pipeline, publications
from pipeline_gql.demo.revisions import add_revisions
from pipeline_gql.demo.rows import Row, Rows
from pipeline_gql.demo.stays import add_stays
from pipeline_gql.demo.talk import add_talk
from pipeline_gql.demo.targets import add_targets
from pipeline_gql.demo.ties import add_ties
from pipeline_gql.demo.wishes import add_wishes, hold_places, title_of
from pipeline_gql.domain.pipeline import State
from pipeline_gql.store import models

TIME_ZONE = "Europe/London"
DELETED = 2
"""So many archived opportunities were deleted, for somebody to restore."""


@dataclass(frozen=True, slots=True)
class Content:
    """Rows to insert, in their order, and what only then can be said of them."""

    rows: Rows
    publications: list[Row]
    finalised: list[Row]
    invoiced: list[Row]


def content(today: date) -> Content:
    """The same for the same day, always."""
    rows = Rows(today)
    add_catalogue(rows)
    add_users(rows)
    add_customers(rows)
    add_attributes(rows)
    training = add_pipeline(rows, "training", is_default=True)
    sales = add_pipeline(rows, "sales")
    deals = add_deals(rows, training, sales)
    for referred_to in (models.Lead, models.StoredFile):
        rows.expect(referred_to)
    invoiced: list[Row] = []
    for deal in deals:
        interests = add_wishes(rows, deal)
        hold_places(rows, deal, interests)
        last = add_stays(rows, deal)
        invoiced += add_papers(rows, deal, interests)
        add_ties(rows, deal, last["reason"])
        add_talk(rows, deal)
        add_agenda(rows, deal, TIME_ZONE)
        _finish(rows, deal, interests)
    finalised = finish_papers(rows)
    add_leads(rows, deals[0])
    add_targets(rows, deals)
    put_in_order(deals)
    for deal in [deal for deal in deals if deal.state is State.ARCHIVED][:DELETED]:
        _delete(rows, deal)
    add_revisions(rows, deals)
    tell_of_merged_tag(rows)
    add_inbox(rows)
    return Content(rows, publications(rows), finalised, invoiced)


def _finish(rows: Rows, deal: Deal, interests: list[Row]) -> None:
    """Its name, and now and then a probability that the owner knows better."""
    account = rows.by_id(models.Account).get(deal.row["account_id"])
    what = _topic(rows, interests[0]) if interests else deal.random.choice(TOPICS)
    deal.row["name"] = f"{what} for {account['name']}" if account else f"{what}: enquiry"
    if deal.state is State.OPEN and deal.id > 2 and deal.chance(0.08):
        by_hand = deal.row["probability"] + deal.random.choice((-10, -5, 5, 10))
        deal.row["probability"] = max(5, by_hand)
        deal.row["probability_is_manual"] = True


TOPICS = ("Training needs", "Annual plan", "Onboarding programme", "Team workshop", "Framework")


def _topic(rows: Rows, interest: Row) -> str:
    """Of its item, in the plural where that is tokens."""
    title = title_of(rows, interest)
    return f"{title}s" if interest["training_token_type_key"] else title


def _delete(rows: Rows, deal: Deal) -> None:
    at = rows.at(0, 0)
    deal.row["deleted_at"], deal.row["deleted_by_id"] = at, 1
    deal.changed(at)
