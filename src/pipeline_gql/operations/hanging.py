"""What tasks and meetings share: opened for a change, recorded, and whom they concern."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pipeline_gql.domain.errors import Path, Ref
from pipeline_gql.domain.problems import Problems
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations import named
from pipeline_gql.operations.recording import check_version, record
from pipeline_gql.store import hanging, rows
from pipeline_gql.store.database import Unit
from pipeline_gql.store.hanging import Hung
from pipeline_gql.store.records import Facts


@dataclass(frozen=True, slots=True)
class Named:
    """A task or meeting to which something is done that needs no more words."""

    key: int
    expected_version: int | None = None


async def opened(unit: Unit, viewer: Viewer, table: type[Hung], command: Named) -> Hung:
    """The task or meeting, locked, if the viewer may change it."""
    viewer.require(Permission.SELL, "change", table.__name__)
    path = (f"{table.__name__.lower()}_id",)
    row = await hanging.locked(unit, viewer, table, command.key, path)
    await check_version(unit, rows.ref_of(table, row.id), row, command.expected_version)
    return row


async def check_people(
    unit: Unit,
    opportunity_id: int,
    people: Mapping[Path, Ref],
    problems: Problems,
    kept: Collection[Path] = (),
) -> None:
    """Who is named must be there, and a user be active and see the opportunity."""
    await named.check(unit, people, problems, kept)
    users = {path: ref for path, ref in people.items() if ref.type == "User" and path not in kept}
    keys = [int(ref.key) for ref in users.values()]
    blind = await hanging.blind(unit, opportunity_id, keys)
    unseeing = {path: ref for path, ref in users.items() if ref.key in blind}
    if unseeing:
        await named.refuse_blind(unit, "Opportunity", unseeing, problems)


def close(
    unit: Unit,
    viewer: Viewer,
    row: Hung,
    verb: str,
    event: str,
    before: Facts | None,
    after: Facts,
    assigned: Collection[int] = (),
    **told: object,
) -> None:
    """Records the change, and to whom it gave something to do; no change is not recorded."""
    if before == after:
        return
    changed = rows.ref_of(type(row), row.id)
    payload: Facts = {"opportunity": row.opportunity_id, "assigned": sorted(assigned), **told}
    record(
        unit,
        viewer,
        changed,
        row,
        verb=verb,
        event=f"{changed.type.lower()}.{event}",
        before=before,
        after=after,
        payload=payload,
    )
