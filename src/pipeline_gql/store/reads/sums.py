"""What the deals of a forecast come to: sums, and what their chances are computed from."""

from typing import Any

from sqlalchemy import Numeric, and_, cast, func, literal_column, not_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from pipeline_gql.domain.chances import MOST_LIKELY
from pipeline_gql.store.reads.shapes import Element

NOTHING: Element = literal_column("0")


def summed(counted: Any, *keys: Any) -> Any:
    """By the keys: counts and values of what is open and what is won, and what is certain though
    it is open."""
    won, still_open = counted.c.won, not_(counted.c.won)
    certain = and_(still_open, counted.c.probability == literal_column("100"))
    return select(
        *keys,
        func.count().filter(still_open).label("open_count"),
        _added(counted.c.grand_total, still_open).label("open_value"),
        _added(counted.c.weighted, still_open).label("weighted"),
        func.count().filter(won).label("won_count"),
        _added(counted.c.grand_total, won).label("won_value"),
        _added(counted.c.grand_total, certain).label("certain"),
    )


def spread(sums: Any, counted: Any, *keys: str) -> Any:
    """The sums, each with the uncertain deals that spread it most and the moments of all others."""
    chances = _chances(counted, *keys)
    same = and_(*(sums.c[key] == chances.c[key] for key in keys))
    columns = [column for column in chances.c if column.name not in keys]
    return select(*sums.c, *columns).select_from(sums.outerjoin(chances, same)).subquery()


def _chances(counted: Any, *keys: str) -> Any:
    alike = _alike(counted, *keys)
    p, value, count = alike.c.probability, cast(alike.c.grand_total, Numeric), alike.c.count
    listed, other = alike.c.place <= _MOST, alike.c.place > _MOST
    deal = func.json_build_array(p, alike.c.grand_total, count)
    deals = func.json_agg(aggregate_order_by(deal, alike.c.place)).filter(listed)
    variance = count * p * (_ALL - p) * value * value
    return (
        select(
            *(alike.c[key] for key in keys),
            deals.label("likely"),
            _added(count * p * value, other).label("mean"),
            _added(variance, other).label("variance"),
            _added(variance * (_ALL - p - p) * value, other).label("third"),
        )
        .group_by(*(alike.c[key] for key in keys))
        .subquery()
    )


def _alike(counted: Any, *keys: str) -> Any:
    """The deals that are neither certain nor impossible nor worth nothing, those alike together,
    numbered by how much one of them spreads the sum."""
    p, worth = counted.c.probability, counted.c.grand_total
    value = cast(worth, Numeric)
    apart = [counted.c[key] for key in keys]
    most = (p * (_ALL - p) * value * value).desc()
    place = func.row_number().over(partition_by=apart, order_by=[most, p])
    found = select(*apart, p, worth, func.count().label("count"), place.label("place"))
    uncertain = and_(not_(counted.c.won), p > NOTHING, p < _ALL, worth > NOTHING)
    return found.where(uncertain).group_by(*apart, p, worth).subquery()


def _added(column: Any, which: Element) -> Element:
    return func.coalesce(func.sum(column).filter(which), NOTHING)


_ALL: Element = literal_column("100")
_MOST: Element = literal_column(str(MOST_LIKELY))
