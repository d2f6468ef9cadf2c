"""Registrations: cancelled, which gives their places back."""

from pipeline_gql.domain.errors import Path
from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.papers import NamedPaper, close, opened
from pipeline_gql.store import events, models, seats
from pipeline_gql.store.database import Unit
from pipeline_gql.store.records import snapshot

PATH: Path = ("registration_id",)


async def cancel(unit: Unit, viewer: Viewer, command: NamedPaper) -> Done:
    """Gives them back once; the interest's places can be reserved, and registered, again."""
    _, row = await opened(unit, viewer, models.Registration, command, "cancel", PATH)
    if row.state == "ACTIVE":
        before = snapshot(row)
        await events.locked(unit, [row.event_id])
        await seats.take(unit, row.event_id, 0, booked=-row.quantity)
        row.state = "CANCELLED"
        close(unit, viewer, row, "cancel", "registration.cancelled", before)
    return Done({"registration": row.id})
