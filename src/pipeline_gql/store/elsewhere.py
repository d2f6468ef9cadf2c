"""Which of the things that a graph names outside itself the organisation has."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Text, cast, exists, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from pipeline_gql.domain.flaws import Kind
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit


async def known(unit: Unit, kind: Kind, names: Collection[str]) -> set[str]:
    """Those of the names that stand for something; one statement, if there are any."""
    if not names:
        return set()
    wanted = func.unnest(cast([*names], ARRAY(Text))).column_valued("wanted")
    there = exists().where(*_bearer(unit, kind, wanted))
    return set(await unit.session.scalars(select(wanted).where(there)))


def _bearer(
    unit: Unit, kind: Kind, name: ColumnElement[str]
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    team, user, pipeline = models.Team, models.User, models.Pipeline
    if kind is Kind.UNKNOWN_TEAM:
        return team.org_id == unit.org_id, team.name == name
    if kind is Kind.UNKNOWN_USER:
        return user.org_id == unit.org_id, user.email_key == func.lower(name)
    return pipeline.org_id == unit.org_id, pipeline.key == name
