"""How a noun without rules of its own is made and changed: its fields are a table of judges.

Accounts, contacts and the catalogue are kept so; their modules say which fields there are.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Generic, cast

from pipeline_gql.domain.errors import Path, Ref
from pipeline_gql.domain.problems import Problems, invalid, missing
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations import named, pricing
from pipeline_gql.operations.recording import Versioned, check_version, record
from pipeline_gql.store import catalogue, models, records, rows
from pipeline_gql.store.catalogue import PriceTag
from pipeline_gql.store.database import Unit
from pipeline_gql.store.records import Facts
from pipeline_gql.store.rows import Key, Row


@dataclass(frozen=True, slots=True)
class Field:
    """An input's field: the column it fills, and who judges (and converts) its value."""

    column: str
    judge: Callable[[object, Path], object]
    refers_to: type[models.Tenant] | None = None
    is_unique: bool = False


def _as_given(value: object, path: Path) -> object:
    return value


def reference(column: str, table: type[models.Tenant]) -> Field:
    """A field that names another record by its key."""
    return Field(column, _as_given, refers_to=table)


def _as_it_is(row: models.Tenant) -> None:
    """Of a noun whose fields are independent of each other."""


@dataclass(frozen=True, slots=True)
class Noun(Generic[Row]):
    """`whole` sees a row as it is about to be: it refuses what does not fit together and fills
    the columns that follow from others."""

    table: type[Row]
    permission: Permission
    event: str
    fields: Mapping[str, Field]
    required: frozenset[str] = frozenset({"name"})
    whole: Callable[[Row], None] = _as_it_is

    def ref(self, row: Row) -> Ref:
        return rows.ref_of(self.table, rows.key_of(row))


async def create(
    unit: Unit, viewer: Viewer, noun: Noun[Row], command: object, **fixed: object
) -> Key:
    """Makes a row of a command's fields (None is absent) and `fixed` columns; returns its key."""
    viewer.require(noun.permission, "create", noun.table.__name__)
    names = [field.name for field in fields(cast(Any, command))]
    given = {name: getattr(command, name) for name in names}
    sent = {name: value for name, value in given.items() if value is not None}
    problems = Problems()
    problems.add(*(missing((name,)) for name in sorted(noun.required - set(sent))))
    columns, tags = await _judged(unit, noun, sent, None, problems)
    problems.raise_if_any()
    row = noun.table(org_id=unit.org_id, **columns, **fixed)
    noun.whole(row)
    unit.session.add(row)
    await unit.session.flush()
    await unit.session.refresh(row)
    if tags:
        await catalogue.replace_prices(unit, noun.ref(row), tags)
    _record(unit, viewer, noun, row, "create", None, await _facts(unit, noun, row))
    return rows.key_of(row)


async def update(
    unit: Unit,
    viewer: Viewer,
    noun: Noun[Row],
    key: Key,
    changes: Mapping[str, object],
    expected_version: int | None,
) -> Key:
    """Changes what is named in `changes` (None clears); one that changes nothing is no change."""
    viewer.require(noun.permission, "change", noun.table.__name__)
    row = await rows.locked(unit, noun.table, key, (f"{noun.event}_id",))
    await check_version(unit, noun.ref(row), cast(Versioned, row), expected_version)
    before = await _facts(unit, noun, row)
    problems = Problems()
    columns, tags = await _judged(unit, noun, changes, row, problems)
    problems.raise_if_any()
    for name, value in columns.items():
        setattr(row, name, value)
    noun.whole(row)
    if tags is not None:
        await catalogue.replace_prices(unit, noun.ref(row), tags)
    await unit.session.flush()
    after = await _facts(unit, noun, row)
    if before != after:
        _record(unit, viewer, noun, row, "update", before, after)
    return key


async def _judged(
    unit: Unit,
    noun: Noun[Row],
    given: Mapping[str, object],
    row: Row | None,
    problems: Problems,
) -> tuple[dict[str, Any], list[PriceTag] | None]:
    """The columns that the given fields fill, and the prices, if given."""
    columns: dict[str, Any] = {}
    refs: dict[Path, Ref] = {}
    kept: set[Path] = set()
    for name, value in given.items():
        if name == "prices":
            continue
        field = noun.fields[name]
        judged = problems.check(field.judge, value, (name,))
        columns[field.column] = judged
        if judged is None:
            continue
        if field.refers_to:
            refs[(name,)] = rows.ref_of(field.refers_to, cast(Key, judged))
            if row is not None and getattr(row, field.column) == judged:
                kept.add((name,))
        if field.is_unique and await rows.is_taken(unit, noun.table, field.column, judged, row):
            problems.add(invalid((name,), "is already used", value))
    tags = pricing.judged(given["prices"], refs, problems) if "prices" in given else None
    await named.check(unit, refs, problems, kept)
    return columns, tags


async def _facts(unit: Unit, noun: Noun[Row], row: Row) -> Facts:
    return records.snapshot(row) | await pricing.facts(unit, noun.ref(row))


def _record(
    unit: Unit,
    viewer: Viewer,
    noun: Noun[Row],
    row: Row,
    verb: str,
    before: Facts | None,
    after: Facts,
) -> None:
    record(
        unit,
        viewer,
        noun.ref(row),
        cast(Versioned, row),
        verb=verb,
        event=f"{noun.event}.{verb}d",
        before=before,
        after=after,
    )
