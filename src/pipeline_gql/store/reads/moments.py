"""Moments and days that a client gives, in SQL."""

from datetime import datetime

from sqlalchemy import DateTime, func

from pipeline_gql.domain.selection import Tree
from pipeline_gql.store.reads.binding import Binder
from pipeline_gql.store.reads.criteria import time_zone
from pipeline_gql.store.reads.shapes import Element


def moment(binder: Binder, given: Tree) -> Element:
    """One without an offset is read in the organisation's time zone."""
    placed = binder.bind(given, _placed, DateTime(timezone=True))
    wall = binder.bind(given, _wall, DateTime(timezone=False))
    return func.coalesce(placed, func.timezone(time_zone(binder.scope), wall))


def _placed(given: datetime) -> datetime | None:
    return given if given.tzinfo else None


def _wall(given: datetime) -> datetime | None:
    return None if given.tzinfo else given
