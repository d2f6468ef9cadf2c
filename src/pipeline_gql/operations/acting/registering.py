"""Registrations: the places of interests in events, held ones first, become booked ones."""

from pipeline_gql.domain.actions import CreateRegistration
from pipeline_gql.domain.errors import Path, Ref
from pipeline_gql.domain.problems import Problems
from pipeline_gql.domain.spelling import counted
from pipeline_gql.operations import places, terms
from pipeline_gql.operations.acting.customers import contact_of
from pipeline_gql.operations.acting.deeds import Acting, Deed, did, skipped
from pipeline_gql.operations.recording import record
from pipeline_gql.store import events, interests, models, offers, sales
from pipeline_gql.store.records import snapshot

TYPE = "Registration"
_PATH: Path = ("quantity",)


async def create_registration(acting: Acting, action: CreateRegistration) -> Deed:
    """All interests in events or none of them."""
    unit = acting.unit
    wanted = [each for each in await interests.of(unit, acting.row.id) if each.event_id is not None]
    if not wanted:
        return skipped("There is no interest in an event.")
    made = await sales.registered(unit, [each.id for each in wanted])
    left = [each for each in wanted if each.id not in made]
    if not left:
        return skipped("All interests in events are registered already.")
    # Before the events: who makes contacts waits for others who do, and should hold up nobody.
    people = [await _learners(acting, each) for each in left]
    await events.locked(unit, {each.event_id for each in left if each.event_id is not None})
    await _require_on_sale(acting, left)
    await places.book(unit, [(each, _PATH) for each in left])
    keys = [
        await _register(acting, each, learners) for each, learners in zip(left, people, strict=True)
    ]
    booked = counted(sum(each.quantity for each in left), "place")
    return did(f"Booked {booked}.", {"registrations": keys}, *(Ref(TYPE, key) for key in keys))


async def _learners(acting: Acting, interest: models.Interest) -> list[int]:
    people = await interests.learners(acting.unit, interest.id)
    return list(dict.fromkeys([(await contact_of(acting, each))[0] for each in people]))


async def _require_on_sale(acting: Acting, wanted: list[models.Interest]) -> None:
    problems = Problems()
    keys = {each.event_id for each in wanted if each.event_id is not None}
    named = [Ref("Event", key) for key in sorted(keys)]
    items = await offers.items(acting.unit, named)
    for ref in named:
        terms.require_item(items, ref, _PATH, problems)
    problems.raise_if_any()


async def _register(acting: Acting, interest: models.Interest, learners: list[int]) -> int:
    unit = acting.unit
    row = models.Registration(
        org_id=unit.org_id,
        event_id=interest.event_id,
        account_id=acting.row.account_id,
        opportunity_id=acting.row.id,
        interest_id=interest.id,
        quantity=interest.quantity,
        state="ACTIVE",
        created_at=unit.now,
        updated_at=unit.now,
    )
    unit.session.add(row)
    await unit.session.flush()
    await sales.add_learners(unit, row, learners)
    record(
        unit,
        acting.viewer,
        Ref(TYPE, row.id),
        row,
        verb="create",
        event="registration.created",
        before=None,
        after={**snapshot(row), "learners": learners},
        payload=acting.told,
    )
    return row.id
