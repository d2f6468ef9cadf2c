"""Which fields of an opportunity changed, from what to what, as its audit has them.

Only what `TOLD` names is ever shown, under the names that inputs have for it.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, Text, func, literal_column, select

from pipeline_gql.domain.ids import prefix_of
from pipeline_gql.domain.spelling import camel
from pipeline_gql.store import models
from pipeline_gql.store.reads.shapes import Element, Form, Row, Rows, Scope, Value, column, text
from pipeline_gql.store.reads.text import literal

PLAIN, MONEY, MOMENT, ID, IDS, CONTACTS, INTERESTS, PLACES = (
    *("PLAIN", "MONEY", "MOMENT", "ID", "IDS"),
    *("CONTACTS", "INTERESTS", "PLACES"),
)

TOLD: Mapping[str, tuple[str, str, str]] = {
    **{
        name: (camel(name), PLAIN, "")
        for name in (
            *("name", "description", "next_step", "forecast_category", "lead_source"),
            *("external_id", "probability", "currency", "amount_source", "attributes"),
            *("expected_close_date", "actual_close_date"),
        )
    },
    **{
        name: (camel(name), MONEY, "")
        for name in ("amount", "net_total", "tax_total", "grand_total")
    },
    "account_id": ("accountId", ID, "Account"),
    "contact_id": ("contactId", ID, "Contact"),
    "owner_id": ("ownerId", ID, "User"),
    "region_code": ("regionId", ID, "Region"),
    "active_invoice_id": ("activeInvoiceId", ID, "Invoice"),
    "assigned_to_ids": ("assignedToIds", IDS, "User"),
    "team_ids": ("teamIds", IDS, "Team"),
    "tags": ("tags", IDS, "Tag"),
    "contact_ids": ("contactIds", CONTACTS, "Contact"),
    "interests": ("interests", INTERESTS, "OpportunityInterest"),
    "places": ("reservations", PLACES, "OpportunityInterest"),
    "reservations_valid_until": ("reservationsValidUntil", MOMENT, ""),
    "deleted_at": ("deletedAt", MOMENT, ""),
}
"""By the name in an audit: the name for clients, how the value is written, the type of its ids."""


# ---- SQL that gives JSON text, from SQL --------------------------------------------------------


def _quoted(text: str) -> str:
    """A text that needs no escaping."""
    return f"""'"' || {text} || '"'"""


def _coded(key: str) -> str:
    """The global id of a key."""
    return _quoted(f"encode((known.prefix || {key})::bytea, 'base64')")


def _decimal(units: str) -> str:
    return _quoted(f"trim_scale(({units})::bigint * 0.0001)")


def _object(**members: str) -> str:
    pairs = (f"""'"{name}":' || coalesce({json}, 'null')""" for name, json in members.items())
    return "'{' || " + " || ',' || ".join(pairs) + " || '}'"


def _listed(element: str, rows: str, place: str) -> str:
    listed = f"coalesce(string_agg({element}, ',' ORDER BY {place}), '')"
    return f"(SELECT '[' || {listed} || ']' FROM {rows})"


def _people() -> str:
    """Of "12 decision maker", as `opportunities.facts` writes a contact's part."""
    key, role = "split_part(each.it, ' ', 1)", "substr(each.it, strpos(each.it || ' ', ' ') + 1)"
    return _object(contactId=_coded(key), role=f"to_json(nullif({role}, ''))::text")


def _interest() -> str:
    return _object(
        id=_coded("each.key"),
        quantity="each.value ->> 'quantity'",
        unitAmount=_decimal("each.value ->> 'unit_amount'"),
        discountAmount=_decimal("each.value ->> 'discount_amount'"),
        position="each.value ->> 'position'",
    )


def _places() -> str:
    return _object(
        interestId=_coded("each.key"),
        quantity="each.value ->> 'quantity'",
        state=_quoted("(each.value ->> 'state')"),
    )


def _written(value: str) -> str:
    """A value of an audit as clients read it."""
    words = f"({value} #>> '{{}}')"
    utc = f"{words}::timestamptz AT TIME ZONE 'UTC'"
    items = f"jsonb_array_elements_text({value}) WITH ORDINALITY AS each (it, place)"
    members, by_key = f"jsonb_each({value}) AS each (key, value)", "each.key::bigint"
    forms = {
        MONEY: _decimal(words),
        MOMENT: _quoted(f"""to_char({utc}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""),
        ID: _coded(words),
        IDS: _listed(_coded("each.it"), items, "each.place"),
        CONTACTS: _listed(_people(), items, "each.place"),
        INTERESTS: _listed(_interest(), members, by_key),
        PLACES: _listed(_places(), members, by_key),
    }
    cases = " ".join(f"WHEN known.form = '{form}' THEN {json}" for form, json in forms.items())
    return f"CASE WHEN {words} IS NULL THEN 'null' {cases} ELSE ({value})::text END"


def _array(texts: list[str]) -> Element:
    return literal_column("ARRAY[" + ", ".join(f"'{each}'" for each in texts) + "]", Text)


def _changed(row: Row, scope: Scope) -> Any:
    """The fields of the change that an entry tells of, in the order of `TOLD`."""
    audit: Any = models.Audit.__table__.alias("audit")
    known = (
        func.unnest(
            _array(list(TOLD)),
            _array([field for field, _, _ in TOLD.values()]),
            _array([form for _, form, _ in TOLD.values()]),
            _array([prefix_of(type) + ":" for _, _, type in TOLD.values()]),
        )
        .table_valued("name", "field", "form", "prefix", with_ordinality="place", name="known")
        .render_derived(name="known")
    )
    is_there = literal_column("(audit.after -> known.name)").is_not(None)
    return (
        select(
            literal_column("known.field", Text).label("field"),
            literal_column("known.place", BigInteger).label("place"),
            literal_column(_written("(audit.before -> known.name)"), Text).label("before"),
            literal_column(_written("(audit.after -> known.name)"), Text).label("after"),
        )
        .select_from(audit.join(known, is_there))
        .where(
            audit.c.org_id == scope.org,
            row.kind == literal("CHANGE"),
            audit.c.id == row.subject_id,
        )
    )


CHANGES = Rows(
    "TimelineFieldChange",
    _changed,
    {
        "field": text("field"),
        "before": Value(column("before"), Form.JSON),
        "after": Value(column("after"), Form.JSON),
    },
)
