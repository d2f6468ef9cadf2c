"""What the demo's opportunities were before: as each stay tells it, and changes in between."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import pairwise
from random import Random

from pipeline_gql.demo.deals import Deal
from pipeline_gql.demo.rows import Row, Rows
from pipeline_gql.domain.moves import CLOSED
from pipeline_gql.store import models

HANDED_OVER = 0.15
BETWEEN = 0.4
"""How often a value changes while an opportunity stands somewhere, and not when it moves."""

TOLD = ("probability", "expected_close_date", "net_total", "tax_total", "grand_total")
"""What may change in between."""

LASTING = (
    *("name", "account_id", "owner_id", "region_code", "currency"),
    *("lead_source", "forecast_category"),
)


def add_revisions(rows: Rows, deals: Sequence[Deal]) -> None:
    """Of each opportunity, to be called when nothing of it changes any more."""
    stays: dict[int, list[Row]] = {}
    for stay in rows.of(models.StepStay):
        stays.setdefault(stay["opportunity_id"], []).append(stay)
    for deal in deals:
        told = list(_told(rows, deal, stays[deal.id]))
        for revision, following in zip(told, [*told[1:], None], strict=True):
            until = following and following["since"]
            rows.numbered(models.OpportunityRevision, **revision, until=until)
        for before, after in pairwise(told):
            if before["step_entered_at"] == after["step_entered_at"] and not after["is_deleted"]:
                _tell_change(rows, deal, before, after)


def _tell_change(rows: Rows, deal: Deal, before: Row, after: Row) -> None:
    """What somebody changed while it stood somewhere, for the timeline."""
    deal.changed(after["since"])
    names = [name for name in TOLD if before[name] != after[name]]
    was, now = ({name: _plain(row[name]) for name in names} for row in (before, after))
    rows.numbered(
        models.Audit,
        aggregate="Opportunity",
        aggregate_id=str(deal.id),
        verb="update",
        actor_id=after["owner_id"] or deal.row["created_by_id"],
        before=was,
        after={**now, "version": deal.row["version"]},
        request_id=None,
        at=after["since"],
    )


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _told(rows: Rows, deal: Deal, stays: list[Row]) -> Iterator[Row]:
    random = Random(f"revisions {deal.id}")
    handed_over = random.random() < HANDED_OVER and deal.row["created_by_id"] is not None
    for place, (stay, stop) in enumerate(zip(stays, deal.stops, strict=True)):
        revision = _at_entry(deal, stay) | {"since": stay["entered_at"]}
        state = deal.version.graph.state_of(stop.step)
        revision["actual_close_date"] = stop.at.date() if state in CLOSED else None
        if place == 0 and handed_over and len(stays) > 1:
            revision["owner_id"] = deal.row["created_by_id"]
        yield revision
        later = _later(deal, stays, place)
        until = stay["left_at"] or rows.at(0, 0)
        changes = any(revision[name] != value for name, value in later.items())
        if changes and (stay["left_at"] is None or random.random() < BETWEEN):
            yield {**revision, **later, "since": _between(random, stay["entered_at"], until)}
    if deal.row["deleted_at"] is not None:
        now = _at_entry(deal, stays[-1]) | _later(deal, stays, len(stays) - 1)
        now["actual_close_date"] = deal.row["actual_close_date"]
        yield now | {"since": deal.row["deleted_at"], "is_deleted": True}


def _at_entry(deal: Deal, stay: Row) -> Row:
    named = ("opportunity_id", "version_id", "step_id", "probability", "expected_close_date")
    return {
        **{name: stay[name] for name in named},
        "step_entered_at": stay["entered_at"],
        **{name: deal.row[name] for name in LASTING},
        **_value(deal, stay["value"]),
        "is_deleted": False,
    }


def _later(deal: Deal, stays: list[Row], place: int) -> Row:
    """What it was worth, and when it was to close, before it moved on; today, if it has not."""
    if place + 1 < len(stays):
        following = stays[place + 1]
        hoped = {"expected_close_date": following["expected_close_date"]}
        return hoped | _value(deal, following["value"])
    return {name: deal.row[name] for name in TOLD}


def _value(deal: Deal, value: int) -> Row:
    """With the share of tax that it has today."""
    whole = deal.row["grand_total"]
    net = value if not whole else value * deal.row["net_total"] // whole
    return {"net_total": net, "tax_total": value - net, "grand_total": value}


def _between(random: Random, start: datetime, end: datetime) -> datetime:
    return start + (end - start) * random.uniform(0.2, 0.8)
