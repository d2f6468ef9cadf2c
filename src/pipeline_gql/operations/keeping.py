"""How a noun without rules of its own is made and changed: its fields are a table of judges.

People, teams, tags, accounts, contacts and the catalogue are kept so; their modules say which
fields there are.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Generic, cast

from pipeline_gql.domain.errors import Path, Ref
from pipeline_gql.domain.problems import Problems, invalid, missing
from pipeline_gql.domain.spelling import past
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations import named
from pipeline_gql.operations.recording import Versioned, check_version, record
from pipeline_gql.store import models, records, rows
from pipeline_gql.store.database import Unit
from pipeline_gql.store.records import Facts
from pipeline_gql.store.rows import Key, Row


@dataclass(frozen=True, slots=True)
class Field:
    """An input's field: the column it fills, and who judges (and converts) its value.

    `folded` is the column with the value in lower case, where case makes none unique.
    """

    column: str
    judge: Callable[[object, Path], object]
    refers_to: type[models.Tenant] | None = None
    is_unique: bool = False
    folded: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """An input's field that is a whole list, kept in rows of its own.

    `judge` gives what `replace` takes, and adds the records that the list names; `facts` is what
    the audit keeps, of records their keys.
    """

    judge: Callable[[object, dict[Path, Ref], Problems], Any]
    facts: Callable[[Unit, Ref], Awaitable[list[Any]]]
    replace: Callable[[Unit, Ref, Any], Awaitable[None]]


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
    lists: Mapping[str, Listed] = field(default_factory=dict[str, Listed])

    def ref(self, row: Row) -> Ref:
        return rows.ref_of(self.table, rows.key_of(row))


async def create(
    unit: Unit, viewer: Viewer, noun: Noun[Row], command: object, **fixed: object
) -> Key:
    """Makes a row of a command's fields (None is absent) and `fixed` columns; returns its key."""
    viewer.require(noun.permission, "create", noun.table.__name__)
    names = [each.name for each in fields(cast(Any, command))]
    given = {name: getattr(command, name) for name in names}
    sent = {name: value for name, value in given.items() if value is not None}
    problems = Problems()
    problems.add(*(missing((name,)) for name in sorted(noun.required - set(sent))))
    columns, lists = await _judged(unit, noun, sent, None, problems)
    problems.raise_if_any()
    row = noun.table(org_id=unit.org_id, **columns, **fixed)
    noun.whole(row)
    unit.session.add(row)
    await unit.session.flush()
    await unit.session.refresh(row)
    await _replace(unit, noun, row, lists)
    _record(unit, viewer, noun, row, "create", None, await _facts(unit, noun, row))
    return rows.key_of(row)


async def update(
    unit: Unit,
    viewer: Viewer,
    noun: Noun[Row],
    key: Key,
    changes: Mapping[str, object],
    expected_version: int | None,
    verb: str = "update",
) -> Key:
    """Changes what is named in `changes` (None clears); one that changes nothing is no change.

    `verb` is what it is told as: `archive` to a viewer who may not, `tag.archived` in the outbox.
    """
    told = "change" if verb == "update" else verb
    viewer.require(noun.permission, told, noun.table.__name__)
    row = await rows.locked(unit, noun.table, key, (f"{noun.event}_id",))
    await check_version(unit, noun.ref(row), cast(Versioned, row), expected_version)
    before = await _facts(unit, noun, row)
    problems = Problems()
    columns, lists = await _judged(unit, noun, changes, row, problems)
    problems.raise_if_any()
    for name, value in columns.items():
        setattr(row, name, value)
    noun.whole(row)
    await unit.session.flush()
    await _replace(unit, noun, row, lists)
    after = await _facts(unit, noun, row)
    if before != after:
        _record(unit, viewer, noun, row, verb, before, after)
    return key


async def _judged(
    unit: Unit,
    noun: Noun[Row],
    given: Mapping[str, object],
    row: Row | None,
    problems: Problems,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The columns that the given fields fill, and the lists among them."""
    columns: dict[str, Any] = {}
    lists: dict[str, Any] = {}
    refs: dict[Path, Ref] = {}
    kept: set[Path] = set()
    for name, value in given.items():
        if name in noun.lists:
            lists[name] = noun.lists[name].judge(value, refs, problems)
            kept |= await _kept(unit, noun, name, refs, row) if row is not None else set()
            continue
        known = noun.fields[name]
        judged = problems.check(known.judge, value, (name,))
        columns[known.column] = judged
        if judged is None:
            continue
        if known.refers_to:
            refs[(name,)] = rows.ref_of(known.refers_to, cast(Key, judged))
            if row is not None and getattr(row, known.column) == judged:
                kept.add((name,))
        if known.is_unique and await _is_taken(unit, noun, known, judged, row):
            problems.add(invalid((name,), "is already used", value))
    await named.check(unit, refs, problems, kept)
    return columns, lists


async def _kept(
    unit: Unit, noun: Noun[Row], name: str, refs: Mapping[Path, Ref], row: Row
) -> set[Path]:
    """Where a list names what stands in it already."""
    had = await noun.lists[name].facts(unit, noun.ref(row))
    return {path for path, ref in refs.items() if path[0] == name and ref.key in had}


async def _is_taken(
    unit: Unit, noun: Noun[Row], known: Field, value: object, row: Row | None
) -> bool:
    if known.folded is None:
        return await rows.is_taken(unit, noun.table, known.column, value, row)
    return await rows.is_taken(unit, noun.table, known.folded, str(value).lower(), row)


async def _replace(unit: Unit, noun: Noun[Row], row: Row, lists: Mapping[str, Any]) -> None:
    for name, wanted in lists.items():
        await noun.lists[name].replace(unit, noun.ref(row), wanted)


async def _facts(unit: Unit, noun: Noun[Row], row: Row) -> Facts:
    listed = {name: await each.facts(unit, noun.ref(row)) for name, each in noun.lists.items()}
    return records.snapshot(row) | listed


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
        event=f"{noun.event}.{past(verb)}",
        before=before,
        after=after,
    )
