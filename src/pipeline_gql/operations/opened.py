"""An opportunity opened for a change of its interests or its places, and the record of it."""

from collections.abc import Iterable, Sequence

from pipeline_gql.domain.errors import NotFound, Path, Ref
from pipeline_gql.domain.interests import value_of
from pipeline_gql.domain.problems import not_found
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations.recording import check_version, record
from pipeline_gql.store import holds, interests, models, opportunities
from pipeline_gql.store.database import Unit
from pipeline_gql.store.interests import Sum
from pipeline_gql.store.records import Facts, snapshot

TYPE = "Opportunity"


async def opened(
    unit: Unit, viewer: Viewer, opportunity_id: int, expected_version: int | None
) -> models.Opportunity:
    """The opportunity, locked, if the viewer may change it."""
    viewer.require(Permission.SELL, "change", TYPE)
    opportunity = await opportunities.locked(unit, viewer, opportunity_id)
    await check_version(unit, Ref(TYPE, opportunity.id), opportunity, expected_version)
    return opportunity


async def opened_with(
    unit: Unit,
    viewer: Viewer,
    opportunity_id: int | None,
    named: Sequence[tuple[int, Path]],
    expected_version: int | None,
) -> tuple[models.Opportunity, list[models.Interest]]:
    """As `opened`, with some of its interests; without an id it is the first interest's."""
    viewer.require(Permission.SELL, "change", TYPE)
    if opportunity_id is None:
        opportunity_id = await _seen_opportunity_of(unit, viewer, *named[0])
    opportunity = await opened(unit, viewer, opportunity_id, expected_version)
    found = await interests.by_ids(unit, opportunity.id, [key for key, _ in named])
    for key, path in named:
        if key not in found:
            raise _no_interest(key, path)
    return opportunity, [found[key] for key, _ in named]


async def facts(
    unit: Unit, opportunity: models.Opportunity, touched: Iterable[models.Interest] = ()
) -> Facts:
    """What the audit of such a change keeps."""
    kept = await interests.facts(unit, touched)
    return facts_of(opportunity, kept, await holds.facts(unit, opportunity.id))


def facts_of(opportunity: models.Opportunity, interests: Facts, places: Facts) -> Facts:
    """The same, of interests and places that are known."""
    return {**snapshot(opportunity), "interests": interests, "places": places}


def revalue(opportunity: models.Opportunity, total: Sum, path: Path) -> None:
    """Makes the value the sum of the interests, or the manual amount when there are none."""
    value = value_of(total.count, total.net, total.tax, opportunity.amount, path)
    opportunity.net_total, opportunity.tax_total = value.net, value.tax
    opportunity.grand_total = value.net + value.tax
    opportunity.amount_source = value.source


def close(
    unit: Unit,
    viewer: Viewer,
    opportunity: models.Opportunity,
    verb: str,
    event: str,
    before: Facts,
    after: Facts,
    touched: Iterable[int] = (),
) -> None:
    """Records the change; what changed nothing is not recorded. `touched` are interests that it
    is about, beside those whose facts differ."""
    if before == after:
        return
    parts = ("interests", "places")
    ids = sorted(
        {*touched, *(int(key) for part in parts for key in _differing(before, after, part))}
    )
    record(
        unit,
        viewer,
        Ref(TYPE, opportunity.id),
        opportunity,
        verb=verb,
        event=f"opportunity.{event}",
        before=before,
        after=after,
        payload={"interest_ids": ids},
    )


def _differing(before: Facts, after: Facts, part: str) -> set[str]:
    was, now = before[part], after[part]
    return {key for key in {*was, *now} if was.get(key) != now.get(key)}


async def _seen_opportunity_of(unit: Unit, viewer: Viewer, interest_id: int, path: Path) -> int:
    """An interest is visible exactly if its opportunity is; neither is confirmed otherwise."""
    opportunity_id = await interests.opportunity_of(unit, interest_id)
    if opportunity_id is not None:
        try:
            return (await opportunities.locked(unit, viewer, opportunity_id)).id
        except NotFound:
            pass
    raise _no_interest(interest_id, path)


def _no_interest(interest_id: int, path: Path) -> NotFound:
    return not_found(Ref("OpportunityInterest", interest_id), path)
