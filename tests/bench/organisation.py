"""What an organisation's rows are: all follows from its place and an opportunity's number."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any
from uuid import UUID

from pipeline_gql.domain.pipeline import Version

ORGANISATIONS = 20
LARGEST = 0.55
"""The share of the first organisation; the others have what is left in equal parts."""
REGIONS = 20
SELLERS = 40
EVENTS = 50
INTERESTS = 3
STEPS = ("lead", "contacted", "qualified", "demo", "proposal", "negotiation", "won", "lost")
BATCH = 20_000
NOW = datetime(2026, 10, 1, tzinfo=UTC)

WORDS = (
    *("Alpine", "Bold", "Cedar", "Delta", "Ember", "Fjord", "Granite", "Harbor", "Iris"),
    *("Juniper", "Kestrel", "Lumen", "Meadow", "Nimbus", "Opal", "Prairie", "Quartz", "Ridge"),
    *("Summit", "Timber", "Umber", "Vertex", "Willow", "Zephyr"),
)

Tell = Callable[[int], None]
"""Of so many more opportunities."""


def org_id(place: int) -> UUID:
    return UUID(int=(0xBE4C << 112) | 0x4000_8000_0000_0000_0000 | (place + 1), version=4)


def share(place: int, whole: int) -> int:
    if place == 0:
        return round(whole * LARGEST)
    return round(whole * (1 - LARGEST) / (ORGANISATIONS - 1))


def _stage(key: str, probability: int) -> dict[str, Any]:
    state = {"won": "Won", "lost": "Lost"}.get(key, "Open")
    step = {"key": key, "name": key.title(), "entry": key == "lead", "probability": probability}
    return {"key": key, "name": key.title(), "state": state, "steps": [step]}


PIPELINE: dict[str, Any] = {
    "key": "bench",
    "name": "Bench",
    "stages": [
        _stage(key, chance)
        for key, chance in zip(STEPS, (5, 10, 25, 40, 60, 80, 100, 0), strict=True)
    ],
    "transitions": [
        *({"from": here, "to": there} for here, there in pairwise(STEPS[:-1])),
        {"key": "lose", "to": "lost"},
        {"key": "again", "from": "lost", "to": "lead"},
        {"key": "reopen", "from": "won", "to": "lead"},
    ],
}


@dataclass(frozen=True)
class Organisation:
    """`count` opportunities with ids from `first` on; all else follows from the place."""

    place: int
    count: int
    first: int

    @property
    def org_id(self) -> UUID:
        return org_id(self.place)

    @property
    def accounts(self) -> int:
        return max(self.count // 20, 5)

    def user(self, number: int) -> int:
        return self.place * 1_000 + 1 + number

    def event(self, number: int) -> int:
        return self.place * 1_000 + 1 + number

    def account(self, id: int) -> int:
        return self.first + id % self.accounts

    def owner(self, id: int) -> int:
        return self.user(1 + id * 7919 % SELLERS)

    async def load(self, admin: Any, version: Version, tell: Tell) -> None:
        for table, columns, rows in self._small():
            await admin.copy_records_to_table(table, columns=columns, records=rows)
        steps = [version.step_ids[key] for key in STEPS]
        for start in range(0, self.count, BATCH):
            ids = range(self.first + start, self.first + min(start + BATCH, self.count))
            for table, columns, rows in self._opportunities(ids, version, steps):
                await admin.copy_records_to_table(table, columns=columns, records=rows)
            tell(len(ids))

    def _small(self) -> Iterator[tuple[str, Sequence[str], list[tuple[Any, ...]]]]:
        org = self.org_id
        yield "region", ("org_id", "code", "name", "currency"), [
            (org, f"R{n}", f"Region {n}", "USD") for n in range(REGIONS)
        ]  # fmt: skip
        yield "app_user", ("org_id", "id", "email", "name", "role"), [
            (org, self.user(n), f"user{n}@bench.example", f"User {n}",
             "MEMBER" if n else "ADMIN") for n in range(SELLERS + 1)
        ]  # fmt: skip
        accounts = range(self.first, self.first + self.accounts)
        names = {id: f"{WORDS[id % 24]} {WORDS[id // 24 % 24]} {id}" for id in accounts}
        yield "account", ("org_id", "id", "name", "region_code"), [
            (org, id, name, f"R{id % REGIONS}") for id, name in names.items()
        ]  # fmt: skip
        yield "search_doc", ("org_id", "kind", "id", "body"), [
            (org, "ACCOUNT", id, name) for id, name in names.items()
        ]  # fmt: skip
        yield "course_template", ("org_id", "id", "code", "title", "state"), [
            (org, self.event(n), f"C-{n}", f"Course {n}", "PUBLISHED") for n in range(EVENTS)
        ]  # fmt: skip
        yield "event", ("org_id", "id", "code", "title", "course_template_id", "start_date",
                        "capacity"), [
            (org, self.event(n), f"E-{n}", f"Event {n}", self.event(n), date(2027, 3, 1),
             1_000_000_000) for n in range(EVENTS)
        ]  # fmt: skip

    def _opportunities(
        self, ids: range, version: Version, steps: Sequence[int]
    ) -> Iterator[tuple[str, Sequence[str], list[tuple[Any, ...]]]]:
        rows = [self._row(id, version, steps) for id in ids]
        yield "opportunity", OPPORTUNITY, rows
        yield "interest", INTEREST, [each for id in ids for each in self._interests(id)]
        yield "search_doc", ("org_id", "kind", "id", "body"), [
            (self.org_id, "OPPORTUNITY", id, row[2]) for id, row in zip(ids, rows, strict=True)
        ]  # fmt: skip
        yield "step_stay", STAY, [
            (self.org_id, id, id, row[5], version.id, row[6], row[12], "USD", row[14], "ENTRY",
             row[9]) for id, row in zip(ids, rows, strict=True)
        ]  # fmt: skip

    def _row(self, id: int, version: Version, steps: Sequence[int]) -> tuple[Any, ...]:
        random = Random(id)
        place = random.choices(range(8), (20, 15, 12, 10, 9, 8, 16, 10))[0]
        entered = NOW - timedelta(seconds=random.randrange(60 * 86_400))
        net = sum(quantity * unit for _, quantity, unit in _wanted(id))
        closed = entered.date() if place > 5 else None
        return (
            self.org_id, id, f"{random.choice(WORDS)} {random.choice(WORDS)} training {id}",
            version.pipeline_id, version.id, steps[place], entered,
            self.account(id), self.owner(id), self.owner(id), f"R{random.randrange(REGIONS)}",
            "USD", net, net, (5, 10, 25, 40, 60, 80, 100, 0)[place],
            date(2026, 10, 1) + timedelta(days=id % 300), closed, "INTERESTS",
            entered - timedelta(days=10), entered,
        )  # fmt: skip

    def _interests(self, id: int) -> Iterator[tuple[Any, ...]]:
        for place, (item, quantity, unit) in enumerate(_wanted(id)):
            event = self.event(item) if place == 0 else None
            template = None if event else self.event(item)
            kind = "EVENT" if event else "COURSE_TEMPLATE"
            yield (self.org_id, id * INTERESTS + place, id, place + 1, kind, template, event,
                   quantity, unit, "USD", NOW, NOW)  # fmt: skip


def _wanted(id: int) -> list[tuple[int, int, int]]:
    """Item, quantity and unit amount of each interest."""
    return [
        ((id * 31 + place * 17) % EVENTS, 1 + (id + place) % 5, (200 + id % 90 * 10) * 10_000)
        for place in range(INTERESTS)
    ]


OPPORTUNITY = (
    *("org_id", "id", "name", "pipeline_id", "version_id", "step_id", "step_entered_at"),
    *("account_id", "owner_id", "created_by_id", "region_code", "currency", "net_total"),
    *("grand_total", "probability", "expected_close_date", "actual_close_date", "amount_source"),
    *("created_at", "updated_at"),
)
INTEREST = (
    *("org_id", "id", "opportunity_id", "position", "kind", "course_template_id", "event_id"),
    *("quantity", "unit_amount", "currency", "created_at", "updated_at"),
)
STAY = (
    *("org_id", "id", "opportunity_id", "step_id", "version_id", "entered_at", "value"),
    *("currency", "probability", "cause", "actor_id"),
)
