"""Goals: made up, and recounted by a loop over plain rows."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from pipeline_gql.store import models
from tests.conformance.criteria import AGE_FIELDS, AGES, Criteria, columns, identity
from tests.conformance.lists import Noun, listed
from tests.conformance.meaning import Object, once
from tests.conformance.objects import Objects
from tests.conformance.rows import Row, moment, money, percent

if TYPE_CHECKING:
    from tests.conformance.reference import Reference
    from tests.conformance.world import World


class Goals(Objects):
    def is_won(self, o: Row) -> bool:
        return self.sees(o) and self.stage_of(self.step_of(o)).state == "Won"

    def teams_of(self, o: Row) -> set[int]:
        """Those it is shared with, and those of its owner."""
        theirs = self.tables.where("team_member", user_id=o.owner_id)
        shared = self.tables.where("opportunity_team", opportunity_id=o.id)
        return {row.team_id for row in (*theirs, *shared)}

    def counts(self, g: Row, o: Row) -> bool:
        day = o.actual_close_date
        if not self.is_won(o) or day is None or not g.start_date <= day <= g.end_date:
            return False
        if g.pipeline_id not in (None, o.pipeline_id):
            return False
        if g.user_id is not None:
            return o.owner_id == g.user_id
        return g.team_id is None or g.team_id in self.teams_of(o)

    @once
    def goal(self, g: Row) -> Object:
        won = [o for o in self.tables["opportunity"] if self.counts(g, o)]
        mine = [o for o in won if g.currency in (None, o.currency)]
        others = [o for o in won if g.currency not in (None, o.currency)]
        return self.own("Goal", g) | {
            "metric": g.metric,
            "user": self.lazily("User", g.user_id),
            "team": self.lazily("Team", g.team_id),
            "pipeline": self.lazily("Pipeline", g.pipeline_id),
            "startDate": g.start_date.isoformat(),
            "endDate": g.end_date.isoformat(),
            "targetAmount": g.currency and money(g.target_amount, self.exponent(g.currency)),
            "currency": g.currency,
            "targetCount": g.target_count,
            "progress": self.progress(g, mine),
            "pace": self.pace(g, mine),
            "otherCurrencies": self.won_totals(others),
            "isArchived": g.is_archived,
            "reachedAt": moment(g.reached_at),
        }

    def progress(self, g: Row, won: list[Row]) -> Object:
        if g.metric == "COUNT":
            missing = max(g.target_count - len(won), 0)
            share = len(won) * 1_000_000 // g.target_count
            return {
                "count": len(won), "value": None, "percent": percent(share),
                "remainingValue": None, "remainingCount": missing, "isReached": not missing,
            }  # fmt: skip
        exponent, value = self.exponent(g.currency), sum(o.grand_total for o in won)
        missing = max(g.target_amount - value, 0)
        return {
            "count": len(won),
            "value": money(value, exponent),
            "percent": percent(value * 1_000_000 // g.target_amount),
            "remainingValue": money(missing, exponent),
            "remainingCount": None,
            "isReached": not missing,
        }

    def pace(self, g: Row, won: list[Row]) -> Object:
        """In the smallest coins; of counts, in hundredths."""
        exponent = self.exponent(g.currency) if g.currency else 2
        coin = 10 ** (4 - exponent)
        if g.currency:
            target, value = g.target_amount, sum(o.grand_total for o in won)
        else:
            target, value = g.target_count * 10_000, len(won) * 10_000
        days = (g.end_date - g.start_date).days + 1
        passed = min(max((self.day(self.now) - g.start_date).days + 1, 0), days)
        expected = target * passed // days // coin
        ahead = value // coin - expected
        return {
            "days": days,
            "daysPassed": passed,
            "expected": money(expected * coin, exponent),
            "ahead": money(ahead * coin, exponent),
            "isBehind": ahead < 0,
            "projected": money(value * days // passed, exponent) if passed else None,
        }

    def won_totals(self, won: list[Row]) -> list[Object]:
        return [
            {
                "currency": code,
                "count": len(own),
                "value": money(sum(o.grand_total for o in own), self.exponent(code)),
            }
            for code in sorted({o.currency for o in won})
            for own in ([o for o in won if o.currency == code],)
        ]


class Leaderboard:
    """One `leaderboard` as its arguments ask for it."""

    def __init__(self, reference: "Reference", args: Object) -> None:
        self.r, self.metric, self.by = reference, args["metric"], args["by"]
        given = {name: value for name, value in args.items() if value is not None}
        self.currency = given.get("currency")
        if self.currency is None and self.metric == "REVENUE":
            (organisation,) = reference.tables["organisation"]
            self.currency = organisation.currency
        self.most = min(given.get("first", 25), 100)
        start, end = given.get("from", "0001-01-01"), given.get("to", "9999-12-31")
        days = date.fromisoformat(start), date.fromisoformat(end)
        among = listed(reference.nouns["Opportunity"], reference.tables["opportunity"], given)
        self.won = [o for o in among if reference.is_won(o) and self.in_period(o, *days, given)]

    @staticmethod
    def in_period(o: Row, start: date, end: date, given: Object) -> bool:
        if o.actual_close_date is None:
            return "from" not in given and "to" not in given
        return start <= o.actual_close_date <= end

    def told(self) -> Object:
        rows = [self.row(who) for who in self.r.tables["app_user" if self.by == "USER" else "team"]]
        rows = [row for row in rows if row["count"] or row["otherCurrencies"]]
        for row in rows:
            row["rank"] = 1 + len([other for other in rows if other["units"] > row["units"]])
        rows.sort(key=lambda row: (row["rank"], row["who"].name, row["who"].id))
        return {
            "metric": self.metric,
            "by": self.by,
            "currency": self.currency,
            "rows": rows[: self.most],
            "moreRows": max(len(rows) - self.most, 0),
        }

    def row(self, who: Row) -> Object:
        is_user = self.by == "USER"
        own = [
            o
            for o in self.won
            if (o.owner_id == who.id if is_user else who.id in self.r.teams_of(o))
        ]
        mine = [o for o in own if self.currency in (None, o.currency)]
        value = sum(o.grand_total for o in mine)
        code = self.currency
        return {
            "who": who,
            "units": value if self.metric == "REVENUE" else len(mine),
            "user": self.r.lazily("User", who.id if is_user else None),
            "team": self.r.lazily("Team", None if is_user else who.id),
            "count": len(mine),
            "value": code and money(value, self.r.exponent(code)),
            "otherCurrencies": self.r.won_totals([o for o in own if o not in mine]),
        }


def goal(reference: "Reference") -> Noun:
    made = Criteria(reference)
    fields = {
        "id": identity("Goal", "id"),
        **columns("text", name="name", metric="metric", currency="currency"),
        "userId": identity("User", "user_id"),
        "userName": made.name_of("app_user", "user_id"),
        "teamId": identity("Team", "team_id"),
        "teamName": made.name_of("team", "team_id"),
        "pipelineId": identity("Pipeline", "pipeline_id"),
        **columns("date", startDate="start_date", endDate="end_date"),
        **columns("money", targetAmount="target_amount"),
        **columns("integer", targetCount="target_count"),
        **columns("boolean", isArchived="is_archived"),
        **columns("moment", reachedAt="reached_at"),
        **AGE_FIELDS,
    }
    dates = {"startDate": ("start_date", "date"), "endDate": ("end_date", "date")}
    return Noun("Goal", "goal", "id", reference.goal, fields, dates | AGES)


async def write(world: "World") -> None:
    """Of users, teams and everybody, past, running and to come; many with something won."""
    for i in range(1, 31):
        random, whose = world.random, {}
        if i % 3:
            column, keys = ("user_id", [1, 2, 3, 5]) if i % 3 == 1 else ("team_id", [1, 2, 3])
            whose = {column: world.pick(keys)}
        start = random.choice([date(2026, 1, 1), date(2026, 3, 15), world.now.date()])
        start += timedelta(days=random.choice([0, 0, -20, 1]))
        code = random.choice(["USD", "GBP", "JPY", "KWD", "CLF"])
        target = {"metric": "COUNT", "target_count": random.choice([1, 2, 3, 7])}
        if i % 2:
            amount = random.choice([1, 12_345, 3_000_000, 10**8]) * 10_000
            target = {"metric": "REVENUE", "target_amount": amount, "currency": code}
        await world.rows(models.Goal, [{
            "id": world.o.base + i, "name": world.maybe(world.text()),
            "pipeline_id": world.maybe(world.pick([1, 1, 2]), 0.3),
            "start_date": start, "end_date": start + timedelta(days=random.choice([0, 30, 180])),
            "is_archived": random.random() < 0.2, "reached_at": world.maybe(world.moment(), 0.2),
        } | whose | target | world.ages()])  # fmt: skip
