"""Sums in one currency, by the rates that the organisation keeps: each day at its own rate."""

from typing import Any

from sqlalchemy import BigInteger, Date, Text, and_, case, cast, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by

from pipeline_gql.domain.currencies import EXPONENTS
from pipeline_gql.domain.exchange import MOST_RATES, RATE_SCALE
from pipeline_gql.domain.filters import Malformed
from pipeline_gql.domain.selection import Pick
from pipeline_gql.store import models
from pipeline_gql.store.reads.compile import Compiler
from pipeline_gql.store.reads.shapes import Element
from pipeline_gql.store.reads.sums import summed

SUMS = ("open_count", "open_value", "weighted", "won_count", "won_value")


def converted(compiler: Compiler, pick: Pick, counted: Any) -> Any:
    """A JSON list: the currency, its sums, the rates used, how many, and what is missing."""
    target = _target(compiler, pick)
    rated = _rated(compiler, counted, target)
    same = rated.c.currency == target
    rate = case((same, literal_column(str(RATE_SCALE), BigInteger)), else_=rated.c.rate)
    known = rate.is_not(None)
    sums = [
        func.coalesce(
            func.sum(rated.c[name] * (1 if name.endswith("count") else rate)).filter(known),
            literal_column("0"),
        )
        for name in SUMS
    ]
    whole = select(func.json_build_array(target, *sums)).select_from(rated).scalar_subquery()
    return func.json_build_array(whole, *_rates(rated), _missing(rated, target))


def _target(compiler: Compiler, pick: Pick) -> Element:
    asked = pick.arguments.get("currency")
    if asked is not None:
        return compiler.binder.bind(asked, _code, Text)
    organisation = models.Organisation.__table__.alias()
    found = select(organisation.c.currency).where(organisation.c.org_id == compiler.scope.org)
    return found.scalar_subquery()


def _code(value: str) -> str:
    if value not in EXPONENTS:
        raise Malformed(f"currency: {value[:40]!r} is not a currency code of ISO 4217")
    return value


def _rated(compiler: Compiler, counted: Any, target: Element) -> Any:
    """Sums by currency and rate: the last one that was valid on the day."""
    org = compiler.scope.org
    organisation = models.Organisation.__table__.alias()
    zone = select(organisation.c.time_zone).where(organisation.c.org_id == org).scalar_subquery()
    today = cast(func.timezone(zone, func.now()), Date)
    day = case((counted.c.won, func.coalesce(counted.c.closes, today)), else_=today)
    daily = (
        summed(counted, counted.c.currency, day.label("day"))
        .group_by(counted.c.currency, literal_column("2"))
        .subquery(compiler.name())
    )
    kept = models.ExchangeRate.__table__.alias()
    valid = (
        select(kept.c.id, kept.c.rate, kept.c.day)
        .where(
            kept.c.org_id == org,
            kept.c.from_currency == daily.c.currency,
            kept.c.to_currency == target,
            kept.c.day <= daily.c.day,
            kept.c.deleted_at.is_(None),
        )
        .order_by(kept.c.day.desc())
        .limit(1)
        .lateral(compiler.name())
    )
    sums = [func.sum(daily.c[name]).label(name) for name in SUMS]
    rated = select(daily.c.currency, valid.c.day, valid.c.rate, *sums)
    rated = rated.select_from(daily.outerjoin(valid, true()))
    return rated.group_by(daily.c.currency, valid.c.day, valid.c.rate).cte(compiler.name())


def _rates(rated: Any) -> tuple[Any, Any]:
    """The rates used, those of late before others, and how many there are."""
    used = select(rated.c.currency, rated.c.day, rated.c.rate).where(rated.c.rate.is_not(None))
    last = used.order_by(rated.c.day.desc(), rated.c.currency).limit(MOST_RATES).subquery()
    listed = select(func.json_agg(func.json_build_array(*last.c))).scalar_subquery()
    count = select(func.count()).where(rated.c.rate.is_not(None)).scalar_subquery()
    return listed, count


def _missing(rated: Any, target: Element) -> Any:
    """The sums of each currency for whose days there is no rate."""
    without = and_(rated.c.rate.is_(None), rated.c.currency != target)
    row = func.json_build_array(rated.c.currency, *(rated.c[name] for name in SUMS))
    rows = func.json_agg(aggregate_order_by(row, rated.c.currency))
    return select(rows).where(without).scalar_subquery()
