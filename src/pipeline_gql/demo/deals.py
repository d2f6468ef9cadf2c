"""Opportunities as they are told: which there are, whose they are, how far they came."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from pipeline_gql.demo.catalogue import REGIONS, price
from pipeline_gql.demo.journeys import Stop, journey
from pipeline_gql.demo.people import MEMBER, SELLERS
from pipeline_gql.demo.roads import Roads
from pipeline_gql.demo.rows import Row, Rows
from pipeline_gql.domain.pipeline import State, Version
from pipeline_gql.domain.placing import arrived, between
from pipeline_gql.store import models

TRAINING_GOALS = {
    "enquiry": 14,
    "qualified": 16,
    "proposed": 22,
    "opportunity": 20,
    "negotiation": 16,
    "verbal_agreement": 12,
    "won": 38,
    "lost": 22,
    "archived": 10,
}
SALES_GOALS = {
    "qualification": 8,
    "needs_analysis": 10,
    "value_proposition": 9,
    "proposal_quotation": 10,
    "negotiation_review": 8,
    "closed_won": 15,
    "closed_lost": 10,
}
"""How many opportunities stand on each step today."""

HOME_CURRENCY = "USD"
CURRENCIES = {code: currency or HOME_CURRENCY for code, _, currency in REGIONS}
ADMINISTRATE = 2
SOURCES = ("Website", "Referral", "Trade show", "Partner", "Cold call", "Existing customer")
NEXT_STEPS = (
    "Call the buyer back",
    "Send the outline of the course",
    "Agree on dates",
    "Wait for procurement",
    "Visit the training rooms",
)
FIRST = (
    {"owner_id": MEMBER, "created_by_id": MEMBER, "account_id": ADMINISTRATE},
    {"owner_id": 4, "created_by_id": 2, "account_id": 1},
)
"""Opportunities 1 and 2: the member of the demo sees the first and not the second."""


@dataclass(slots=True)
class Deal:
    """One opportunity while it is made up; its own chance, so that deals do not disturb others."""

    row: Row
    version: Version
    stops: list[Stop]
    random: Random

    @property
    def id(self) -> int:
        return self.row["id"]

    @property
    def state(self) -> State:
        return self.version.graph.state_of(self.stops[-1].step)

    def created_before(self, day: date) -> bool:
        return self.row["created_at"].date() < day

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def changed(self, at: datetime) -> None:
        """Counts a change."""
        self.row["version"] += 1
        self.row["updated_at"] = max(self.row["updated_at"], at)


def add_deals(rows: Rows, training: Version, sales: Version) -> list[Deal]:
    """All opportunities, the oldest first but for the two that every client knows."""
    known = [Deal({}, training, _known(rows, training, ago), Random(ago)) for ago in (16, 9)]
    others = [
        Deal({}, version, journey(rows, Random(seed), Roads(version), goal), Random(seed))
        for version, goal, seed in _goals(training, sales)
    ]
    others.sort(key=lambda deal: deal.stops[0].at)
    for number, deal in enumerate([*known, *others], start=1):
        deal.random = Random(f"deal {number}")
        as_it_came = {"board_place": None, "board_moves": 0}
        deal.row = rows.numbered(models.Opportunity, **_columns(rows, deal), **as_it_came)
        deal.row.update(FIRST[number - 1] if number <= len(FIRST) else {})
        _place(rows, deal)
    return [*known, *others]


def put_in_order(deals: Sequence[Deal]) -> None:
    """On each step somebody dragged what is worth most to the top of the board's column."""
    columns: dict[int, list[Row]] = {}
    for deal in deals:
        columns.setdefault(deal.row["step_id"], []).append(deal.row)
    for cards in columns.values():
        top = max(cards, key=lambda card: (card["grand_total"], card["id"]))
        keys = [arrived(card["step_entered_at"], card["id"]) for card in cards]
        top |= {"board_place": between(None, min(keys), top["id"]), "board_moves": 1}


def _known(rows: Rows, training: Version, days_ago: int) -> list[Stop]:
    """Proposed from the start."""
    return [Stop(training.graph.entry_step, None, rows.at(-days_ago, 10, 30))]


def _goals(training: Version, sales: Version) -> Iterator[tuple[Version, str, str]]:
    for version, goals in ((training, TRAINING_GOALS), (sales, SALES_GOALS)):
        for goal, count in goals.items():
            yield from ((version, goal, f"{goal} {n}") for n in range(count))


def _columns(rows: Rows, deal: Deal) -> Row:
    """All columns, those of value and time to be filled in as the story goes on."""
    random, opened, last = deal.random, deal.stops[0].at, deal.stops[-1]
    early = len(deal.stops) == 1
    account = random.choice(rows.of(models.Account))
    owner = account["owner_id"] if deal.chance(0.5) else random.choice(SELLERS)
    if deal.chance(0.1) and opened.date() < rows.day(-200):
        owner = 8
    return {
        "name": "",
        "pipeline_id": deal.version.pipeline_id,
        "version_id": deal.version.id,
        "step_id": deal.version.step_ids[last.step.key],
        "step_entered_at": last.at,
        "account_id": None if early and deal.chance(0.2) else account["id"],
        "contact_id": None,
        "owner_id": None if early and deal.chance(0.2) else owner,
        "created_by_id": owner if deal.chance(0.6) else random.choice((1, 2, *SELLERS)),
        "region_code": None,
        "currency": HOME_CURRENCY,
        "amount": None,
        "amount_source": "MANUAL",
        "net_total": 0,
        "tax_total": 0,
        "grand_total": 0,
        "probability": last.step.probability,
        "probability_is_manual": False,
        "expected_close_date": _expected(rows, deal),
        "actual_close_date": None,
        "lead_source": random.choice(SOURCES) if deal.chance(0.85) else None,
        "description": _description(deal) if deal.chance(0.4) else None,
        "next_step": None,
        "forecast_category": None,
        "external_id": None,
        "active_invoice_id": None,
        "reservations_valid_until": None,
        "deleted_at": None,
        "deleted_by_id": None,
        "version": 1,
        "created_at": opened,
        "updated_at": opened,
    }


def _place(rows: Rows, deal: Deal) -> None:
    """Region and currency follow the account, with few exceptions; then a first guess of value."""
    row, random = deal.row, deal.random
    account = rows.by_id(models.Account).get(row["account_id"], {})
    row["region_code"] = account.get("region_code")
    row["currency"] = CURRENCIES.get(row["region_code"] or "", HOME_CURRENCY)
    if deal.id > len(FIRST) and deal.chance(0.04):
        row["currency"] = HOME_CURRENCY
    dollars = random.choice((800, 1500, 2400, 4000, 6500, 9000, 14000, 22000, 48000))
    row["amount"] = price(dollars, row["currency"]) if deal.chance(0.9) else None
    if deal.state is State.OPEN:
        row["next_step"] = random.choice(NEXT_STEPS) if deal.chance(0.5) else None
        row["forecast_category"] = _category(row["probability"]) if deal.chance(0.7) else None
    if deal.id % 24 == 0:
        row["external_id"] = f"CRM-{4000 + deal.id}"


def _expected(rows: Rows, deal: Deal) -> date:
    """Weeks after the last move; for what is closed, near the day on which it was."""
    last = deal.stops[-1].at.date()
    if deal.state is not State.OPEN:
        return last + timedelta(days=deal.random.randrange(-20, 20))
    hoped = last + timedelta(days=deal.random.randrange(25, 120))
    overdue = hoped < rows.today and not deal.chance(0.4)
    return rows.day(deal.random.randrange(7, 60)) if overdue else hoped


def _description(deal: Deal) -> str:
    people = deal.random.randrange(4, 60)
    return f"About {people} people, in groups of a dozen; dates to be agreed."


def _category(probability: int) -> str:
    return "Commit" if probability >= 80 else "Best Case" if probability >= 45 else "Pipeline"
