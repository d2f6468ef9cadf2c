"""Random walks of opportunities through a pipeline: stays and revisions of every kind."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import delete

from pipeline_gql.store import models
from pipeline_gql.store.database import Unit
from pipeline_gql.store.seeding import clear, insert_rows

STEPS = {3: "Open", 4: "Open", 5: "Won", 6: "Lost", 7: "Archived"}
KINDS = {"COURSE_TEMPLATE": {"course_template_id": 11}, "LEARNING_PATH": {"learning_path_id": 1}}
COINS = {"USD": 100, "JPY": 10_000}
Row = dict[str, Any]
FAILURES: list[Row] = [
    {"code": "TRANSITION_NOT_FOUND"},
    {"code": "ATTRIBUTE_REQUIRED", "field": "accountId", "message": "x"},
    {"code": "CONDITION_NOT_MET", "field": "amount", "rule": {"id": "big", "name": "Big"}},
    {"code": "CONDITION_NOT_MET", "field": "amount", "rule": {"id": "big", "name": "Now bigger"}},
    {"code": "CONDITION_NOT_MET", "field": "tasks", "rule": {"id": "big", "name": "Big"}},
    {"code": "CONDITION_NOT_MET", "field": "amount", "rule": {"id": "usd", "name": "In dollars"}},
]
CAUSES = ["TRANSITION", "TRANSITION", "TRANSITION", "OVERRIDE", "MIGRATION"]


async def walk(unit: Unit, seed: int, count: int = 40) -> None:
    """In the place of all opportunities there are, each with its whole history."""
    random = Random(seed)
    interest, stay = models.Interest, models.StepStay
    for table in (interest, stay, models.OpportunityTeam, models.Opportunity):
        await unit.session.execute(delete(table).where(table.org_id == unit.org_id))
    walks = [_walk(random, id, unit.now) for id in range(1, count + 1)]
    for rows, stays, _ in walks:
        await insert_rows(unit, models.Opportunity, [rows])
        await insert_rows(unit, stay, stays)
        for place, kind in enumerate(random.sample(sorted(KINDS), random.randrange(3)), 1):
            wish = {"opportunity_id": rows["id"], "kind": kind, "position": place, "quantity": 1}
            wish |= {"currency": "USD", "unit_amount": 0, **KINDS[kind]}
            await insert_rows(unit, interest, [wish])
    await clear(unit, models.OpportunityRevision)
    for _, stays, revisions in walks:
        await insert_rows(unit, models.OpportunityRevision, revisions)
        await insert_rows(unit, models.TransitionAttempt, list(_attempts(random, stays)))


def _attempts(random: Random, stays: list[Row]) -> Iterator[Row]:
    """To where it went next, or somewhere else; several at one moment too."""
    for here, there in zip(stays, [*stays[1:], stays[0]], strict=True):
        for _ in range(random.choice([0, 0, 1, 3])):
            yield {
                "opportunity_id": here["opportunity_id"], "from_step_id": here["step_id"],
                "to_step_id": random.choice([there["step_id"]] * 3 + [None, 5, 99]),
                "failures": random.choices(FAILURES, k=random.randrange(4)),
                "actor_id": random.choice([None, 1, 2, 3]),
                "at": here["entered_at"] + timedelta(hours=random.choice([0, 0, 7, 30])),
            }  # fmt: skip


def _walk(random: Random, id: int, now: datetime) -> tuple[Row, list[Row], list[Row]]:
    at = now - timedelta(days=random.randrange(30, 90), microseconds=random.randrange(9))
    record = _born(random, id, at)
    stays, revisions = [_stay(record, at)], [_revision(record, at)]
    for _ in range(random.randrange(12)):
        at += timedelta(hours=random.choice([1, 20, 24, 90]), microseconds=random.randrange(9))
        if at > now - timedelta(days=1):
            break
        moved = random.random() < 0.6
        _change(random, record, at, moved=moved)
        if moved:
            stays[-1]["left_at"] = at
            stays.append({**_stay(record, at), "cause": random.choice(CAUSES)})
        revisions[-1]["until"] = at
        revisions.append(_revision(record, at))
    return record, stays, revisions


def _born(random: Random, id: int, at: datetime) -> Row:
    row: Row = {
        "id": id, "name": f"Deal {id}", "pipeline_id": 1, "version_id": 1, "created_at": at,
        "updated_at": at, "step_id": 3 if random.random() < 0.8 else 4, "step_entered_at": at,
        "created_by_id": random.choice([1, 3]), "account_id": random.choice([None, 1]),
        "actual_close_date": None, "forecast_category": None, "deleted_at": None,
    }  # fmt: skip
    for name in ("owner_id", "region_code", "lead_source", "value", "expected_close_date"):
        _vary(random, row, name)
    row["probability"] = random.randrange(101)
    return row


def _change(random: Random, row: Row, at: datetime, *, moved: bool) -> None:
    if moved:
        # Back to where it stands too: a loop.
        row["step_id"], row["step_entered_at"] = random.choice([3, 3, 4, 4, 4, 5, 6, 7]), at
        return
    names = ("owner_id", "value", "value", "expected_close_date", "deleted_at", "lead_source")
    _vary(random, row, random.choice(names), at)


def _vary(random: Random, row: Row, name: str, at: datetime | None = None) -> None:
    match name:
        case "owner_id":
            row[name] = random.choice([None, 1, 2, 3])
        case "region_code":
            row[name] = random.choice([None, "DR", "US"])
        case "lead_source":
            row[name] = random.choice([None, "Web", "Fair"])
        case "expected_close_date":
            day = datetime(2026, 6, 1).date() + timedelta(days=random.randrange(60))
            row[name] = random.choice([None, day, day])
        case "deleted_at":
            row[name] = None if row[name] else random.choice([None, at])
        case _:
            row["currency"] = random.choice(["USD", "USD", "USD", "JPY"])
            net = random.choice([0, 5, 99, 1234]) * COINS[row["currency"]]
            row["net_total"], row["tax_total"], row["grand_total"] = net, net // 5, net + net // 5


def _stay(row: Row, at: datetime) -> Row:
    return {
        "opportunity_id": row["id"], "step_id": row["step_id"], "version_id": 1,
        "entered_at": at, "left_at": None, "value": row["grand_total"],
        "currency": row["currency"], "probability": row["probability"],
        "expected_close_date": row["expected_close_date"], "cause": "TRANSITION",
    }  # fmt: skip


def _revision(row: Row, at: datetime) -> Row:
    own = ("id", "pipeline_id", "created_at", "updated_at", "created_by_id", "deleted_at")
    kept = {name: value for name, value in row.items() if name not in own}
    deleted = row["deleted_at"] is not None
    return kept | {"opportunity_id": row["id"], "since": at, "until": None, "is_deleted": deleted}
