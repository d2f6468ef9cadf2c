"""The history of the demo's opportunities, along the same edges as any move of today."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from pipeline_gql.demo.deals import Deal
from pipeline_gql.demo.rows import Row, Rows
from pipeline_gql.domain import edges
from pipeline_gql.domain.edges import Target
from pipeline_gql.domain.money import SCALE
from pipeline_gql.domain.moves import along, closed_at_start
from pipeline_gql.domain.pipeline import State
from pipeline_gql.domain.standing import Standing
from pipeline_gql.store import models

REASONS = ("Budget", "Went with a competitor", "No decision", "Trained by themselves", "Timing")
MANAGER = 2


def add_stays(rows: Rows, deal: Deal) -> Row:
    """One stay per stop; the last one, which is open, where the deal's row now stands."""
    record = _opened(deal)
    stays = [_stay(rows, deal, 0, record, None)]
    for number, stop in enumerate(deal.stops[1:], start=1):
        there = deal.version.step_ids[stop.step.key]
        taken = deal.version.transition_ids[stop.transition] if stop.transition else None
        target = Target(step_id=there, transition_id=taken)
        edge = edges.found(deal.version, record.step_id, target)
        assert edge is not None
        move = along(deal.version, record, edge, stop.at.date())
        record = Standing(
            step_id=move.step_id,
            probability=move.probability,
            probability_is_manual=move.probability_is_manual,
            actual_close_date=move.actual_close_date,
        )
        stays[-1]["left_at"] = stop.at
        stays.append(_stay(rows, deal, number, record, move.transition_id))
        deal.changed(stop.at)
    _tell(deal, stays)
    deal.row["probability"] = record.probability
    deal.row["actual_close_date"] = record.actual_close_date
    return stays[-1]


def _opened(deal: Deal) -> Standing:
    first = deal.stops[0]
    state = deal.version.graph.state_of(first.step)
    closed = closed_at_start(state, first.at.date())
    return Standing(deal.version.step_ids[first.step.key], first.step.probability, False, closed)


def _stay(rows: Rows, deal: Deal, number: int, record: Standing, transition_id: int | None) -> Row:
    entry = "IMPORT" if deal.row["external_id"] else "ENTRY"
    by_manager = number > 0 and deal.chance(0.1)
    return rows.numbered(
        models.StepStay,
        opportunity_id=deal.id,
        step_id=record.step_id,
        version_id=deal.version.id,
        entered_at=deal.stops[number].at,
        left_at=None,
        value=0,
        currency=deal.row["currency"],
        probability=record.probability,
        expected_close_date=None,
        cause="TRANSITION" if number else entry,
        transition_id=transition_id,
        actor_id=MANAGER if by_manager else _actor(deal, number),
        request_id=None,
        reason=_reason(deal, number),
    )


def _actor(deal: Deal, number: int) -> int | None:
    """Who made it enters it; then its owner moves it."""
    creator: int | None = deal.row["created_by_id"]
    return (deal.row["owner_id"] or creator) if number else creator


def _reason(deal: Deal, number: int) -> str | None:
    lost = deal.version.graph.state_of(deal.stops[number].step) is State.LOST
    return deal.random.choice(REASONS) if lost else None


def _tell(deal: Deal, stays: list[Row]) -> None:
    """Values and dates at each entry: they end at today's, and were vaguer before."""
    values = _backwards(deal.random, deal.row["grand_total"])
    dates = _slipping(deal.random, deal.row["expected_close_date"], deal.row["created_at"].date())
    for stay, value, hoped in zip(reversed(stays), values, dates, strict=False):
        stay["value"], stay["expected_close_date"] = value, hoped


def _backwards(random: Random, value: int) -> Iterator[int]:
    while True:
        yield value
        value = value * random.choice((7, 9, 10, 10, 11)) // 10 // SCALE * SCALE


def _slipping(random: Random, day: date, first: date) -> Iterator[date]:
    while True:
        yield day
        if random.random() < 0.35:
            day = max(first, day - timedelta(days=random.randrange(7, 29)))
