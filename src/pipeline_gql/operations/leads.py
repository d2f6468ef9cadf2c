"""Leads: create, update. What a lead becomes is said in converting.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from pipeline_gql.domain.errors import LeadAlreadyConverted, Path, Ref
from pipeline_gql.domain.ids import encode
from pipeline_gql.domain.leads import CONVERTED, read
from pipeline_gql.domain.notices import newly_assigned
from pipeline_gql.domain.opportunities import Wish
from pipeline_gql.domain.problems import Problems, invalid
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations import named
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.recording import check_version, record
from pipeline_gql.store import leads, models, rows
from pipeline_gql.store.database import Unit
from pipeline_gql.store.reads.sightings import sees
from pipeline_gql.store.records import Facts


@dataclass(frozen=True, slots=True)
class CreateLead:
    """None is absent. Without `owner_id` whoever creates it owns it."""

    name: str | None = None
    company: str | None = None
    email: str | None = None
    phone: str | None = None
    job_title: str | None = None
    source: str | None = None
    status: str | None = None
    description: str | None = None
    external_id: str | None = None
    owner_id: int | None = None
    assigned_to_ids: Sequence[int] | None = None
    team_ids: Sequence[int] | None = None
    tags: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class UpdateLead:
    """`changes` holds what was sent, under the names of `CreateLead`; None clears."""

    lead_id: int
    changes: Mapping[str, object]
    expected_version: int | None = None


async def create(unit: Unit, viewer: Viewer, command: CreateLead) -> Done:
    viewer.require(Permission.SELL, "create", leads.TYPE)
    given = {each.name: getattr(command, each.name) for each in fields(command)}
    sent = {name: value for name, value in given.items() if value is not None or name == "name"}
    wish = await _wish(unit, sent, None)
    row = models.Lead(
        org_id=unit.org_id,
        created_by_id=viewer.user_id,
        version=1,
        created_at=unit.now,
        updated_at=unit.now,
        **{"owner_id": viewer.user_id, "status": "NEW", **wish.columns},
    )
    unit.session.add(row)
    await unit.session.flush()
    await leads.link(unit, row.id, wish)
    _record(unit, viewer, row, "create", None, await leads.facts(unit, row, sent))
    return Done({"lead": row.id})


async def update(unit: Unit, viewer: Viewer, command: UpdateLead) -> Done:
    """What changes nothing is no change; a converted lead changes no more."""
    viewer.require(Permission.SELL, "change", leads.TYPE)
    row = await leads.locked(unit, viewer, command.lead_id)
    await require_open(unit, viewer, row)
    await check_version(unit, Ref(leads.TYPE, row.id), row, command.expected_version)
    before = await leads.facts(unit, row, command.changes)
    wish = await _wish(unit, command.changes, row)
    for name, value in wish.columns.items():
        setattr(row, name, value)
    await leads.link(unit, row.id, wish)
    after = await leads.facts(unit, row, command.changes)
    if before != after:
        _record(unit, viewer, row, "update", before, after)
    return Done({"lead": row.id})


async def require_open(unit: Unit, viewer: Viewer, row: models.Lead) -> None:
    """Raises LeadAlreadyConverted, which names the opportunity to who may see it."""
    if row.status != CONVERTED:
        return
    ref = Ref("Opportunity", row.opportunity_id or 0)
    told = ref if await sees(unit, viewer, ref) else None
    raise LeadAlreadyConverted(
        lead=row.name,
        time=row.converted_at,
        became=f" into {encode(told)}" if told else "",
        value=told,
        path=("lead_id",),
    )


async def _wish(unit: Unit, sent: Mapping[str, object], row: models.Lead | None) -> Wish:
    problems = Problems()
    wish = read(sent, problems)
    await named.check(unit, wish.refs, problems, await _kept(unit, wish, row) if row else ())
    key = wish.columns.get("external_id")
    if key and await rows.is_taken(unit, models.Lead, "external_id", key, row):
        problems.add(invalid(("external_id",), "is already used", key))
    problems.raise_if_any()
    return wish


async def _kept(unit: Unit, wish: Wish, row: models.Lead) -> set[Path]:
    """Where the wish names what the lead has already."""
    had = await leads.links(unit, row.id)
    kept: set[Path] = {
        (name, place)
        for name, keys in wish.links.items()
        for place, key in enumerate(keys)
        if key in had[name]
    }
    return kept | ({("owner_id",)} if wish.columns.get("owner_id") == row.owner_id else set())


def _record(
    unit: Unit, viewer: Viewer, row: models.Lead, verb: str, before: Facts | None, after: Facts
) -> None:
    record(
        unit,
        viewer,
        Ref(leads.TYPE, row.id),
        row,
        verb=verb,
        event=f"lead.{verb}d",
        before=before,
        after=after,
        payload={"assigned": newly_assigned(before, after)},
    )
