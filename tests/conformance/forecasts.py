"""`forecast` recounted: a loop over plain rows."""

from calendar import month_name
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import reduce
from itertools import product
from math import floor, prod
from typing import TYPE_CHECKING, Any

from pipeline_gql.domain.chances import MOST_LIKELY, PERCENTILES, Likely, Moments, percentiles
from tests.conformance.lists import listed
from tests.conformance.rows import Row, decoded, global_id, money

if TYPE_CHECKING:
    from tests.conformance.reference import Reference


MOST_ROWS = 500
MOST_TRIED = 10
"""Deals of which all outcomes are tried: so many are always answered exactly."""


@dataclass(frozen=True)
class Group:
    place: tuple[Any, ...]
    key: str | None
    label: str
    mark: str = ""
    """What decides which of two groups is listed that have as many deals."""


@dataclass
class Deal:
    row: Row
    step: Row
    won: bool
    closes: date | None
    probability: int

    @property
    def value(self) -> int:
        return self.row.grand_total


def estimated(deals: list[Deal]) -> list[int]:
    """Of many deals, whose outcomes are too many to try: how good the estimate is, is asked of it
    where it is made (tests/domain/test_chances.py); here that it is made of the right deals."""
    alike = Counter((d.probability, d.value) for d in deals)
    each = [Likely(p, value, count) for (p, value), count in alike.items()]
    each.sort(key=lambda of: (-of.moments.variance // of.count, of.probability))
    others = [of.moments for of in each[MOST_LIKELY:]]
    return percentiles(each[:MOST_LIKELY], reduce(Moments.plus, others, Moments()))


class Supposed:
    """What a scenario says, by the keys of the records."""

    def __init__(self, scenario: dict[str, Any] | None) -> None:
        given = scenario or {}
        self.steps, self.shifts = given.get("steps") or [], given.get("shifts") or []
        self.left_out = given.get("leaveOut") or []
        self.days = given.get("shiftDays") or 0

    def ids(self) -> set[str]:
        steps = [each["stepId"] for each in self.steps]
        return {*steps, *(each["opportunityId"] for each in self.shifts), *self.left_out}

    def leaves_out(self, row: Row) -> bool:
        return global_id("Opportunity", row.id) in self.left_out

    def closes(self, row: Row) -> date | None:
        its = ("Opportunity", row.id)
        own = [each["days"] for each in self.shifts if decoded(each["opportunityId"]) == its]
        day = row.expected_close_date
        return day and day + timedelta(days=own[0] if own else self.days)

    def probability(self, row: Row) -> int:
        step = global_id("OpportunityStep", row.step_id)
        supposed = [each["probability"] for each in self.steps if each["stepId"] == step]
        return supposed[0] if supposed and not row.probability_is_manual else row.probability


class Recount:
    """One `forecast` as its arguments ask for it."""

    def __init__(self, reference: "Reference", args: dict[str, Any]) -> None:
        self.r, self.t = reference, reference.tables
        self.args = {name: value for name, value in args.items() if value is not None}
        self.supposed = Supposed(self.args.get("scenario"))
        rows = listed(reference.nouns["Opportunity"], self.t["opportunity"], self.args)
        self.deals = [deal for row in rows for deal in self.counted(row)]

    def told(self) -> dict[str, Any]:
        rows: dict[tuple[Group, str], list[Deal]] = {}
        totals: dict[str, list[Deal]] = {}
        for deal in self.deals:
            totals.setdefault(deal.row.currency, []).append(deal)
            for group in self.groups(deal):
                rows.setdefault((group, deal.row.currency), []).append(deal)
        most = sorted(rows, key=lambda row: (-len(rows[row]), row[0].mark, row[1]))[:MOST_ROWS]
        return {
            "groupBy": self.args["groupBy"],
            "rows": [
                {"key": group.key, "label": group.label, **self.sums(rows[group, code])}
                for group, code in sorted(most, key=lambda row: (row[0].place, row[1]))
            ],
            "moreRows": len(rows) - len(most),
            "totals": [self.sums(totals[code]) for code in sorted(totals)],
            "converted": lambda info, currency=None: self.converted(currency),
            "unknownIds": sorted(id for id in self.supposed.ids() if not self.is_known(id)),
        }

    def converted(self, currency: str | None) -> dict[str, Any]:
        """Deal by deal, at the rate of its day."""
        (organisation,) = self.t["organisation"]
        target = currency or organisation.currency
        whole = dict.fromkeys(("open", "weighted", "won"), Fraction(0))
        counts = {"open": 0, "won": 0}
        used: set[tuple[str, date, int]] = set()
        missing: dict[str, list[Deal]] = {}
        for deal in self.deals:
            today = self.r.day(self.r.now)
            rate = self.rate(deal, target, (deal.closes or today) if deal.won else today)
            if rate is None and deal.row.currency != target:
                missing.setdefault(deal.row.currency, []).append(deal)
                continue
            if rate is not None:
                used.add((deal.row.currency, rate.day, rate.rate))
            factor = Fraction(rate.rate, 10**10) if rate else Fraction(1)
            whole["won" if deal.won else "open"] += deal.value * factor
            whole["weighted"] += 0 if deal.won else self.weighted(deal) * factor
            counts["won" if deal.won else "open"] += 1
        exponent = self.r.exponent(target)

        def coins(units: Fraction) -> str | None:
            coin = 10 ** (4 - exponent)
            return money(floor(units / coin + Fraction(1, 2)) * coin, exponent)

        return {
            "currency": target,
            "openCount": counts["open"],
            "openValue": coins(whole["open"]),
            "weighted": coins(whole["weighted"]),
            "wonCount": counts["won"],
            "wonValue": coins(whole["won"]),
            "rates": [
                {"fromCurrency": code, "toCurrency": target, "date": day.isoformat()}
                | {"rate": f"{(Decimal(rate) / 10**10).normalize():f}"}
                for code, day, rate in sorted(used)
            ],
            "moreRates": 0,
            "missing": [self.sums(missing[code]) for code in sorted(missing)],
        }

    def rate(self, deal: Deal, target: str, day: date) -> Row | None:
        pair = {"from_currency": deal.row.currency, "to_currency": target}
        kept = [r for r in self.t.where("exchange_rate", **pair) if r.deleted_at is None]
        return max((r for r in kept if r.day <= day), key=lambda r: r.day, default=None)

    def is_known(self, id: str) -> bool:
        type, key = decoded(id) or ("", None)
        if type == "OpportunityStep":
            return self.t.one("step", id=key) is not None
        row = self.t.one("opportunity", id=key)
        return row is not None and self.r.sees(row)

    def counted(self, row: Row) -> Iterable[Deal]:
        """The row if it counts: won or open, in the period."""
        step = self.r.step_of(row)
        state = self.r.stage_of(step).state
        if state not in ("Open", "Won") or self.supposed.leaves_out(row):
            return
        won = state == "Won"
        closes = row.actual_close_date if won else self.supposed.closes(row)
        start, end = (self.args.get(name) for name in ("from", "to"))
        if start and (closes is None or closes < date.fromisoformat(start)):
            return
        if end and (closes is None or closes > date.fromisoformat(end)):
            return
        yield Deal(row, step, won, closes, self.supposed.probability(row))

    def sums(self, deals: list[Deal]) -> dict[str, Any]:
        still_open, won = [d for d in deals if not d.won], [d for d in deals if d.won]
        exponent = self.r.exponent(deals[0].row.currency)
        return {
            "currency": deals[0].row.currency,
            "openCount": len(still_open),
            "openValue": money(sum(d.value for d in still_open), exponent),
            "weighted": money(sum(self.weighted(d) for d in still_open), exponent),
            "wonCount": len(won),
            "wonValue": money(sum(d.value for d in won), exponent),
        } | {
            f"p{percent}": lambda info, percent=percent: money(
                sum(d.value for d in won) + self.percentile(still_open, percent), exponent
            )
            for percent in (10, 50, 90)
        }

    def percentile(self, deals: list[Deal], percent: int) -> int:
        """By trying whatever may happen, each of the deals being won or not, where that ends."""
        uncertain = [d for d in deals if 0 < d.probability < 100 and d.value]
        certain = sum(d.value for d in deals if d.probability == 100)
        if len(uncertain) > MOST_TRIED:
            return certain + estimated(uncertain)[PERCENTILES.index(percent)]
        chances: dict[int, int] = {}
        for outcome in product((True, False), repeat=len(uncertain)):
            happened = list(zip(uncertain, outcome, strict=True))
            reached = sum(d.value for d, is_won in happened if is_won)
            chance = prod(
                d.probability if is_won else 100 - d.probability for d, is_won in happened
            )
            chances[reached] = chances.get(reached, 0) + chance
        passed = 0
        for reached in sorted(chances):
            passed += chances[reached]
            if passed * 100 >= percent * 100 ** len(uncertain):
                return certain + reached
        raise AssertionError

    def weighted(self, deal: Deal) -> int:
        coin = 10 ** (4 - self.r.exponent(deal.row.currency))
        return deal.value * deal.probability // 100 // coin * coin

    # ---- groups ---------------------------------------------------------------------------------

    def groups(self, deal: Deal) -> list[Group]:
        row, by = deal.row, self.args["groupBy"]
        match by:
            case "MONTH" | "QUARTER":
                return [self.time(deal.closes, by)]
            case "OWNER":
                return [self.record("User", "app_user", row.owner_id, "No owner")]
            case "TEAM":
                teams = self.r.tied("opportunity_team", "team_id", row.id)
                return [self.record("Team", "team", team, "No team") for team in teams or [None]]
            case "STEP":
                return [self.standing("OpportunityStep", "step", row.step_id)]
            case "STAGE":
                return [self.standing("OpportunityStage", "stage", deal.step.stage_id)]
            case "SOURCE":
                return [self.word(row.lead_source, "No source")]
            case _:
                return [self.word(row.forecast_category, "No category")]

    def time(self, closes: date | None, by: str) -> Group:
        if closes is None:
            return Group((1,), None, "No close date")
        if by == "MONTH":
            key = f"{closes.year:04}-{closes.month:02}"
            return Group((0, key), key, f"{month_name[closes.month]} {closes.year:04}", f":{key}")
        quarter = (closes.month + 2) // 3
        key = f"{closes.year:04}-Q{quarter}"
        return Group((0, key), key, f"Q{quarter} {closes.year:04}", f":{key}")

    def record(self, type: str, table: str, key: int | None, without: str) -> Group:
        if key is None:
            return Group((1,), None, without)
        name = self.t.the(table, id=key).name
        return Group((0, name, key), global_id(type, key), name, f":{key}")

    def standing(self, type: str, part: str, key: int) -> Group:
        """Called as the published version calls it, or the last that had it."""
        rows = self.t.where(f"{part}_version", **{f"{part}_id": key})
        versions = {r.version_id: self.t.the("pipeline_version", id=r.version_id) for r in rows}
        known = [r for r in rows if versions[r.version_id].state != "DRAFT"]
        last = max(
            known,
            key=lambda r: (versions[r.version_id].state == "PUBLISHED", r.version_id),
        )
        place = (0, self.r.pipeline_of(last.version_id), last.position, last.name, key)
        return Group(place, global_id(type, key), last.name, f":{key}")

    def word(self, text: str | None, without: str) -> Group:
        if text is None:
            return Group((1,), None, without)
        return Group((0, text), text, text, f":{text}")


def calibration(r: "Reference", args: dict[str, Any]) -> dict[str, Any] | None:
    """Step by step: who was ever on it, and what became of them."""
    type, key = decoded(args["pipelineId"]) or ("", None)
    if type != "Pipeline" or r.tables.one("pipeline", id=key) is None:
        return None
    version = r.published(key)
    steps = r.tables.where("step_version", version_id=version.id) if version else []
    counted = [
        (row, state) for row in r.tables["opportunity"] if (state := _fate(r, row, key, args))
    ]

    def told(step: Row) -> dict[str, Any]:
        stays = r.tables.where("step_stay", step_id=step.step_id)
        were = {stay.opportunity_id for stay in stays}
        fates = [state for row, state in counted if row.id in were]
        won, lost = fates.count("Won"), fates.count("Lost")
        share = Decimal(won * 100) / (won + lost) if won + lost else None
        return {
            "stepId": global_id("OpportunityStep", step.step_id),
            "name": step.name,
            "configured": step.probability,
            "measured": None
            if share is None
            else str(share.quantize(Decimal("0.01"), ROUND_HALF_UP)),
            "closedCount": won + lost,
            "wonCount": won,
            "lostCount": lost,
            "openCount": fates.count("Open"),
        }

    return {
        "pipelineId": args["pipelineId"],
        "steps": [told(step) for step in sorted(steps, key=lambda s: (s.position, s.step_id))],
    }


def _fate(r: "Reference", row: Row, pipeline: int, args: dict[str, Any]) -> str | None:
    if row.pipeline_id != pipeline or not r.sees(row):
        return None
    state = r.stage_of(r.step_of(row)).state
    closed, start, end = row.actual_close_date, args.get("from"), args.get("to")
    if state in ("Won", "Lost"):
        if start and (closed is None or str(closed) < start):
            return None
        if end and (closed is None or str(closed) > end):
            return None
    return state
