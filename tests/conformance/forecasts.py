"""`forecast` recounted: a loop over plain rows."""

from calendar import month_name
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from tests.conformance.lists import listed
from tests.conformance.rows import Row, global_id, money

if TYPE_CHECKING:
    from tests.conformance.reference import Reference


@dataclass(frozen=True, order=True)
class Group:
    place: tuple[Any, ...]
    key: str | None
    label: str


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


class Recount:
    """One `forecast` as its arguments ask for it."""

    def __init__(self, reference: "Reference", args: dict[str, Any]) -> None:
        self.r, self.t = reference, reference.tables
        self.args = {name: value for name, value in args.items() if value is not None}
        rows = listed(reference.nouns["Opportunity"], self.t["opportunity"], self.args)
        self.deals = [deal for row in rows for deal in self.counted(row)]

    def told(self) -> dict[str, Any]:
        rows = {(group, deal.row.currency) for deal in self.deals for group in self.groups(deal)}
        return {
            "groupBy": self.args["groupBy"],
            "rows": [
                {
                    "key": group.key,
                    "label": group.label,
                    **self.sums(
                        d for d in self.deals if d.row.currency == code and group in self.groups(d)
                    ),
                }
                for group, code in sorted(rows, key=lambda row: (row[0].place, row[1]))
            ],
            "moreRows": 0,
            "totals": [
                self.sums(d for d in self.deals if d.row.currency == code)
                for code in sorted({deal.row.currency for deal in self.deals})
            ],
        }

    def counted(self, row: Row) -> Iterable[Deal]:
        """The row if it counts: won or open, in the period."""
        step = self.r.step_of(row)
        state = self.r.stage_of(step).state
        if state not in ("Open", "Won"):
            return
        closes = row.actual_close_date if state == "Won" else row.expected_close_date
        start, end = (self.args.get(name) for name in ("from", "to"))
        if start and (closes is None or closes < date.fromisoformat(start)):
            return
        if end and (closes is None or closes > date.fromisoformat(end)):
            return
        yield Deal(row, step, state == "Won", closes, row.probability)

    def sums(self, deals: Iterable[Deal]) -> dict[str, Any]:
        deals = list(deals)
        still_open, won = [d for d in deals if not d.won], [d for d in deals if d.won]
        exponent = self.r.exponent(deals[0].row.currency)
        return {
            "currency": deals[0].row.currency,
            "openCount": len(still_open),
            "openValue": money(sum(d.value for d in still_open), exponent),
            "weighted": money(sum(self.weighted(d) for d in still_open), exponent),
            "wonCount": len(won),
            "wonValue": money(sum(d.value for d in won), exponent),
        }

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
            return Group((0, key), key, f"{month_name[closes.month]} {closes.year:04}")
        quarter = (closes.month + 2) // 3
        key = f"{closes.year:04}-Q{quarter}"
        return Group((0, key), key, f"Q{quarter} {closes.year:04}")

    def record(self, type: str, table: str, key: int | None, without: str) -> Group:
        if key is None:
            return Group((1,), None, without)
        name = self.t.one(table, id=key).name  # type: ignore[union-attr]
        return Group((0, name, key), global_id(type, key), name)

    def standing(self, type: str, part: str, key: int) -> Group:
        """Called as the published version calls it, or the last that had it."""
        rows = self.t.where(f"{part}_version", **{f"{part}_id": key})
        versions = {r.version_id: self.t.one("pipeline_version", id=r.version_id) for r in rows}
        known = [r for r in rows if versions[r.version_id].state != "DRAFT"]  # type: ignore[union-attr]
        last = max(
            known,
            key=lambda r: (versions[r.version_id].state == "PUBLISHED", r.version_id),  # type: ignore[union-attr]
        )
        place = (0, self.r.pipeline_of(last.version_id), last.position, last.name, key)
        return Group(place, global_id(type, key), last.name)

    def word(self, text: str | None, without: str) -> Group:
        return Group((1,), None, without) if text is None else Group((0, text), text, text)
