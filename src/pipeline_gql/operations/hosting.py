"""An opportunity or a lead reached, because something is said about it or attached to it."""

from typing import Protocol

from pipeline_gql.domain.errors import NotFound, Ref
from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.operations.leads import require_open
from pipeline_gql.store import hosts, leads, models, opportunities
from pipeline_gql.store.database import Unit
from pipeline_gql.store.hosts import Hosted


class OnHost(Protocol):
    """The part of a command that may say where: at most one of the two."""

    @property
    def opportunity_id(self) -> int | None: ...
    @property
    def lead_id(self) -> int | None: ...


def named(command: OnHost) -> Ref | None:
    """What a command names."""
    if command.lead_id is not None:
        return Ref("Lead", command.lead_id)
    if command.opportunity_id is not None:
        return Ref("Opportunity", command.opportunity_id)
    return None


async def reached(unit: Unit, viewer: Viewer, host: Ref | None) -> models.Opportunity | models.Lead:
    """Raises NotFound, and LeadAlreadyConverted: what hung on a lead hangs on its opportunity now.

    A lead is not converted meanwhile; an opportunity changes as it likes.
    """
    assert host is None or isinstance(host.key, int)
    if host is None or host.type == "Opportunity":
        key = host.key if host else 0
        return await opportunities.locked(unit, viewer, int(key), weakly=True)
    row = await leads.locked(unit, viewer, int(host.key), shared=True)
    await require_open(unit, viewer, row)
    return row


async def reached_by(
    unit: Unit, viewer: Viewer, command: OnHost, table: type[Hosted], key: int, missing: NotFound
) -> Ref:
    """What the row of this key hangs on, or what the command says it does.

    The row is seen exactly if its host is; neither is confirmed otherwise: raises `missing`.
    """
    told = named(command)
    host = told or await hosts.found(unit, table, key)
    try:
        await reached(unit, viewer, host)
    except NotFound:
        if told is not None:
            raise
        raise missing from None
    assert host is not None
    return host
