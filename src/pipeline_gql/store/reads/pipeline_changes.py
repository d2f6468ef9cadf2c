"""`pipelineChanges`: how opportunities stood at one moment beside how they stand at another."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    Text,
    and_,
    case,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import array

from pipeline_gql.domain.changes import Change
from pipeline_gql.domain.selection import Pick, text
from pipeline_gql.store import models
from pipeline_gql.store.reads import lineages, periods
from pipeline_gql.store.reads.compile import Compiler
from pipeline_gql.store.reads.lineages import key_of_pipeline
from pipeline_gql.store.reads.lists import listed
from pipeline_gql.store.reads.shapes import Element, Form, Reading, Value, code, money, number
from pipeline_gql.store.reads.statements import Statement, statement
from pipeline_gql.store.reads.text import Part, concat, literal, members

NOTHING: Element = literal_column("0", BigInteger)
OPEN, WON, LOST, ARCHIVED = (literal(state) for state in ("Open", "Won", "Lost", "Archived"))

STANDING: Mapping[str, Reading] = {
    "currency": code("currency"),
    "count": number("count"),
    "value": money("value"),
    "weighted": money("weighted"),
}
CHANGE: Mapping[str, Reading] = {
    "kind": Value(lambda row, scope: row.kind, Form.CODE),
    "currency": code("currency"),
    "count": number("count"),
    "value": money("value"),
    "previousValue": money("previous_value"),
}


def pipeline_changes(compiler: Compiler, pick: Pick) -> Statement:
    return statement(compiler, Changes(compiler, pick).query())


class Changes:
    """Compiles one comparison."""

    def __init__(self, compiler: Compiler, pick: Pick) -> None:
        self.compiler, self.pick, self.scope = compiler, pick, compiler.scope
        self.shape = compiler.shapes["Opportunity"]
        self.compared = self._compared().cte("compared")
        self.changed = self._changed().cte("changed")

    def query(self) -> Any:
        assert self.pick.below is not None
        picks = self.pick.below.of("PipelineChanges")
        pairs = [(pick.key, [self._member(pick)]) for pick in picks]
        return select(concat(members(pairs)).label("v"))

    def _member(self, pick: Pick) -> Part:
        match pick.name:
            case "changes":
                return listed(self.compiler, pick, "PipelineChange", CHANGE, self._counts())
            case "opening" | "closing":
                when = "then" if pick.name == "opening" else "now"
                rows = self._standing(when)
                return listed(self.compiler, pick, "PipelineStanding", STANDING, rows)
            case "opportunities":
                return self._opportunities(pick)
            case _:
                return '"PipelineChanges"'

    # ---- how each stood, and stands -------------------------------------------------------------

    def _compared(self) -> Any:
        """One row for each, the columns of both times beside one another."""
        there = self.compiler.table(self.shape)
        met = self.compiler.listed(self.pick, self.shape, lambda row: [], covered=False)
        where = met(there.row).whole
        pipeline = self.pick.arguments.get("pipelineId")
        if pipeline is not None:
            key = self.compiler.binder.bind(pipeline, key_of_pipeline, BigInteger)
            where.append(there.row.pipeline_id == key)
        start, end = periods.edges(self.compiler.binder, self.pick)
        assert start is not None
        end = func.now() if end is None else func.least(func.now(), end)
        then, now = self._at(start, "then"), self._at(end, "now")
        id = there.row.id
        found: Any = select(id.label("id"), *then.c, *now.c)
        clause = there.clause.outerjoin(then, then.c.then_id == id)
        return found.select_from(clause.outerjoin(now, now.c.now_id == id)).where(*where)

    def _at(self, at: Element, name: str) -> Any:
        """What the revisions of a moment say, in columns that begin with a name."""
        was: Any = models.OpportunityRevision.__table__.alias()
        step: Any = models.StepVersion.__table__.alias()
        stage: Any = models.StageVersion.__table__.alias()
        order = lineages.steps(self.scope).subquery()
        stood = and_(
            step.c.org_id == self.scope.org,
            step.c.version_id == was.c.version_id,
            step.c.step_id == was.c.step_id,
        )
        meant = and_(
            stage.c.org_id == self.scope.org,
            stage.c.version_id == step.c.version_id,
            stage.c.stage_id == step.c.stage_id,
        )
        columns = {
            "id": was.c.opportunity_id, "state": stage.c.state, "position": order.c.position,
            "currency": was.c.currency, "value": was.c.grand_total, "weighted": was.c.weighted,
            "closes": was.c.expected_close_date,
        }  # fmt: skip
        clause = was.join(step, stood).join(stage, meant)
        found = select(*(each.label(f"{name}_{key}") for key, each in columns.items()))
        found = found.select_from(clause.join(order, order.c.step_id == was.c.step_id))
        return found.where(
            was.c.org_id == self.scope.org,
            was.c.since <= at,
            or_(was.c.until.is_(None), was.c.until > at),
            was.c.is_deleted.is_(False),
        ).subquery(name)

    def _kinds(self) -> dict[Change, Element]:
        c = self.compared.c
        was_open, is_open = c.then_state == OPEN, c.now_state == OPEN

        def became(state: Element) -> Element:
            return and_(c.now_state == state, c.then_state.is_distinct_from(state))

        other_value = or_(c.then_value != c.now_value, c.then_currency != c.now_currency)
        return {
            Change.NEW: and_(c.then_id.is_(None), c.now_id.is_not(None)),
            Change.ADVANCED: and_(was_open, is_open, c.now_position > c.then_position),
            Change.MOVED_BACK: and_(was_open, is_open, c.now_position < c.then_position),
            Change.WON: became(WON),
            Change.LOST: became(LOST),
            Change.ARCHIVED: became(ARCHIVED),
            Change.REOPENED: and_(c.then_state != OPEN, is_open),
            Change.SLIPPED: and_(was_open, is_open, c.now_closes > c.then_closes),
            Change.VALUE_CHANGED: other_value,
        }

    def _changed(self) -> Any:
        """One row for each way in which one changed."""
        c = self.compared.c
        # Not a join with VALUES, which are prepared anew for each row.
        held = [case((holds, literal(kind.value))) for kind, holds in self._kinds().items()]
        kind = func.unnest(func.array_remove(array(held), literal_column("NULL", Text)))
        found = select(c.id, c.now_currency, c.now_value, c.then_value, c.then_currency)
        return found.add_columns(kind.label("kind"))

    # ---- what is told ---------------------------------------------------------------------------

    def _counts(self) -> Any:
        c = self.changed.c
        before = func.sum(c.then_value).filter(c.then_currency == c.now_currency)
        kinds: Any = array([literal(kind.value) for kind in Change])
        order = [func.array_position(kinds, c.kind), c.now_currency]
        rows = select(
            func.row_number().over(order_by=order).label("place"),
            c.kind,
            c.now_currency.label("currency"),
            func.count().label("count"),
            func.sum(c.now_value).label("value"),
            func.coalesce(before, NOTHING).label("previous_value"),
        )
        return rows.group_by(c.kind, c.now_currency)

    def _standing(self, when: str) -> Any:
        c = self.compared.c
        currency = c[f"{when}_currency"]
        rows = select(
            currency.label("place"),
            currency.label("currency"),
            func.count().label("count"),
            func.sum(c[f"{when}_value"]).label("value"),
            func.sum(c[f"{when}_weighted"]).label("weighted"),
        )
        return rows.where(c[f"{when}_state"] == OPEN).group_by(currency)

    def _opportunities(self, pick: Pick) -> Element:
        kind = text(pick.arguments.members["kind"])
        ids = select(self.changed.c.id).where(self.changed.c.kind == literal(kind))
        found = self.compiler.connection(
            pick, self.shape, lambda row: [row.id.in_(ids)], covered=True
        )
        return found.scalar_subquery()
