"""What happened to an opportunity, said again over the tables that it happened in."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from tests.conformance.hanging import Hanging
from tests.conformance.meaning import Object, once
from tests.conformance.rows import Row, Tables, global_id, moment, percent

TYPES = {
    "MOVE": "TimelineMove",
    "CHANGE": "TimelineChange",
    "COMMENT": "TimelineComment",
    "FILE": "TimelineFile",
    "TASK": "TimelineTask",
    "MEETING": "TimelineMeeting",
}


INTEREST = ("quantity", "unitAmount", "discountAmount", "position")
AMOUNTS = {"unitAmount": "unit_amount", "discountAmount": "discount_amount"}


def chronicle(tables: Tables) -> list[Row]:
    """The entries of all opportunities."""
    return [
        Row(
            id=row.id * 8 + place, kind=kind, subject=row, at=at,
            actor_id=actor, opportunity_id=opportunity,
        )
        for place, kind, row, opportunity, at, actor in _happened(tables)
    ]  # fmt: skip


def _happened(tables: Tables) -> Iterator[tuple[int, str, Row, int, datetime, int | None]]:
    for stay in tables["step_stay"]:
        yield 1, "MOVE", stay, stay.opportunity_id, stay.entered_at, stay.actor_id
    for audit in tables["audit"]:
        is_told = audit.verb not in ("progress", "migrate") or (
            audit.verb == "progress" and _tells_more_than_a_move(json.loads(audit.after))
        )
        is_change = audit.before not in (None, "null") and is_told
        if audit.aggregate == "Opportunity" and is_change:
            yield 2, "CHANGE", audit, int(audit.aggregate_id), audit.at, audit.actor_id
    for place, kind, (table, author) in (
        (3, "COMMENT", ("comment", "author_id")), (4, "FILE", ("attachment", "created_by_id")),
        (5, "TASK", ("task", "created_by_id")), (6, "MEETING", ("meeting", "created_by_id")),
    ):  # fmt: skip
        for row in tables[table]:
            if row.get("deleted_at") is None and row.opportunity_id is not None:
                yield place, kind, row, row.opportunity_id, row.created_at, row[author]


def _tells_more_than_a_move(after: Object) -> bool:
    own = {"version", "version_id", "step_id", "step_entered_at", "actual_close_date"}
    by_step = {"probability", "probability_is_manual"}
    is_set = "probability" in after and after.get("probability_is_manual") is True
    return is_set or bool(set(after) - own - by_step)


def _ids(type: str) -> Callable[[Any], Any]:
    return lambda keys: [global_id(type, key) for key in keys]


def _person(told: str) -> Object:
    key, _, role = told.partition(" ")
    return {"contactId": global_id("Contact", key), "role": role or None}


def _of_interests(name: str, *members: str) -> Callable[[Any], Any]:
    def written(kept: Any) -> list[Object]:
        return [
            {name: global_id("OpportunityInterest", key)}
            | {member: _member(each, member) for member in members}
            for key, each in sorted(kept.items(), key=lambda item: int(item[0]))
        ]

    return written


def _member(row: Any, name: str) -> Any:
    if name not in AMOUNTS:
        return row.get(name)
    return None if AMOUNTS[name] not in row else percent(row[AMOUNTS[name]])


def _moment(text: str) -> str | None:
    return moment(datetime.fromisoformat(text))


def _as_it_is(value: Any) -> Any:
    return value


FIELDS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "name": ("name", _as_it_is),
    "description": ("description", _as_it_is),
    "next_step": ("nextStep", _as_it_is),
    "forecast_category": ("forecastCategory", _as_it_is),
    "lead_source": ("leadSource", _as_it_is),
    "external_id": ("externalId", _as_it_is),
    "probability": ("probability", _as_it_is),
    "currency": ("currency", _as_it_is),
    "amount_source": ("amountSource", _as_it_is),
    "attributes": ("attributes", _as_it_is),
    "expected_close_date": ("expectedCloseDate", _as_it_is),
    "actual_close_date": ("actualCloseDate", _as_it_is),
    "amount": ("amount", percent),
    "net_total": ("netTotal", percent),
    "tax_total": ("taxTotal", percent),
    "grand_total": ("grandTotal", percent),
    "account_id": ("accountId", lambda key: global_id("Account", key)),
    "contact_id": ("contactId", lambda key: global_id("Contact", key)),
    "owner_id": ("ownerId", lambda key: global_id("User", key)),
    "region_code": ("regionId", lambda key: global_id("Region", key)),
    "active_invoice_id": ("activeInvoiceId", lambda key: global_id("Invoice", key)),
    "assigned_to_ids": ("assignedToIds", _ids("User")),
    "team_ids": ("teamIds", _ids("Team")),
    "tags": ("tags", _ids("Tag")),
    "contact_ids": ("contactIds", lambda people: [_person(told) for told in people]),
    "interests": ("interests", _of_interests("id", *INTEREST)),
    "places": ("reservations", _of_interests("interestId", "quantity", "state")),
    "reservations_valid_until": ("reservationsValidUntil", _moment),
    "deleted_at": ("deletedAt", _moment),
}


class Chronicle(Hanging):
    def hung_on(self, o: Row) -> list[Row]:
        return self.tables.where("timeline_entry", opportunity_id=o.id)

    @once
    def entry(self, e: Row) -> Object:
        shared = self.own("TimelineEntry", e) | {
            "__typename": TYPES[e.kind],
            "at": moment(e.at),
            "actor": self.lazily("User", e.actor_id),
        }
        if e.kind == "MOVE":
            return shared | self._move(e.subject)
        if e.kind == "CHANGE":
            return shared | {"changes": self._changes(e.subject)}
        name = "attachment" if e.kind == "FILE" else e.kind.lower()
        return shared | {name: self.lazily(name.capitalize(), e.subject.id)}

    def _move(self, stay: Row) -> Object:
        stays = self.tables.where("step_stay", opportunity_id=stay.opportunity_id)
        earlier = [row for row in stays if row.entered_at < stay.entered_at]
        last = max(earlier, key=lambda row: row.entered_at, default=None)
        return {
            "toStep": lambda info: self.step(self.step_of(stay)),
            "fromStep": lambda info: last and self.step(self.step_of(last)),
            "cause": stay.cause,
            "reason": stay.reason,
        }

    def _changes(self, audit: Row) -> list[Object]:
        before, after = json.loads(audit.before), json.loads(audit.after)
        return [
            {
                "field": name,
                **{
                    side: None if kept.get(column) is None else written(kept[column])
                    for side, kept in (("before", before), ("after", after))
                },
            }
            for column, (name, written) in FIELDS.items()
            if column in after
        ]
