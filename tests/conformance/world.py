"""A small organisation in which everything occurs: ties, gaps, odd texts, old versions."""

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import update

from pipeline_gql.domain.attribute_types import Type, elements
from pipeline_gql.store import models
from pipeline_gql.store.database import Database, Unit
from pipeline_gql.store.seeding import advance_sequences, insert_rows
from tests.conformance import errands, goals, leads, papers, viewers
from tests.conformance.past import remember
from tests.conformance.talk import comment
from tests.organisations import Organisation

TEXTS = [
    "UK sales", "uk SALES", "100% sure", "a_b", "back\\slash", "quote \"x\" 'y'", "émoji 😀 deal",
    "Ångström", "zebra", "Zebra", "line\nbreak", "\u2028sep", "tab\tbed", "Straße", "ÉCOLE", "x",
    "big deal", "Big  Deal", "deal-breaker", "dealer", "C++ (new)", "{json: [1]}", "</script>",
]  # fmt: skip
CURRENCIES = ["USD", "GBP", "JPY", "KWD", "CLF"]
STEPS = [3, 4, 5, 6, 7]
NOON = "2026-03-15T12:00:00.000000Z"
VALUES = {
    "LONG_TEXT": ["x" * 300, "x" * 300 + "y", *TEXTS],
    "TEXT": ["12", "-0.5", "2026-03-15", "true", *TEXTS[:5]],
    "INTEGER": ["-12", "-9223372036854775807", "0", "5", "12", "9223372036854775807"],
    "DECIMAL": ["-0.5", "-0.4999999999", "0", "12", "12.25", "9999999999999999999.9999999999"],
    "BOOLEAN": ["true", "false"],
    "DATE": ["1900-01-01", "2026-03-15", "2026-11-01"],
    "DATETIME": [NOON, "2026-03-15T12:00:00.000001Z", "2999-12-30T23:59:59.999999Z"],
    "CHOICE": ["A", "B", "é", "gone"],
    "MULTI_CHOICE": ['["A"]', '["A", "B"]', '["12", "A", "é"]', '["gone"]'],
}
"""Of each type of an attribute, kept as they are."""


class World:
    """Writes rows made up by a seeded random, the same every time but for the moment `now`."""

    def __init__(self, unit: Unit, o: Organisation) -> None:
        self.unit, self.o = unit, o
        self.random = Random(7)
        self.now = unit.now

    def text(self) -> str:
        return self.random.choice(TEXTS)

    def maybe(self, value: Any, chance: float = 0.6) -> Any:
        return value if self.random.random() < chance else None

    def moment(self) -> datetime:
        """One of few, so that there are ties; never close to a day's edge."""
        days, part = self.random.randrange(40), self.random.choice([0, 1, 123_456])
        return self.now - timedelta(days=days, hours=12, microseconds=part)

    def day(self) -> date:
        return date(2026, self.random.randint(1, 6), self.random.choice([1, 15, 28]))

    def units(self, currency: str) -> int:
        coin = {"JPY": 10_000, "KWD": 10, "CLF": 1}.get(currency, 100)
        return self.random.choice([0, 1, 5, 99, 12_345, 1_000_000]) * coin

    def pick(self, ids: list[Any]) -> Any:
        return self.o.base + self.random.choice(ids)

    async def rows(self, model: Any, rows: list[dict[str, Any]]) -> None:
        await insert_rows(self.unit, model, rows)

    def ages(self) -> dict[str, Any]:
        return {"created_at": self.moment(), "updated_at": self.moment()}

    async def write(self) -> None:
        await self.people()
        await self.catalogue()
        await self.pipelines()
        await self.customers()
        await self.definitions()
        await self.opportunities()
        await self.interests()
        await papers.write(self)
        await comment(self)
        await leads.write(self)
        await remember(self)
        await errands.write(self)
        await self.attachments()
        await viewers.write(self)
        await goals.write(self)
        await advance_sequences(self.unit)

    async def people(self) -> None:
        b = self.o.base
        gone = {"id": b + 6, "name": "Gus Gone", "email": "gus@x", "role": "MEMBER"}
        await self.rows(models.User, [gone | {"is_active": False} | self.ages()])
        teams = [
            {"id": b + i, "name": f"Team {i}", "description": self.text(), "is_archived": i == 3}
            for i in (2, 3)
        ]
        await self.rows(models.Team, teams)
        members = [(2, 1), (2, 5), (3, 3), (3, 6)]
        await self.rows(
            models.TeamMember, [{"team_id": b + t, "user_id": b + u} for t, u in members]
        )
        tags = [
            {"id": b + i, "name": TEXTS[i], "colour": self.maybe("#00ff00"), "is_archived": i == 2}
            for i in (2, 3, 4)
        ]
        await self.rows(models.Tag, tags)
        await self.rows(models.ApiToken, [
            {"id": b + i, "user_id": b + user, "name": self.text(), "hint": "pgql_abcd",
             "digest": f"{b + i}".encode(), "scopes": scopes, "expires_at": self.maybe(self.now),
             "revoked_at": self.maybe(self.now), "created_at": self.moment()}
            for i, (user, scopes) in enumerate(
                [(1, []), (1, ["read"]), (3, ["read", "write"]), (3, ["read"]), (6, [])], 2
            )
        ])  # fmt: skip

    async def catalogue(self) -> None:
        b = self.o.base
        await self.rows(models.Region, [
            {"code": f"{self.o.regions[0]}-{i}", "name": name, "currency": currency} | self.ages()
            for i, (name, currency) in enumerate([("Ärger", None), ("Nippon", "JPY"), ("%", "KWD")])
        ])  # fmt: skip
        await self.rows(models.TaxType, [
            {"id": b + i, "name": f"Tax {i}", "rate": rate, "is_active": i == 2}
            for i, rate in ((2, 0), (3, 123_456))
        ])  # fmt: skip
        pairs = [("USD", "GBP"), ("JPY", "GBP"), ("KWD", "GBP"), ("GBP", "USD"), ("JPY", "USD")]
        await self.rows(models.ExchangeRate, [
            {"id": b + n * 4 + i, "from_currency": here, "to_currency": there,
             "day": date(2026, 2 * i + 1, 15 - n), "rate": (n + 1) * 1_234_567_891 // (i + 1),
             "deleted_at": self.now if i == 3 else None} | self.ages()
            for n, (here, there) in enumerate(pairs) for i in range(1, 4)
        ])  # fmt: skip
        await self.rows(models.CourseTemplate, [
            {"id": b + i, "code": f"T-{i}", "title": self.text(), "description": self.maybe("d"),
             "state": self.random.choice(["DRAFT", "PUBLISHED", "ARCHIVED"])} | self.ages()
            for i in range(13, 17)
        ])  # fmt: skip
        await self.rows(models.Event, [
            {"id": b + i, "code": f"E-{i}", "title": self.text(),
             "course_template_id": self.maybe(self.pick([11, 13])),
             "region_code": self.maybe(self.o.regions[0]), "location": self.maybe("Rome"),
             "start_date": self.maybe(date(2031, 1, i % 2 + 1)), "capacity": 20, "booked": i}
            | self.ages()
            for i in range(2, 7)
        ])  # fmt: skip
        await self.rows(models.LearningPath, [
            {"id": b + i, "code": f"L-{i}", "name": self.text(), "is_active": i == 2} | self.ages()
            for i in (2, 3)
        ])  # fmt: skip
        await self.rows(models.Product, [
            {"id": b + i, "sku": f"S-{9 - i}", "name": self.text(), "is_active": i == 2,
             "description": "d" if i == 3 else None} | self.ages()
            for i in (2, 3)
        ])  # fmt: skip
        types = [{"key": f"{b + i:032x}", "name": f"Pass {i}"} | self.ages() for i in (2, 3)]
        await self.rows(models.TrainingTokenType, types)
        await self.rows(models.Price, [
            {"id": b + 20 + i, "event_id": b + e, "currency": c, "amount": self.units(c)}
            for i, (e, c) in enumerate([(2, "JPY"), (2, "KWD"), (2, "CLF"), (3, "JPY")])
        ])  # fmt: skip

    async def pipelines(self) -> None:
        """Version 2 renames everything and lacks step 7; another pipeline; one only drafted."""
        b = self.o.base
        await self.rows(models.Pipeline, [
            {"id": b + i, "key": f"p{i}", "name": self.text()} | self.ages() for i in (2, 3)
        ])  # fmt: skip
        await self.rows(models.PipelineVersion, [
            {"id": b + 2, "pipeline_id": b + 1, "number": 2, "based_on_id": b + 1,
             "content_hash": "f" * 64, "created_by_id": b + 1},
            {"id": b + 3, "pipeline_id": b + 2, "number": 1, "mode": "FREE"},
            {"id": b + 4, "pipeline_id": b + 3, "number": None, "name": self.text()},
        ])  # fmt: skip
        for model, identity in ((models.Stage, 20), (models.Step, 20)):
            rows = [{"id": b + identity, "pipeline_id": b + 2, "key": "k"}]
            await self.rows(model, rows)
        await self.rows(models.StageVersion, [
            {"version_id": b + v, "stage_id": b + s, "name": n, "position": p, "state": state}
            for v, s, n, p, state in (
                (2, 3, "New Open", 0, "Open"), (2, 4, "New Won", 1, "Won"),
                (2, 5, "New Lost", 2, "Lost"), (3, 20, "Only", 0, "Open"),
            )
        ])  # fmt: skip
        await self.rows(models.StepVersion, [
            {"version_id": b + v, "step_id": b + s, "stage_id": b + g, "name": n, "position": p,
             "probability": p * 10, "is_entry": p == 0, "is_default": p == 0,
             "expected_days": d, "stalled_after_days": d}
            for v, s, g, n, p, d in (
                (2, 3, 3, "Proposed", 0, 5), (2, 4, 3, "Quoted", 1, 20), (2, 5, 4, "Won!", 2, None),
                (2, 6, 5, "Lost!", 3, 1), (3, 20, 20, "Only", 0, 10),
            )
        ])  # fmt: skip
        for i, (v, start, end) in enumerate([(2, 3, 4), (2, None, 5), (2, 4, 4), (3, 20, 20)]):
            kind = "GLOBAL" if start is None else "LOOP" if start == end else "DIRECTED"
            rule = {
                "id": "r",
                "name": "é",
                "phase": "CONDITION",
                "code": None,
                "message": None,
                "test": {"attachments": {"at_least": 1}},
            }
            loaded = {"required_attributes": ["k1"], "rules": [rule]}
            await self.rows(models.Transition, [
                {"id": b + 20 + i, "version_id": b + v, "key": f"t{i}", "name": self.text(),
                 "kind": kind, "from_step_id": start and b + start, "to_step_id": b + end}
                | (loaded if i == 1 else {})
            ])  # fmt: skip
        await self.rows(models.PipelineMigration, [
            {"id": b + i, "pipeline_id": b + 1, "version_id": b + 2, "policy": policy,
             "state": state, "created_by_id": by and b + by, "ended_at": at} | self.ages()
            for i, policy, state, by, at in (
                (1, "MAP", "UNDONE", 1, self.moment()), (2, "GRANDFATHER", "RUNNING", None, None),
            )
        ])  # fmt: skip
        version = models.PipelineVersion
        for id, state in ((1, "RETIRED"), (2, "PUBLISHED"), (3, "PUBLISHED")):
            await self.unit.session.execute(
                update(version)
                .where(version.org_id == self.o.org_id, version.id == b + id)
                .values(state=state)
            )

    async def customers(self) -> None:
        b = self.o.base
        await self.rows(models.Account, [
            {"id": b + i, "name": self.text(), "region_code": self.maybe(self.o.regions[1]),
             "owner_id": self.maybe(self.pick([1, 3])), "email": self.maybe("a@b"),
             "industry": self.maybe(self.text()), "external_id": self.maybe(f"x{i}")} | self.ages()
            for i in range(2, 10)
        ])  # fmt: skip
        for i in range(2, 12):
            first, last = self.text(), self.text()
            contact = {"first_name": first, "last_name": last, "name": f"{first} {last}"}
            more = {"email": self.maybe(f"c{i % 4}@b"), "account_id": self.maybe(self.pick([2, 3]))}
            await self.rows(models.Contact, [{"id": b + i} | contact | more | self.ages()])

    async def definitions(self) -> None:
        await self.rows(models.AttributeDefinition, [
            {"id": self.o.base + i, "key": f"k{i}", "label": self.text(), "type": type,
             "choices": ["A", "B", "é", "12"] if "CHOICE" in type else [],
             "description": self.maybe(self.text()), "is_archived": i == 2} | self.ages()
            for i, type in enumerate(VALUES, 1)
        ])  # fmt: skip

    async def opportunities(self) -> None:
        b = self.o.base
        for i in range(1, 41):
            await self.opportunity(b + i)
        await self.rows(models.MigratedRecord, [
            {"migration_id": b + 1 + i % 2, "opportunity_id": b + i, "version_id": b + 1,
             "step_id": b + 3, "probability": 10, "probability_is_manual": False,
             "to_step_id": b + 4, "entered_at": self.moment(), "record_version": 1}
            for i in range(1, 41, 3)
        ])  # fmt: skip

    async def opportunity(self, id: int) -> None:
        b = self.o.base
        version, pipeline, step = self.random.choice(
            [(1, 1, s) for s in STEPS] + [(2, 1, s) for s in STEPS[:4]] * 2 + [(3, 2, 20)]
        )
        if id - b in (1, 4, 9):
            # On the step that version 2 lacks.
            version, pipeline, step = 1, 1, 7
        currency = self.random.choice(CURRENCIES)
        entered, net, percent = self.moment(), self.units(currency), self.random.randrange(0, 101)
        await self.rows(models.Opportunity, [{
            "id": id, "name": self.text(), "version_id": b + version, "pipeline_id": b + pipeline,
            "step_id": b + step, "step_entered_at": entered, "currency": currency,
            "account_id": self.maybe(self.pick([1, 2, 3, 4])), "contact_id": self.maybe(b + 2),
            "owner_id": self.maybe(self.pick([1, 2, 3, 5])),
            "created_by_id": self.maybe(self.pick([1, 3]), 0.3),
            "region_code": self.maybe(self.random.choice(self.o.regions)),
            "amount": self.maybe(net), "net_total": net, "grand_total": net,
            "probability": percent, "expected_close_date": self.maybe(self.day()),
            "actual_close_date": self.maybe(self.day(), 0.3), "lead_source": self.maybe("Web"),
            "description": self.maybe(self.text()), "next_step": self.maybe(""),
            "reservations_valid_until": self.random.choice(
                [None, self.now + timedelta(days=9), self.now - timedelta(days=9)]),
            "deleted_at": self.maybe(self.now, 0.1),
            "board_place": self.maybe(f"{self.random.choice(['0', '3f', '3fz', 'V'])}x{id}V", 0.3),
        } | self.ages()])  # fmt: skip
        await self.rows(models.StepStay, [{
            "id": id, "opportunity_id": id, "step_id": b + step, "version_id": b + version,
            "entered_at": entered, "value": net, "currency": currency, "probability": percent,
            "cause": "ENTRY",
        }])  # fmt: skip
        await self.ties(id)

    async def ties(self, id: int) -> None:
        b, ids = self.o.base, self.random.sample(range(1, 4), self.random.randrange(4))
        parts = [{"contact_id": b + i, "role": self.maybe("boss")} for i in ids]
        for model, rows in (
            (models.OpportunityContact, parts),
            (models.OpportunityAssignee, [{"user_id": b + i} for i in ids if i != 2]),
            (models.OpportunityTeam, [{"team_id": b + i} for i in ids[:1]]),
            (models.OpportunityTag, [{"tag_id": b + i} for i in ids[1:]]),
            (
                models.OpportunityAttribute,
                self.values(),
            ),
        ):
            await self.rows(model, [{"opportunity_id": id} | row for row in rows])

    def values(self) -> list[dict[str, Any]]:
        """Of some attributes, one of few each."""
        made: list[dict[str, Any]] = []
        for i, (type, values) in enumerate(VALUES.items(), 1):
            value = self.random.choice(values or TEXTS)
            row = {"key": f"k{i}", "value": value, "elements": elements(Type(type), value)}
            made += [row] if self.random.random() < 0.6 else []
        return made

    async def interests(self) -> None:
        b = self.o.base
        items: list[dict[str, Any]] = [
            {"kind": "COURSE_TEMPLATE", "course_template_id": b + 11},
            {"kind": "EVENT", "event_id": b + 1},
            {"kind": "EVENT", "event_id": b + 2},
            {"kind": "LEARNING_PATH", "learning_path_id": b + 1},
            {"kind": "TRAINING_TOKEN", "training_token_type_key": self.o.token_type_key},
            {"kind": "PRODUCT", "product_id": b + 2},
        ]
        places: dict[int, list[int]] = {}
        for i in range(1, 51):
            item, currency = self.random.choice(items), self.random.choice(CURRENCIES)
            opportunity = self.pick(list(range(1, 30)))
            end = self.now + timedelta(days=30) if item["kind"] == "TRAINING_TOKEN" else None
            # Their order is not that of their ids.
            place = places.setdefault(opportunity, self.random.sample(range(1, 51), 50)).pop()
            unit = self.units(currency)
            await self.rows(models.Interest, [{
                "id": b + i, "opportunity_id": opportunity, "currency": currency,
                "position": place, "quantity": self.random.randint(1, 3), "unit_amount": unit,
                "discount_rate": 125_000 if i % 4 == 0 else None,
                "discount_fixed": unit if i % 4 == 1 else None,
                "discount_amount": unit if i % 4 == 1 else 0,
                "tax_type_id": self.maybe(self.pick([1, 3])), "expires_at": self.maybe(end),
            } | item | self.ages()])  # fmt: skip
            learner = {"interest_id": b + i, "first_name": self.maybe("F"), "last_name": "L"}
            await self.rows(models.InterestLearner, [{"id": b + i} | learner])
            if i % 3 == 0:
                contact = {"interest_id": b + i, "contact_id": b + 2}
                await self.rows(models.InterestLearner, [{"id": b + 100 + i} | contact])
            if item["kind"] == "EVENT" and i % 2:
                await self.hold(b + i, opportunity, item["event_id"])

    async def hold(self, id: int, opportunity: int, event: int) -> None:
        state = self.random.choice(["HELD", "HELD", "RELEASED"])
        await self.rows(models.SeatHold, [{
            "id": id, "interest_id": id, "opportunity_id": opportunity, "event_id": event,
            "quantity": 1, "state": state, "created_at": self.now,
        }])  # fmt: skip
        if state == "HELD":
            table = models.Event
            await self.unit.session.execute(
                update(table)
                .where(table.org_id == self.o.org_id, table.id == event)
                .values(reserved=table.reserved + 1, capacity=table.capacity + 1)
            )

    async def attachments(self) -> None:
        b = self.o.base
        hashes = [f"{i:064x}" for i in range(4)]
        await self.rows(models.StoredFile, [
            {"sha256": sha256, "size": i * 1000} for i, sha256 in enumerate(hashes)
        ])  # fmt: skip
        for i in range(1, 31):
            kept, link = self.random.randrange(4), {"kind": "LINK", "link_url": "https://x.example"}
            file = {
                "kind": "FILE", "sha256": hashes[kept], "size": kept * 1000,
                "content_type": self.random.choice(["text/plain", "image/png"]),
            }  # fmt: skip
            who = {"created_by_id": self.maybe(self.pick([1, 3])), "name": self.text()}
            await self.rows(models.Attachment, [{
                "id": b + i, "opportunity_id": self.pick(list(range(1, 12))),
            } | self.random.choice([file, link]) | who | self.ages()])  # fmt: skip


async def populate(database: Database, organisation: Organisation) -> datetime:
    """Fills an organisation of the tests' template; gives the moment that ages count from."""
    async with database.writing(organisation.org_id, deadline=60) as unit:
        await World(unit, organisation).write()
        return unit.now
