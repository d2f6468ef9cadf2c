"""Lists of objects that are no records, as one value of a statement."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from pipeline_gql.domain.selection import Pick
from pipeline_gql.store import models
from pipeline_gql.store.reads.compile import Compiler
from pipeline_gql.store.reads.frames import Columns, Frame
from pipeline_gql.store.reads.shapes import Element, Reading, Shape
from pipeline_gql.store.reads.text import concat, literal


def listed(
    compiler: Compiler, pick: Pick, type: str, fields: Mapping[str, Reading], rows: Any
) -> Element:
    """The rows of a query as what is selected of them, by the query's column `place`."""
    assert pick.below is not None
    name = compiler.name()
    made = rows.subquery(name)
    row, frame = Columns(name, made), Frame(made)
    parts = compiler.object(pick.below, Shape(type, models.Opportunity, fields), row, frame)
    ordered = aggregate_order_by(literal(","), row.place)
    text = concat(["[", func.string_agg(concat(parts), ordered), "]"])
    return select(text).select_from(frame.clause).scalar_subquery()
