"""What registrations, invoices and issued tokens share: opened for a change, and recorded."""

from dataclasses import dataclass
from typing import TypeVar

from pipeline_gql.domain.errors import NotFound, Path
from pipeline_gql.domain.problems import not_found
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations.recording import check_version, record
from pipeline_gql.store import models, opportunities, rows
from pipeline_gql.store.database import Unit
from pipeline_gql.store.records import Facts, snapshot
from pipeline_gql.store.rows import Key

Paper = TypeVar("Paper", models.Registration, models.Invoice, models.TokenIssue)


@dataclass(frozen=True, slots=True)
class NamedPaper:
    """A registration, an invoice or an issue of tokens, to which one thing is done."""

    key: Key
    expected_version: int | None = None


async def opened(
    unit: Unit, viewer: Viewer, table: type[Paper], command: NamedPaper, verb: str, path: Path
) -> tuple[models.Opportunity | None, Paper]:
    """The paper, locked after the opportunity that it hangs on; seen exactly if that is."""
    viewer.require(Permission.SELL, verb, table.__name__)
    found = await rows.find(unit, table, command.key)
    opportunity = None
    if found is not None and found.opportunity_id is not None:
        try:
            opportunity = await opportunities.locked(unit, viewer, found.opportunity_id)
        except NotFound:
            raise not_found(rows.ref_of(table, command.key), path) from None
    row = await rows.locked(unit, table, command.key, path)
    await check_version(unit, rows.ref_of(table, command.key), row, command.expected_version)
    return opportunity, row


def close(unit: Unit, viewer: Viewer, row: Paper, verb: str, event: str, before: Facts) -> None:
    """Records what was done to it."""
    record(
        unit,
        viewer,
        rows.ref_of(type(row), rows.key_of(row)),
        row,
        verb=verb,
        event=event,
        before=before,
        after=snapshot(row),
        payload={"opportunity": row.opportunity_id},
    )
