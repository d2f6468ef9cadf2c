"""`leaderboard`: who won most, added up and ranked in one statement."""

from typing import Any

from sqlalchemy import BigInteger, Text, and_, func, literal_column, not_, select, true, union
from sqlalchemy.dialects.postgresql import aggregate_order_by

from pipeline_gql.domain.currencies import EXPONENTS
from pipeline_gql.domain.filters import Malformed
from pipeline_gql.domain.goals import Metric
from pipeline_gql.domain.selection import Pick, text
from pipeline_gql.store import models
from pipeline_gql.store.reads import periods
from pipeline_gql.store.reads.compile import Compiler
from pipeline_gql.store.reads.frames import Columns, Frame
from pipeline_gql.store.reads.pages import capped, window
from pipeline_gql.store.reads.shapes import (
    Element,
    Form,
    Row,
    Rows,
    Scope,
    Shape,
    Value,
    column,
    number,
    to_one,
)
from pipeline_gql.store.reads.statements import Statement, statement
from pipeline_gql.store.reads.text import Part, concat, literal, members
from pipeline_gql.store.reads.winning import WON_TOTAL, is_won, won_totals

NOTHING: Element = literal_column("0", BigInteger)
NOBODY = Value(lambda row, scope: literal("null"), Form.NUMBER)


def leaderboard(compiler: Compiler, pick: Pick) -> Statement:
    return statement(compiler, Leaderboard(compiler, pick).query())


def _code(given: str) -> str:
    if given not in EXPONENTS:
        raise Malformed("currency must be a code of ISO 4217")
    return given


class Leaderboard:
    """Compiles one leaderboard."""

    def __init__(self, compiler: Compiler, pick: Pick) -> None:
        self.compiler, self.pick, self.scope = compiler, pick, compiler.scope
        self.metric = Metric(text(pick.arguments.members["metric"]))
        self.by = text(pick.arguments.members["by"])
        self.shape = compiler.shapes["User" if self.by == "USER" else "Team"]
        self.currency = self._currency()
        if found := capped(pick.arguments, pick.path):
            compiler.capped[pick.path] = found

    def _currency(self) -> Element | None:
        """What is added up: the organisation's currency unless told otherwise; of counts, all."""
        given = self.pick.arguments.get("currency")
        if given is not None:
            return self.compiler.binder.bind(given, _code, Text)
        if self.metric is Metric.COUNT:
            return None
        there: Any = models.Organisation.__table__.alias()
        return select(there.c.currency).where(there.c.org_id == self.scope.org).scalar_subquery()

    def query(self) -> Any:
        assert self.pick.below is not None
        won = self._placed(self._deals())
        sums = self._sums(won).cte("sums")
        size = window(self.pick.arguments, self.compiler.binder).size
        picks = self.pick.below.of("Leaderboard")
        pairs = [(pick.key, self._member(pick, won, sums, size)) for pick in picks]
        return select(concat(members(pairs)).label("v"))

    # ---- what was won ---------------------------------------------------------------------------

    def _deals(self) -> Any:
        shape = self.compiler.shapes["Opportunity"]
        there = self.compiler.table(shape)
        row = there.row
        among = self.compiler.listed(self.pick, shape, lambda row: [], covered=False)
        facts = select(
            row.id.label("id"),
            row.owner_id.label("owner_id"),
            row.currency.label("currency"),
            row.grand_total.label("grand_total"),
        )
        met = [*among(row).whole, is_won(row, self.scope.org)]
        met += periods.within(self.compiler.binder, self.pick, row.actual_close_date)
        return facts.select_from(there.clause).where(*met).cte("deals")

    def _placed(self, deals: Any) -> Any:
        """Each opportunity with whom it counts for: its owner; once for each team it has to do
        with, be it shared with it, owned by one of its members, or both."""
        facts = [deals.c.currency, deals.c.grand_total]
        if self.by == "USER":
            owned = select(deals.c.owner_id.label("key"), *facts)
            return owned.where(deals.c.owner_id.is_not(None)).cte("placed")
        tie: Any = models.OpportunityTeam.__table__.alias()
        member: Any = models.TeamMember.__table__.alias()
        shared = select(tie.c.team_id.label("key"), deals.c.id).where(
            tie.c.org_id == self.scope.org, tie.c.opportunity_id == deals.c.id
        )
        owned = select(member.c.team_id.label("key"), deals.c.id).where(
            member.c.org_id == self.scope.org, member.c.user_id == deals.c.owner_id
        )
        pairs = union(shared, owned).subquery()
        placed = select(pairs.c.key, *facts)
        return placed.select_from(pairs.join(deals, deals.c.id == pairs.c.id)).cte("placed")

    def _sums(self, won: Any) -> Any:
        """Count, value and rank of each, with what ties are listed by."""
        named: Any = self.shape.table.__table__.alias()
        counts = self._counts(won)
        count = func.count().filter(counts)
        value = func.coalesce(func.sum(won.c.grand_total).filter(counts), NOTHING)
        measured = count if self.metric is Metric.COUNT else value
        same = and_(named.c.org_id == self.scope.org, named.c.id == won.c.key)
        return (
            select(
                won.c.key.label("id"),
                named.c.name.label("name"),
                count.label("count"),
                value.label("value"),
                func.rank().over(order_by=measured.desc()).label("rank"),
            )
            .select_from(won.join(named, same))
            .group_by(won.c.key, named.c.name)
        )

    def _counts(self, won: Any) -> Element:
        if self.currency is None:
            return true()
        return won.c.currency == self.currency

    # ---- what is told ---------------------------------------------------------------------------

    def _member(self, pick: Pick, won: Any, sums: Any, size: Element) -> list[Part]:
        match pick.name:
            case "metric":
                return [f'"{self.metric.value}"']
            case "by":
                return [f'"{self.by}"']
            case "currency":
                return [self._told_currency()]
            case "moreRows":
                count = select(func.count()).select_from(sums).scalar_subquery()
                return [func.greatest(count - size, NOTHING)]
            case "rows":
                return [self._rows(pick, won, sums, size).scalar_subquery()]
            case _:
                return ['"Leaderboard"']

    def _told_currency(self) -> Element:
        if self.currency is None:
            return literal("null")
        return func.concat('"', self.currency, '"', type_=Text)

    def _rows(self, pick: Pick, won: Any, sums: Any, size: Element) -> Any:
        assert pick.below is not None
        first = (sums.c.rank, sums.c.name, sums.c.id)
        name = self.compiler.name()
        shown = select(*sums.c).order_by(*first).limit(size).subquery(name)
        row, frame = Columns(name, shown), Frame(shown)
        parts = self.compiler.object(pick.below, self._row(won), row, frame)
        ordered = aggregate_order_by(literal(","), row.rank, row.name, row.id)
        text = concat(["[", func.string_agg(concat(parts), ordered), "]"])
        return select(text.label("v")).select_from(frame.clause)

    def _row(self, won: Any) -> Shape:
        def others(row: Row, scope: Scope) -> Any:
            other = and_(won.c.key == row.id, not_(self._counts(won)))
            return won_totals(won, won.c).where(other)

        def currency(row: Row) -> Element:
            del row
            return literal_column("NULL", Text) if self.currency is None else self.currency

        value = Value(column("value"), Form.MONEY, currency=currency)
        return Shape(
            "LeaderboardRow",
            self.shape.table,
            {
                "rank": number("rank"),
                "user": to_one("User", "id") if self.by == "USER" else NOBODY,
                "team": to_one("Team", "id") if self.by == "TEAM" else NOBODY,
                "count": number("count"),
                "value": NOBODY if self.currency is None else value,
                "otherCurrencies": Rows("WonTotal", others, WON_TOTAL),
            },
        )
