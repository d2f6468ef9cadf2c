"""The last step of every operation: the new version, the audit, the outbox."""

from pipeline_gql.domain.errors import Ref, VersionConflict
from pipeline_gql.domain.problems import field_name, invalid
from pipeline_gql.domain.remedies import read_again
from pipeline_gql.domain.spelling import fields_told
from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.store import records
from pipeline_gql.store.database import Unit
from pipeline_gql.store.models import Versioned
from pipeline_gql.store.records import Facts

BESIDE = {"probability": "probability_is_manual"}
"""What is kept with a fact that differs even where it does not: how that came about."""


def record(
    unit: Unit,
    viewer: Viewer | None,
    changed: Ref,
    row: Versioned,
    *,
    verb: str,
    event: str,
    before: Facts | None,
    after: Facts,
    payload: Facts | None = None,
) -> None:
    """Call it once for each change of `row`, last. All is sent with the session's next flush: that
    of a payload's read, at the latest that before COMMIT.

    `before` is None for a new row, which keeps version 1; any other becomes one version older.
    Of a change only the facts that differ are kept. `event` is a past tense such as
    `opportunity.moved`; its payload says the record, the fields and who it was
    beside what `payload` adds.
    """
    if before is not None:
        row.version += 1
        row.updated_at = max(unit.now, row.updated_at)
        before, after = _differing(before, after)
    fields = sorted(after)
    actor_id = viewer.user_id if viewer else None
    records.add_audit(unit, changed, verb, actor_id, before, {**after, "version": row.version})
    told = {"type": changed.type, "key": changed.key, "fields": fields, "actor": actor_id}
    told |= payload or {}
    records.add_event(unit, changed, row.version, event, told)


def _differing(before: Facts, after: Facts) -> tuple[Facts, Facts]:
    if before.keys() == after.keys():
        names = [name for name, value in after.items() if before[name] != value]
    else:
        names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    names += [aside for name, aside in BESIDE.items() if name in names and aside not in names]
    return {name: before.get(name) for name in names}, {name: after.get(name) for name in names}


async def check_version(unit: Unit, changed: Ref, row: Versioned, expected: int | None) -> None:
    """Raises VersionConflict, which says what changed since; `row` must be locked.

    A version that the record never had is a ValueInvalid.
    """
    if expected is None or expected == row.version:
        return
    path = ("expected_version",)
    if expected < 1:
        raise invalid(path, "must be at least 1", expected)
    if expected > row.version:
        raise invalid(path, f"must be at most {row.version}, the version it is at now", expected)
    changes = await records.changes_since(unit, changed, expected)
    who = sorted({change.who for change in changes if change.who})
    fields = fields_told(field for change in changes for field in change.fields)
    raise VersionConflict(
        value=expected,
        path=path,
        remedies=read_again(row.version),
        expected=expected,
        actual=row.version,
        who=", ".join(who) or "the server",
        fields=", ".join(field_name((field,)) for field in fields) or "nothing that is shown",
    )
