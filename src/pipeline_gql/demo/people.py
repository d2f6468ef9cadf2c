"""Who sells in the demo organisation, and to whom."""

from random import Random

from pipeline_gql.demo.rows import Rows, since
from pipeline_gql.domain.viewer import Role
from pipeline_gql.store import models

USERS: tuple[tuple[str, Role], ...] = (
    ("Alice Morgan", Role.ADMIN),
    ("Marcus Bell", Role.MANAGER),
    ("Priya Shah", Role.MEMBER),
    ("Tom Okafor", Role.MEMBER),
    ("Elena Rossi", Role.MEMBER),
    ("Jun Sato", Role.MEMBER),
    ("Rita Olsen", Role.READ_ONLY),
    ("Daniel Frost", Role.MEMBER),
)
LEFT = frozenset({8})
"""Users who sold once and work elsewhere now."""

VOICES = {Role.ADMIN: 1, Role.MANAGER: 2, Role.MEMBER: 3, Role.READ_ONLY: 7}
"""The user of each role for whom the demo has a token."""

MEMBER = VOICES[Role.MEMBER]
SELLERS = (3, 4, 5, 6)
TEAMS: tuple[tuple[str, str, tuple[int, ...]], ...] = (
    ("UK Sales", "Everything between Land's End and John o' Groats.", (2, 3, 4)),
    ("Europe", "The continent.", (2, 5)),
    ("Rest of the World", "Americas, Asia and the Gulf.", (2, 6)),
    ("Public Sector", "Tenders and framework agreements.", (4, 5)),
    ("Key Accounts", "The ten customers that matter most.", (1, 2, 3)),
)
TAGS = (
    ("renewal", "#2e7d32"),
    ("new business", "#1565c0"),
    ("upsell", "#6a1b9a"),
    ("urgent", "#c62828"),
    ("tender", "#4e342e"),
    ("on-site", "#ef6c00"),
    ("remote", "#00838f"),
    ("partner", "#9e9d24"),
)
MERGED = 9
"""The tag "new customer", until it became "new business"."""
ARCHIVED_TAG = ("paper invoice", "#757575")
ACCOUNTS: tuple[tuple[str, str | None, str], ...] = (
    ("Aldgate Insurance", "DR", "Insurance"),
    ("Administrate", "DR", "Software"),
    ("Borough Rail", "DR", "Transport"),
    ("Calton Hill Brewery", "DR", "Food and drink"),
    ("Cairngorm Energy", "DR", "Energy"),
    ("Dunmore Council", "DR", "Public sector"),
    ("Eastgate Hospitals Trust", "DR", "Health"),
    ("Forth Shipbuilders", "DR", "Manufacturing"),
    ("Granite City Bank", "DR", "Banking"),
    ("Harbour & Lane LLP", "DR", "Legal"),
    ("Isle Ferries", "DR", "Transport"),
    ("Kestrel Avionics", "DR", "Aerospace"),
    ("Atlas Freight", "US", "Logistics"),
    ("Blue Ridge Health", "US", "Health"),
    ("Cascade Cloud", "US", "Software"),
    ("Delta Grain Cooperative", "US", "Agriculture"),
    ("Evergreen Schools District", "US", "Public sector"),
    ("Frontier Wireless", "US", "Telecommunications"),
    ("Golden Gate Robotics", "US", "Manufacturing"),
    ("Hudson Mutual", "US", "Insurance"),
    ("Alpenblick Versicherung", "EU", "Insurance"),
    ("Boulangerie Lefèvre", "EU", "Food and drink"),
    ("Costa Verde Hoteles", "EU", "Hospitality"),
    ("Dresdner Präzision", "EU", "Manufacturing"),
    ("Établissements Garnier", "EU", "Retail"),
    ("Fjordkraft Systemer", "EU", "Energy"),
    ("Grachten Software", "EU", "Software"),
    ("Hanse Logistik", "EU", "Logistics"),
    ("Asahi Seimitsu", "JP", "Manufacturing"),
    ("Hokuto Railways", "JP", "Transport"),
    ("株式会社みらい教育", "JP", "Education"),
    ("Sakura Foods", "JP", "Food and drink"),
    ("Al Noor Petrochemicals", "GF", "Energy"),
    ("Dhow Trading", "GF", "Retail"),
    ("Gulf Pearl Airlines", "GF", "Aerospace"),
    ("Kiwi Dairy Board", "RW", "Agriculture"),
    ("O'Brien & Sons", None, "Construction"),
    ("Savannah Telecom", "RW", "Telecommunications"),
)
FIRST_NAMES = (
    "Amelia", "Noah", "Chloë", "Oliver", "Sofia", "Hugo", "Yuki", "Omar", "Grace", "Ivan",
    "Leila", "Mateo", "Nora", "Pierre", "Quinn", "Ruth", "Søren", "Tara", "Umberto", "Vera",
    "Wei", "Ximena", "Yusuf", "Zoë", "André",
)  # fmt: skip
LAST_NAMES = (
    "Abbott", "Brandt", "Campbell", "Díaz", "Eriksen", "Fischer", "Grant", "Haddad", "Ito",
    "Jensen", "Khan", "Lindqvist", "MacLeod", "Novak", "O'Neill", "Petit", "Quigley", "Rossi",
    "Suzuki", "Thompson", "Ueda", "Vogel", "Watanabe", "Young", "Zhang", "Murray", "Nielsen",
)  # fmt: skip
JOBS = (
    "Head of Learning", "HR Director", "Training Coordinator", "Operations Manager",
    "Chief Executive", "Procurement Officer", "Team Lead", "Finance Director",
)  # fmt: skip


def add_users(rows: Rows) -> None:
    """Users, their teams, and the tags they use."""
    long_ago = since(rows.at(-800))
    for number, (name, role) in enumerate(USERS, start=1):
        email = f"{name.split()[0].lower()}@demo.example"
        rows.numbered(
            models.User,
            email=email,
            name=name,
            role=role.value,
            is_active=number not in LEFT,
            **long_ago,
        )
    for name, description, members in TEAMS:
        team = rows.numbered(models.Team, name=name, description=description, **long_ago)
        for user_id in members:
            rows.add(models.TeamMember, team_id=team["id"], user_id=user_id)
    for name, colour in TAGS:
        rows.numbered(models.Tag, name=name, colour=colour, is_archived=False, **long_ago)
    _add_former_tag(rows)


def _add_former_tag(rows: Rows) -> None:
    """One that is put on nothing more."""
    at = rows.at(-300)
    name, colour = ARCHIVED_TAG
    times = {"version": 2, "created_at": rows.at(-800), "updated_at": at}
    rows.add(models.Tag, id=MERGED + 1, name=name, colour=colour, is_archived=True, **times)


def tell_of_merged_tag(rows: Rows) -> None:
    """The audit of one that is another by now."""
    rows.numbered(
        models.Audit,
        aggregate="Tag",
        aggregate_id=str(MERGED),
        verb="merge",
        actor_id=VOICES[Role.ADMIN],
        before={"name": "new customer", "colour": "#0277bd", "is_archived": False},
        after={"merged_into_id": 2, "opportunity_tag": 0, "lead_tag": 0, "version": 2},
        request_id=None,
        at=rows.at(-300),
    )


def add_customers(rows: Rows) -> None:
    """Accounts, and two contacts for each."""
    random = Random("customers")
    for name, region, industry in ACCOUNTS:
        _add_account(rows, random, name, region, industry)
    for account in rows.of(models.Account):
        for _ in range(2):
            _add_contact(rows, random, account["id"])


def _add_account(rows: Rows, random: Random, name: str, region: str | None, industry: str) -> None:
    number = len(rows.of(models.Account)) + 1
    site = _site(name, number)
    rows.numbered(
        models.Account,
        name=name,
        region_code=region,
        owner_id=random.choice(SELLERS),
        email=f"office@{site}",
        phone=f"+44 20 7946 {random.randrange(1000):04d}",
        website=f"https://www.{site}",
        industry=industry,
        description=None,
        external_id=f"ERP-{1000 + number}" if number % 3 == 0 else None,
        **since(rows.at(-random.randrange(450, 780), random.randrange(8, 18))),
    )


def _site(name: str, number: int) -> str:
    """A reserved name (RFC 2606): mail to it goes nowhere."""
    letters = "".join(c for c in name.split()[0].lower() if c.isascii() and c.isalpha())
    return f"{letters or f'customer{number}'}.example"


def _add_contact(rows: Rows, random: Random, account_id: int) -> None:
    number = len(rows.of(models.Contact)) + 1
    # Two strides without a common divisor: no two contacts share both names.
    first = FIRST_NAMES[number % len(FIRST_NAMES)]
    last = LAST_NAMES[number % len(LAST_NAMES)]
    address = "".join(c for c in f"{first}.{last}".lower() if c.isascii() and c not in "' ")
    rows.numbered(
        models.Contact,
        account_id=account_id,
        first_name=first,
        last_name=last,
        name=f"{first} {last}",
        email=f"{address}@{rows.of(models.Account)[account_id - 1]['email'].split('@')[1]}",
        phone=f"+44 131 496 {random.randrange(1000):04d}",
        job_title=random.choice(JOBS),
        external_id=None,
        **since(rows.at(-random.randrange(400, 450), random.randrange(8, 18))),
    )
