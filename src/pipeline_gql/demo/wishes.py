"""What the customers of the demo want: interests, learners, and places held for them."""

from datetime import datetime, timedelta

from pipeline_gql.demo.catalogue import TAX_OF_REGION, VAT, price
from pipeline_gql.demo.deals import Deal
from pipeline_gql.demo.people import FIRST_NAMES, LAST_NAMES
from pipeline_gql.demo.rows import Row, Rows
from pipeline_gql.domain.discounts import Kept
from pipeline_gql.domain.interests import KINDS, Kind, amounts, value_of
from pipeline_gql.domain.money import SCALE
from pipeline_gql.domain.pipeline import State
from pipeline_gql.store import models
from pipeline_gql.store.catalogue import ITEM_COLUMNS

COLUMNS = {KINDS[type]: column for type, column in ITEM_COLUMNS.items()}
QUANTITIES = {
    Kind.COURSE_TEMPLATE: range(1, 13),
    Kind.EVENT: range(1, 4),
    Kind.LEARNING_PATH: range(1, 7),
    Kind.TRAINING_TOKEN: range(10, 110, 10),
    Kind.PRODUCT: range(1, 25),
}
WEIGHTS = {
    Kind.COURSE_TEMPLATE: 35,
    Kind.EVENT: 35,
    Kind.LEARNING_PATH: 15,
    Kind.TRAINING_TOKEN: 15,
    Kind.PRODUCT: 15,
}
LEARNERLESS = frozenset({Kind.TRAINING_TOKEN, Kind.PRODUCT})
KNOWN_EVENT = 1
TEN_PERCENT = 10 * SCALE
TAKEN_OFF = 20
"""Dollars; half of the least that anything costs, so that it is never more than all of it."""
KEPT_FREE = 10
"""Places of event 1 that nobody takes, so that there is something to reserve."""

Wish = tuple[Kind, int | str, int]
FIRST: tuple[list[Wish], ...] = (
    [
        (Kind.COURSE_TEMPLATE, 11, 2),
        (Kind.EVENT, KNOWN_EVENT, 3),
        (Kind.LEARNING_PATH, 1, 1),
        (Kind.TRAINING_TOKEN, "8848a3b38adf45db8ff60fafcbd3b3f6", 20),
    ],
    [(Kind.EVENT, KNOWN_EVENT, 2)],
)


def add_wishes(rows: Rows, deal: Deal) -> list[Row]:
    """The deal's interests, and with them what it is worth."""
    wishes = FIRST[deal.id - 1] if deal.id <= len(FIRST) else _wishes(rows, deal)
    prices = _prices(rows)
    interests = [_add(rows, deal, prices, wish, n) for n, wish in enumerate(wishes, start=1)]
    for interest in interests:
        _add_learners(rows, deal, interest)
    value = value_of(
        len(interests),
        sum(net_of(interest) for interest in interests),
        sum(interest["tax_amount"] for interest in interests),
        deal.row["amount"],
        (),
    )
    deal.row["amount_source"] = value.source
    deal.row["net_total"], deal.row["tax_total"] = value.net, value.tax
    deal.row["grand_total"] = value.net + value.tax
    return interests


def net_of(interest: Row) -> int:
    """What its discount leaves, before tax."""
    return interest["quantity"] * interest["unit_amount"] - interest["discount_amount"]


def hold_places(rows: Rows, deal: Deal, interests: list[Row]) -> None:
    """Open deals hold places for some of their events, until a day or without end."""
    wanted = [row for row in interests if row["event_id"]]
    if deal.state is not State.OPEN or deal.id == 1 or not (deal.id == 2 or deal.chance(0.5)):
        return
    held = [_hold(rows, deal, interest) for interest in wanted]
    if any(held):
        deal.row["reservations_valid_until"] = _until(rows, deal)
        deal.changed(deal.row["updated_at"] + timedelta(minutes=2))


def take_places(event: Row, column: str, quantity: int) -> bool:
    """Counts places of an event as booked or reserved; False when they are not left."""
    free = event["capacity"] - event["booked"] - event["reserved"]
    if quantity > free - (KEPT_FREE if event["id"] == KNOWN_EVENT else 0):
        return False
    event[column] += quantity
    return True


def title_of(rows: Rows, interest: Row) -> str:
    """Of the item."""
    if key := interest["training_token_type_key"]:
        return next(row["name"] for row in rows.of(models.TrainingTokenType) if row["key"] == key)
    if product := interest["product_id"]:
        return rows.by_id(models.Product)[product]["name"]
    if path := interest["learning_path_id"]:
        return rows.by_id(models.LearningPath)[path]["name"]
    if event := interest["event_id"]:
        return rows.by_id(models.Event)[event]["title"]
    return rows.by_id(models.CourseTemplate)[interest["course_template_id"]]["title"]


def _wishes(rows: Rows, deal: Deal) -> list[Wish]:
    likely = (25, 40, 25, 10) if deal.version.id == 1 else (60, 25, 10, 5)
    wishes: dict[tuple[Kind, int | str], Wish] = {}
    for _ in range(deal.random.choices(range(4), likely)[0]):
        kind = deal.random.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        if items := _offers(rows, deal, kind):
            item = deal.random.choice(items)
            wishes[kind, item] = (kind, item, deal.random.choice(QUANTITIES[kind]))
    return list(wishes.values())


def _offers(rows: Rows, deal: Deal, kind: Kind) -> list[int | str]:
    """Items on offer: events near by if there are any, and not before the sale began."""
    if kind is Kind.LEARNING_PATH:
        return [row["id"] for row in rows.of(models.LearningPath)]
    if kind is Kind.TRAINING_TOKEN:
        return [row["key"] for row in rows.of(models.TrainingTokenType)]
    if kind is Kind.PRODUCT:
        return [row["id"] for row in rows.of(models.Product) if row["is_active"]]
    if kind is Kind.COURSE_TEMPLATE:
        templates = rows.of(models.CourseTemplate)
        return [row["id"] for row in templates if row["state"] == "PUBLISHED"]
    after = rows.today if deal.state is State.OPEN else deal.stops[-1].at.date()
    events = [
        row
        for row in rows.of(models.Event)
        if row["state"] == "PUBLISHED" and row["start_date"] > after
    ]
    near = [row for row in events if row["region_code"] == deal.row["region_code"]]
    return [row["id"] for row in near or events]


Prices = dict[tuple[str, int | str, str | None, str], int]


def _prices(rows: Rows) -> Prices:
    return {
        (column, row[column], row["region_code"], row["currency"]): row["amount"]
        for row in rows.of(models.Price)
        for column in COLUMNS.values()
        if row[column] is not None
    }


def _add(rows: Rows, deal: Deal, prices: Prices, wish: Wish, position: int) -> Row:
    kind, item, quantity = wish
    region, currency = deal.row["region_code"], deal.row["currency"]
    listed = (COLUMNS[kind], item)
    unit = prices.get((*listed, region, currency), prices[(*listed, None, currency)])
    if deal.id > len(FIRST) and deal.chance(0.2):
        unit = unit * 9 // 10 // SCALE * SCALE
    tax = TAX_OF_REGION.get(region) if deal.id <= len(FIRST) or deal.chance(0.9) else None
    rate = rows.by_id(models.TaxType)[tax or VAT]["rate"] if tax else 0
    at = deal.row["updated_at"] + timedelta(minutes=deal.random.randrange(1, 20))
    deal.changed(at)
    kept = _discount(rows, deal, kind)
    come_to = amounts(quantity * unit, kept, rate, currency, (), ())
    return rows.numbered(
        models.Interest,
        opportunity_id=deal.id,
        position=position,
        kind=kind.value,
        **{column: item if column == COLUMNS[kind] else None for column in COLUMNS.values()},
        quantity=quantity,
        unit_amount=unit,
        currency=currency,
        tax_type_id=tax,
        discount_rate=kept.rate,
        discount_fixed=kept.fixed,
        discount_amount=come_to.discount,
        tax_amount=come_to.tax,
        expires_at=rows.at(365, 0) if kind is Kind.TRAINING_TOKEN else None,
        version=1,
        created_at=at,
        updated_at=at,
    )


def _discount(rows: Rows, deal: Deal, kind: Kind) -> Kept:
    """On every third product, and every ninth of all else, by turns a rate and a sum; none on the
    first deals, whose sums clients know."""
    is_product = kind is Kind.PRODUCT
    earlier = [row["kind"] == Kind.PRODUCT for row in rows.of(models.Interest)]
    number, every = earlier.count(is_product), 3 if is_product else 9
    if deal.id <= len(FIRST) or number % every:
        return Kept()
    if number // every % 2:
        return Kept(fixed=price(TAKEN_OFF, deal.row["currency"]))
    return Kept(rate=TEN_PERCENT)


def _add_learners(rows: Rows, deal: Deal, interest: Row) -> None:
    """Colleagues of the buyer first, then people whom only a name is known of."""
    if interest["kind"] in LEARNERLESS or not (deal.id == 1 or deal.chance(0.5)):
        return
    contacts = [
        row["id"] for row in rows.of(models.Contact) if row["account_id"] == deal.row["account_id"]
    ]
    for contact_id in contacts[: interest["quantity"] - 1]:
        _add_learner(rows, interest, contact_id=contact_id)
    last = deal.random.choice(LAST_NAMES)
    _add_learner(
        rows,
        interest,
        first_name=deal.random.choice(FIRST_NAMES),
        last_name=last,
        email=f"learner{interest['id']}@learners.example",
    )


def _add_learner(
    rows: Rows,
    interest: Row,
    contact_id: int | None = None,
    first_name: str | None = None,
    last_name: str | None = None,
    email: str | None = None,
) -> None:
    rows.numbered(
        models.InterestLearner,
        interest_id=interest["id"],
        contact_id=contact_id,
        first_name=first_name,
        last_name=last_name,
        email=email,
    )


def _hold(rows: Rows, deal: Deal, interest: Row) -> bool:
    event = rows.by_id(models.Event)[interest["event_id"]]
    if not take_places(event, "reserved", interest["quantity"]):
        return False
    add_hold(rows, interest, "HELD", None)
    return True


def add_hold(rows: Rows, interest: Row, state: str, ended_at: datetime | None) -> None:
    rows.numbered(
        models.SeatHold,
        opportunity_id=interest["opportunity_id"],
        interest_id=interest["id"],
        event_id=interest["event_id"],
        quantity=interest["quantity"],
        state=state,
        created_at=interest["created_at"],
        ended_at=ended_at,
    )


def _until(rows: Rows, deal: Deal) -> datetime | None:
    """A month for opportunity 2; else weeks, or no end, or a date that has gone by."""
    if deal.id == 2:
        return rows.at(30, 17)
    return deal.random.choice((None, rows.at(deal.random.randrange(5, 40), 17), rows.at(-1, 17)))
