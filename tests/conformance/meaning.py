"""What may be seen, and values that rows do not hold as they are: said once, over plain rows."""

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from pipeline_gql.domain.viewer import Role, Viewer
from tests.conformance.lists import Noun, page
from tests.conformance.rows import Row, Tables

Object = dict[str, Any]
"""A member is a value, or a function that is called with the field's arguments."""


def once(method: Any) -> Any:
    """Remembers what a method said of a row: nothing changes while a reference lives."""

    @wraps(method)
    def remembering(self: "Meaning", row: Row | None, *more: Any) -> Any:
        key = (method.__name__, id(row), *more)
        if key not in self.known:
            self.known[key] = method(self, row, *more)
        return self.known[key]

    return remembering


class Meaning:
    """One organisation as one viewer sees it at one moment."""

    nouns: dict[str, Noun]

    def __init__(self, tables: Tables, viewer: Viewer, now: datetime) -> None:
        self.tables, self.viewer, self.now = tables, viewer, now
        self.known: dict[Any, Any] = {}

    # ---- finding --------------------------------------------------------------------------------

    def listed(
        self, noun: str, among: Callable[[], list[Row]] | None = None, order: str = "id"
    ) -> Any:
        """A connection of the rows that `among` gives; of all if it is not given."""

        def found(info: Any, **args: Any) -> Object:
            known = self.nouns[noun]
            rows = self.tables[known.table] if among is None else among()
            return page(known, rows, args, order)

        return found

    def one(self, noun: str, key: Any) -> Object | None:
        """The record of a key that another record holds."""
        if key is None:
            return None
        known = self.nouns[noun]
        row = self.tables.one(known.table, **{known.key: key})
        return None if row is None else known.write(row)

    @once
    def sees(self, o: Row | None) -> bool:
        """Contract, section 8."""
        if o is None or o.deleted_at is not None:
            return False
        if self.viewer.role is not Role.MEMBER:
            return True
        me = self.viewer.user_id
        mine = {row.team_id for row in self.tables.where("team_member", user_id=me)}
        shared = {row.team_id for row in self.tables.where("opportunity_team", opportunity_id=o.id)}
        assigned = self.tables.one("opportunity_assignee", opportunity_id=o.id, user_id=me)
        return me in (o.owner_id, o.created_by_id) or assigned is not None or bool(mine & shared)

    def sees_what_hangs_on(self, id: int | None) -> bool:
        return id is None or self.sees(self.tables.one("opportunity", id=id))

    def day(self, moment: datetime) -> date:
        """On which day it falls where the organisation is."""
        (organisation,) = self.tables["organisation"]
        return moment.astimezone(ZoneInfo(organisation.time_zone)).date()

    def sees_token(self, token: Row) -> bool:
        return self.viewer.role is Role.ADMIN or token.user_id == self.viewer.user_id

    def days(self, since: datetime) -> int:
        """How often the day has turned."""
        return (self.day(self.now) - self.day(since)).days

    def exponent(self, currency: str) -> int:
        return self.tables.the("currency", code=currency).exponent

    def tied(self, table: str, column: str, opportunity: int) -> list[Any]:
        return [row[column] for row in self.tables.where(table, opportunity_id=opportunity)]

    def among(self, table: str, keys: list[Any]) -> list[Row]:
        return [row for row in self.tables[table] if row.id in keys]

    # ---- derived values -------------------------------------------------------------------------

    @once
    def step_of(self, o: Row) -> Row:
        return self.tables.the("step_version", version_id=o.version_id, step_id=o.step_id)

    def stage_of(self, step: Row) -> Row:
        return self.tables.the("stage_version", version_id=step.version_id, stage_id=step.stage_id)

    def pipeline_of(self, version_id: int) -> int:
        return self.tables.the("pipeline_version", id=version_id).pipeline_id

    def published(self, pipeline: int) -> Row | None:
        return self.tables.one("pipeline_version", pipeline_id=pipeline, state="PUBLISHED")

    def is_published(self, row: Row) -> bool:
        return self.tables.the("pipeline_version", id=row.version_id).state == "PUBLISHED"

    @once
    def is_stalled(self, o: Row) -> bool:
        patience = self.step_of(o).stalled_after_days
        return patience is not None and self.days(o.step_entered_at) >= patience

    def hung(self, table: str, o: Row) -> list[Row]:
        """Tasks or meetings of an opportunity."""
        rows = self.tables.where(table, opportunity_id=o.id)
        return [row for row in rows if row.deleted_at is None]

    def is_overdue(self, task: Row) -> bool:
        return task.done_at is None and task.due_at is not None and task.due_at <= self.now

    @once
    def open_tasks(self, o: Row) -> list[Row]:
        """The next one first."""
        waiting = [task for task in self.hung("task", o) if task.done_at is None]
        return sorted(waiting, key=lambda t: (t.due_at is None, t.due_at or self.now, t.id))

    def next_due(self, o: Row) -> datetime | None:
        return next((task.due_at for task in self.open_tasks(o)), None)

    def holds_last(self, o: Row) -> bool:
        until = o.reservations_valid_until
        return until is None or until > self.now

    def held(self, o: Row, **where: Any) -> int:
        """Places held now."""
        holds = self.tables.where("seat_hold", opportunity_id=o.id, state="HELD", **where)
        return sum(hold.quantity for hold in holds) if self.holds_last(o) else 0

    @once
    def reserved(self, event: Row) -> int:
        """What the event counts, less what has ended without being taken back."""
        held = self.tables.where("seat_hold", event_id=event.id, state="HELD")
        ended = [
            hold.quantity
            for hold in held
            if not self.holds_last(self.tables.the("opportunity", id=hold.opportunity_id))
        ]
        return event.reserved - sum(ended)

    @once
    def mentionable(self, o: Row) -> list[Row]:
        teams = self.tied("opportunity_team", "team_id", o.id)
        mates = [row.user_id for row in self.tables["team_member"] if row.team_id in teams]
        some = [o.owner_id, o.created_by_id, *mates]
        some += self.tied("opportunity_assignee", "user_id", o.id)
        return [
            user
            for user in self.tables["app_user"]
            if user.is_active and (user.role != "MEMBER" or user.id in some)
        ]
