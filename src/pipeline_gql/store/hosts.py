"""What comments and attachments hang on: an opportunity or a lead, named by exactly one column."""

from typing import Any

from sqlalchemy import select

from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.facts import is_key
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit

COLUMNS = {"Opportunity": "opportunity_id", "Lead": "lead_id"}

Hosted = models.Comment | models.Attachment


def naming(host: Ref) -> dict[str, int]:
    """The column, and the key that it gets, of a row on this host."""
    assert isinstance(host.key, int)
    return {COLUMNS[host.type]: host.key}


def host_of(row: Hosted) -> Ref:
    """What a row hangs on."""
    if row.lead_id is not None:
        return Ref("Lead", row.lead_id)
    assert row.opportunity_id is not None
    return Ref("Opportunity", row.opportunity_id)


def on(table: Any, host: Ref) -> Any:
    """The condition that rows of a table hang on this host."""
    return getattr(table, COLUMNS[host.type]) == host.key


async def found(unit: Unit, table: type[Hosted], key: int) -> Ref | None:
    """What the row of this key hangs on; None where there is none."""
    if not is_key(key):
        return None
    row = await unit.session.scalar(
        select(table)
        .where(table.org_id == unit.org_id, table.id == key)
        .execution_options(populate_existing=True)
    )
    return host_of(row) if row else None
