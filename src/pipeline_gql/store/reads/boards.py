"""The board of a pipeline: a column for each step, with the opportunities that stand there."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Boolean,
    Select,
    Text,
    and_,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import aggregate_order_by

from pipeline_gql.domain.ids import decode
from pipeline_gql.domain.selection import Leaf, Pick
from pipeline_gql.domain.viewer import Sight
from pipeline_gql.store import models
from pipeline_gql.store.reads.compile import Compiler
from pipeline_gql.store.reads.frames import Columns, Frame, Source
from pipeline_gql.store.reads.shapes import Element, Row
from pipeline_gql.store.reads.statements import Statement, key_of, statement
from pipeline_gql.store.reads.tally import Tally
from pipeline_gql.store.reads.text import Part, concat, literal, members
from pipeline_gql.store.reads.ways import Listed

BOARD_ORDER = "manual"
"""The order of a column unless another is asked for."""


def board(compiler: Compiler, pick: Pick) -> Statement | None:
    id = pick.arguments.get("pipelineId")
    if id is not None:
        ref = decode(cast(str, cast(Leaf, id).value))
        if ref is None or ref.type != "Pipeline":
            return None
    return statement(compiler, Board(compiler, pick).query())


class Board:
    """Compiles one board. What the board is filtered by holds in every column."""

    def __init__(self, compiler: Compiler, pick: Pick) -> None:
        self.compiler, self.pick = compiler, pick
        self.scope = compiler.scope
        self.shapes = compiler.shapes

    def query(self) -> Select[Any]:
        assert self.pick.below is not None
        pipeline = self._source(models.Pipeline)
        frame = Frame(pipeline.clause)
        pairs = [
            (pick.key, self._member(pick, pipeline.row, frame))
            for pick in self.pick.below.of("Board")
        ]
        where = [pipeline.row.org_id == self.scope.org, pipeline.row.id == self.wanted]
        return select(concat(members(pairs)).label("v")).select_from(frame.clause).where(*where)

    def _member(self, pick: Pick, pipeline: Columns, frame: Frame) -> list[Part]:
        match pick.name:
            case "pipeline":
                assert pick.below is not None
                return self.compiler.object(pick.below, self.shapes["Pipeline"], pipeline, frame)
            case "columns":
                return [self.compiler.beside(self._columns(pick, pipeline), frame)]
            case _:
                return ['"Board"']

    @cached_property
    def wanted(self) -> Element:
        """The pipeline's key."""
        id = self.pick.arguments.get("pipelineId")
        if id is not None:
            return self.compiler.binder.bind(id, key_of, BigInteger)
        return self._default()

    def _default(self) -> Element:
        """The default pipeline, else the first; of those that were ever published."""
        there, version = self._source(models.Pipeline), self._source(models.PipelineVersion)
        published = and_(
            version.row.org_id == self.scope.org,
            version.row.pipeline_id == there.row.id,
            version.row.state == literal("PUBLISHED"),
        )
        found: Any = select(there.row.id).select_from(there.clause.join(version.clause, published))
        found = found.where(there.row.org_id == self.scope.org)
        found = found.order_by(there.row.is_default.desc(), there.row.id)
        return found.limit(literal_column("1")).scalar_subquery()

    def _source(self, model: Any) -> Source:
        name = self.compiler.name()
        return Source(model.__table__.alias(name), Columns(name, model.__table__))

    # ---- columns --------------------------------------------------------------------------------

    def _columns(self, pick: Pick, pipeline: Columns) -> Select[Any]:
        assert pick.below is not None
        lineage = self._source(models.Step)
        step = self._newest(lineage.row)
        frame = Frame(lineage.clause.join(step.clause, true()))
        retired = literal_column(f"{step.row.alias}.retired", Boolean)
        below = pick.below.of("BoardColumn")
        numbers = self._numbers(below, step.row, frame)
        pairs = [
            (each.key, numbers.get(each.key) or self._of_column(each, step.row, retired, frame))
            for each in below
        ]
        order = aggregate_order_by(literal(","), retired, step.row.position, step.row.step_id)
        text = concat(["[", func.string_agg(concat(members(pairs)), order), "]"])
        return (
            select(text.label("v"))
            .select_from(frame.clause)
            .where(
                lineage.row.org_id == self.scope.org,
                lineage.row.pipeline_id == pipeline.id,
                or_(retired.is_(False), self._held(step.row)),
            )
        )

    def _numbers(self, picks: Sequence[Pick], step: Row, frame: Frame) -> Mapping[str, list[Part]]:
        """Counts and totals, by one look at the rows: each column's own part of an index, or all
        that a member sees."""
        counts = [pick for pick in picks if pick.name == "count"]
        totals: list[Pick | None] = [pick for pick in picks if pick.name == "totals"]
        numbers: dict[str, list[Part]] = {}
        for pick in totals or (counts and [None]):
            name = self.compiler.name()
            if self.scope.sight is Sight.ALL:
                there = Tally(self.compiler, self.shapes["Opportunity"], self._standing_on(step))
                frame.join(there.counted(pick).lateral(name), true(), outer=False)
            else:
                # Once for all columns, where the planner expects one and would ask it for each.
                rows = self._tally().counted(pick, "step_id").cte(name).prefix_with("MATERIALIZED")
                frame.join(rows, rows.c.key == step.step_id, outer=True)
            if pick is not None:
                numbers[pick.key] = [func.coalesce(literal_column(f"{name}.v", Text), "[]")]
            count = func.coalesce(literal_column(f"{name}.n", BigInteger), literal_column("0"))
            numbers |= {each.key: [sql_cast(count, Text)] for each in counts}
        return numbers

    def _newest(self, lineage: Row) -> Source:
        """A step as the published version has it, else the last that had it: then `retired`."""
        there, version = self._source(models.StepVersion), self._source(models.PipelineVersion)
        same = and_(version.row.org_id == self.scope.org, version.row.id == there.row.version_id)
        retired = version.row.state != literal("PUBLISHED")
        found: Any = select(literal_column(f"{there.row.alias}.*", Text), retired.label("retired"))
        found = found.select_from(there.clause.join(version.clause, same)).where(
            there.row.org_id == self.scope.org,
            there.row.step_id == lineage.id,
            version.row.state != literal("DRAFT"),
        )
        found = found.order_by(retired, version.row.number.desc()).limit(literal_column("1"))
        name = self.compiler.name()
        return Source(found.lateral(name), Columns(name, models.StepVersion.__table__))

    def _held(self, step: Row) -> Element:
        """Whether an opportunity that the viewer sees stands on the step: looks for the first in
        the column, since EXISTS would not go by an index."""
        there = self.compiler.table(self.shapes["Opportunity"])
        met = self.compiler.met(self.shapes["Opportunity"], there.row, covered=False)
        found: Any = select(literal_column("1", BigInteger)).select_from(there.clause)
        found = found.where(*met, there.row.step_id == step.step_id)
        found = found.order_by(there.row.board_key, there.row.id).limit(literal_column("1"))
        return found.scalar_subquery().is_not(None)

    def _tally(self) -> Tally:
        """Of all columns."""
        step = self._source(models.Step)
        steps = select(step.row.id).select_from(step.clause)
        steps = steps.where(step.row.org_id == self.scope.org, step.row.pipeline_id == self.wanted)

        def among(row: Row) -> list[Any]:
            return [row.step_id.in_(steps)]

        return Tally(self.compiler, self.shapes["Opportunity"], self._listed(among))

    def _standing_on(self, step: Row) -> Listed:
        """An opportunity is in the column of its step, whatever version it is pinned to."""
        return self._listed(lambda row: [row.step_id == step.step_id])

    def _listed(self, among: Callable[[Row], list[Any]]) -> Listed:
        return self.compiler.listed(self.pick, self.shapes["Opportunity"], among, covered=False)

    def _of_column(self, pick: Pick, step: Columns, retired: Element, frame: Frame) -> list[Part]:
        match pick.name:
            case "step":
                assert pick.below is not None
                return self.compiler.object(pick.below, self.shapes["OpportunityStep"], step, frame)
            case "isRetired":
                return [sql_cast(retired, Text)]
            case "opportunities":
                standing = self._standing_on(step)
                cards = self.compiler.connection(
                    pick,
                    self.shapes["Opportunity"],
                    lambda row: standing(row).whole,
                    covered=True,
                    ordered=BOARD_ORDER,
                )
                return [self.compiler.beside(cards, frame)]
            case _:
                return ['"BoardColumn"']
