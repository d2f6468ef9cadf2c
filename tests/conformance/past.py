"""What happened before in the small organisation: earlier steps, changes of every field."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from pipeline_gql.store import models

if TYPE_CHECKING:
    from tests.conformance.world import World

OPPORTUNITIES = range(1, 25)
MOMENT = "2026-10-25T01:30:00.000001+02:00"


FAILURES: list[dict[str, Any]] = [
    {"code": "ATTRIBUTE_REQUIRED", "field": "accountId"},
    {"code": "CONDITION_NOT_MET", "field": "amount", "rule": {"id": "r-1", "name": "É"}},
    {"code": "VALUE_INVALID", "field": None},
]


async def remember(world: "World") -> None:
    for i in OPPORTUNITIES:
        await _stays(world, world.o.base + i)
        await _revisions(world, world.o.base + i)
        await _attempts(world, world.o.base + i)
    await world.rows(models.Audit, [_audit(world, i) for i in range(1, 81)])


async def _stays(world: "World", opportunity: int) -> None:
    """Closed ones, each ending where the next begins."""
    until = world.now - timedelta(days=60)
    for i in range(world.random.randrange(4)):
        cause = world.random.choice(["ENTRY", "TRANSITION", "OVERRIDE", "OVERRIDE"])
        entered = until - timedelta(days=world.random.randint(1, 9))
        await world.rows(models.StepStay, [{
            "id": opportunity * 100 + i, "opportunity_id": opportunity,
            "step_id": world.pick([3, 4, 5]), "version_id": world.o.base + 1,
            "entered_at": entered, "left_at": until, "value": 0, "currency": "USD",
            "probability": 10, "cause": cause,
            **({"overridden": FAILURES[: i + 1]} if cause == "OVERRIDE" and i < 3 else {}),
            "actor_id": world.maybe(world.pick([1, 3])), "reason": world.maybe(world.text(), 0.4),
        }])  # fmt: skip
        until = entered


async def _revisions(world: "World", opportunity: int) -> None:
    """Closed ones, which end where the first begins that was kept when the row was written."""
    table = models.OpportunityRevision
    found = await world.unit.session.execute(
        select(table.since).where(
            table.org_id == world.o.org_id, table.opportunity_id == opportunity
        )
    )
    until = min(found.scalars())
    for i in range(world.random.randrange(4)):
        since = until - timedelta(days=world.random.randint(1, 9))
        currency = world.random.choice(["USD", "JPY", "KWD"])
        net, tax = world.units(currency), world.units(currency)
        await world.rows(table, [{
            "id": 100_000 + opportunity * 100 + i, "opportunity_id": opportunity,
            "since": since, "until": until, "version_id": world.o.base + 1,
            "step_id": world.pick([3, 4, 5, 6]), "step_entered_at": since, "name": world.text(),
            "account_id": world.maybe(world.pick([1, 2])),
            "owner_id": world.maybe(world.pick([1, 3])),
            "region_code": world.maybe(world.o.regions[0]), "currency": currency,
            "net_total": net, "tax_total": tax, "grand_total": net + tax,
            "probability": world.random.randrange(101),
            "expected_close_date": world.maybe(world.day()),
            "actual_close_date": world.maybe(world.day(), 0.3),
            "lead_source": world.maybe("Web"), "forecast_category": world.maybe(world.text()),
            "is_deleted": i == 1 and world.random.random() < 0.3,
        }])  # fmt: skip
        until = since


async def _attempts(world: "World", opportunity: int) -> None:
    """Several at one moment too; the words of some were not kept."""
    rule = {"id": "r-1", "name": world.text()}
    told: list[dict[str, Any]] = [
        {"code": "TRANSITION_NOT_FOUND"},
        {"code": "ATTRIBUTE_REQUIRED", "field": "accountId", "message": world.text()},
        {"code": "CONDITION_NOT_MET", "field": "attributes.k1", "rule": rule, "message": "é"},
    ]
    for i in range(world.random.randrange(4)):
        await world.rows(models.TransitionAttempt, [{
            "id": opportunity * 100 + i, "opportunity_id": opportunity,
            "from_step_id": world.pick([3, 4, 5]), "to_step_id": world.maybe(world.pick([3, 4, 6])),
            "failures": world.random.sample(told, world.random.randint(1, 3)),
            "actor_id": world.maybe(world.pick([1, 3])),
            "at": world.now - timedelta(days=world.random.randint(1, 3)),
        }])  # fmt: skip


def _audit(world: "World", i: int) -> dict[str, Any]:
    b, pick = world.o.base, world.random.choice
    values: dict[str, list[Any]] = {
        "name": [world.text(), "x"], "description": [None, world.text()], "probability": [0, 55],
        "amount": [None, 12_500_000, 12_345], "grand_total": [0, 999_999_999_999],
        "expected_close_date": [None, "2026-03-01"], "owner_id": [None, b + 1, b + 2],
        "region_code": [None, world.o.regions[0]], "active_invoice_id": [None, b + 1],
        "assigned_to_ids": [[], [b + 3, b + 1]], "tags": [[], [b + 1], [b + 3, b + 2, b + 1]],
        "contact_ids": [[], [f"{b + 1}", f"{b + 2} big boss"], [f"{b + 2} é\"x"]],
        "interests": [{}, {"10": _interest(1), "9": _interest(2)}],
        "places": [{}, {"9": {"quantity": 2, "state": "HELD"}}],
        "reservations_valid_until": [None, MOMENT], "deleted_at": [None, MOMENT],
        "step_id": [3, 4], "secret": ["hush", "hush hush"], "version_id": [1, 2],
    }  # fmt: skip
    names = world.random.sample(sorted(values), world.random.randint(1, 5))
    after = {name: pick(values[name]) for name in names}
    before = {name: pick(values[name]) for name in names}
    kind, key = pick([("Opportunity", world.pick([*OPPORTUNITIES]))] * 9 + [("Account", b + 1)])
    return {
        "id": b + i, "aggregate": kind, "aggregate_id": str(key), "verb": pick(["update"] * 8
            + ["progress", "create"]), "actor_id": world.maybe(world.pick([1, 2, 3])),
        "before": world.maybe(before, 0.9), "after": after | {"version": i}, "at": world.moment(),
    }  # fmt: skip


def _interest(quantity: int) -> dict[str, Any]:
    """The second from before there were discounts."""
    shared = {"quantity": quantity, "unit_amount": 4_567_800 * quantity, "kind": "EVENT"}
    return shared | ({"discount_amount": 4_550, "position": 3} if quantity == 1 else {})
