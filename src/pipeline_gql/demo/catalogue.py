"""What the demo organisation sells, where, and for how much."""

from random import Random

from pipeline_gql.demo.rows import Rows, since
from pipeline_gql.store import models
from pipeline_gql.store.catalogue import ITEM_COLUMNS

REGIONS: tuple[tuple[str, str, str | None], ...] = (
    ("DR", "UK", "GBP"),
    ("US", "United States", "USD"),
    ("EU", "Europe", "EUR"),
    ("JP", "Japan", "JPY"),
    ("GF", "Gulf", "KWD"),
    ("RW", "Rest of the World", None),
)
VAT = 1
TAXES: tuple[tuple[str, int, bool], ...] = (
    ("UK VAT 20%", 200_000, True),
    ("Zero rated", 0, True),
    ("EU VAT 21%", 210_000, True),
    ("Consumption tax 10%", 100_000, True),
    ("UK VAT 17.5% (until 2011)", 175_000, False),
)
TAX_OF_REGION = {"DR": VAT, "EU": 3, "JP": 4}

TEMPLATES: tuple[tuple[str, str, str, int], ...] = (
    ("AGL-101", "Agile Foundations", "PUBLISHED", 600),
    ("AGL-201", "Agile Coaching", "PUBLISHED", 1400),
    ("CYB-101", "Cyber Security Awareness", "PUBLISHED", 250),
    ("CYB-301", "Incident Response", "PUBLISHED", 1900),
    ("DAT-110", "Data Literacy", "PUBLISHED", 450),
    ("DAT-220", "Statistics for Managers", "PUBLISHED", 800),
    ("FAC-100", "First Aid at Work", "PUBLISHED", 220),
    ("LDR-100", "Leadership Essentials", "PUBLISHED", 950),
    ("LDR-300", "Leading Change", "PUBLISHED", 1650),
    ("NEG-150", "Negotiation Skills", "PUBLISHED", 700),
    ("ABC-123", "My New Course", "PUBLISHED", 500),
    ("PMO-200", "Project Management Practitioner", "DRAFT", 1200),
    ("SAL-120", "Consultative Selling", "PUBLISHED", 750),
    ("WRK-050", "Working at Height", "ARCHIVED", 180),
    ("ZEN-010", "Mindfulness at Work", "PUBLISHED", 120),
)
COURSE = 11

# template, region, place, first day from today, days, capacity, booked elsewhere, state
EVENTS: tuple[tuple[int, str, str, int, int, int, int, str], ...] = (
    (11, "DR", "Edinburgh", 60, 2, 20, 6, "PUBLISHED"),
    (8, "DR", "London", 21, 3, 16, 4, "PUBLISHED"),
    (8, "DR", "Manchester", -40, 3, 40, 3, "PUBLISHED"),
    (1, "US", "Boston", 35, 2, 30, 8, "PUBLISHED"),
    (3, "US", "Online", 14, 1, 100, 31, "PUBLISHED"),
    (4, "EU", "Amsterdam", 75, 4, 24, 2, "PUBLISHED"),
    (9, "EU", "Paris", 28, 3, 24, 3, "PUBLISHED"),
    (5, "JP", "Tokyo", 45, 2, 24, 5, "PUBLISHED"),
    (10, "GF", "Kuwait City", 52, 2, 24, 1, "PUBLISHED"),
    (7, "DR", "Glasgow", 10, 1, 12, 12, "PUBLISHED"),
    (2, "EU", "Berlin", -90, 4, 40, 9, "PUBLISHED"),
    (6, "US", "Chicago", -20, 2, 40, 7, "PUBLISHED"),
    (13, "RW", "Auckland", 90, 2, 24, 0, "PUBLISHED"),
    (1, "DR", "Bristol", 30, 2, 15, 0, "CANCELLED"),
    (5, "DR", "Leeds", 120, 2, 15, 0, "DRAFT"),
    (3, "DR", "Online", 100, 1, 200, 12, "PUBLISHED"),
)
PATHS: tuple[tuple[str, str, int], ...] = (
    ("LP-LEAD", "From Colleague to Leader", 3200),
    ("LP-AGILE", "The Agile Organisation", 2600),
    ("LP-CYBER", "Cyber Security Professional", 4100),
    ("LP-DATA", "Data-driven Manager", 1900),
)
TOKEN_TYPES: tuple[tuple[str, str, int], ...] = (
    ("8848a3b38adf45db8ff60fafcbd3b3f6", "Training Credit", 100),
    ("1f3c9a7e5b2d4860a9c4e7d812f0b365", "Coaching Hour", 180),
    ("c0ffee00d15ea5e0badcab1ef005ba11", "Online Licence", 45),
)

PRODUCTS: tuple[tuple[str, str, int, bool], ...] = (
    ("KIT-TRAINER", "Trainer's kit", 350, True),
    ("BOOK-AGILE", "Workbook: Agile Foundations", 40, True),
    ("ROOM-DAY", "Room for a day", 600, True),
    ("LIC-PORTAL", "Learning portal, one seat for a year", 120, True),
    ("DVD-LDR", "Leadership on DVD", 90, False),
)

# A coarse rate from dollars, and the coin to which prices are rounded.
PRICED_IN = {"USD": (100, 5), "GBP": (80, 5), "EUR": (95, 5), "JPY": (15_000, 500), "KWD": (31, 1)}
SCALE = 10_000

Item = tuple[str, int | str]
"""The column that refers to an item, and the item's key."""


def add_catalogue(rows: Rows) -> None:
    """Regions, taxes, all five kinds of items, and their prices."""
    long_ago = since(rows.at(-790))
    for code, name, currency in REGIONS:
        rows.add(models.Region, code=code, name=name, currency=currency, **long_ago)
    for name, rate, active in TAXES:
        rows.numbered(models.TaxType, name=name, rate=rate, is_active=active, **long_ago)
    for code, title, state, _ in TEMPLATES:
        rows.numbered(
            models.CourseTemplate,
            code=code,
            title=title,
            description=f"{title}, taught by practitioners.",
            state=state,
            **long_ago,
        )
    for code, name, _ in PATHS:
        rows.numbered(
            models.LearningPath,
            code=code,
            name=name,
            description=None,
            is_active=True,
            **long_ago,
        )
    for key, name, _ in TOKEN_TYPES:
        rows.add(models.TrainingTokenType, key=key, name=name, is_active=True, **long_ago)
    for sku, name, _, active in PRODUCTS:
        rows.numbered(
            models.Product, sku=sku, name=name, description=None, is_active=active, **long_ago
        )
    _add_events(rows)
    _add_prices(rows)


def _add_events(rows: Rows) -> None:
    random = Random("events")
    for template, region, place, start, days, capacity, booked, state in EVENTS:
        code, title, _, _ = TEMPLATES[template - 1]
        number = len(rows.of(models.Event)) + 1
        rows.numbered(
            models.Event,
            code=f"{code}-{number:03d}",
            title=title,
            course_template_id=template,
            region_code=region,
            location=place,
            start_date=rows.day(start),
            end_date=rows.day(start + days - 1),
            state=state,
            capacity=capacity,
            booked=booked,
            reserved=0,
            **since(rows.at(-random.randrange(370, 400))),
        )


def _items() -> list[tuple[Item, int]]:
    """Every item and its price in whole dollars."""
    return [
        *((("course_template_id", n), row[3]) for n, row in enumerate(TEMPLATES, start=1)),
        *((("event_id", n), TEMPLATES[row[0] - 1][3]) for n, row in enumerate(EVENTS, start=1)),
        *((("learning_path_id", n), row[2]) for n, row in enumerate(PATHS, start=1)),
        *((("training_token_type_key", key), dollars) for key, _, dollars in TOKEN_TYPES),
        *((("product_id", n), row[2]) for n, row in enumerate(PRODUCTS, start=1)),
    ]


def _add_prices(rows: Rows) -> None:
    for item, dollars in _items():
        for currency in PRICED_IN:
            _add_price(rows, item, None, currency, price(dollars, currency))
    # The UK pays less for the course of the documentation than others who pay in pounds.
    _add_price(rows, ("course_template_id", COURSE), "DR", "GBP", 375 * SCALE)


def _add_price(rows: Rows, item: Item, region: str | None, currency: str, amount: int) -> None:
    columns = dict.fromkeys(ITEM_COLUMNS.values())
    rows.numbered(
        models.Price,
        **{**columns, item[0]: item[1]},
        region_code=region,
        currency=currency,
        amount=amount,
    )


def price(dollars: int, currency: str) -> int:
    """The catalogue's price in ten-thousandths: whole coins, no cents."""
    percent, coin = PRICED_IN[currency]
    coins = max(1, round(dollars * percent / 100 / coin))
    return coins * coin * SCALE
