"""What `create` and `update` of an opportunity share: from the fields a client sent to a row.

Everything that is wrong with the fields is told together, before anything is written.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline_gql.domain.attributes import Given
from pipeline_gql.domain.errors import Path
from pipeline_gql.domain.facts import day_of
from pipeline_gql.domain.moves import closed_at_start
from pipeline_gql.domain.opportunities import (
    Stranger,
    Wish,
    amount_in,
    currency_wanted,
    probability_at,
    read,
    same_amount_in,
    start_step,
)
from pipeline_gql.domain.pipeline import Step, Version
from pipeline_gql.domain.problems import Problems, invalid
from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.operations import attributing, named
from pipeline_gql.operations.attributing import Judged
from pipeline_gql.store import (
    attributes,
    mapping,
    models,
    opportunities,
    pipelines,
    references,
    rows,
)
from pipeline_gql.store.database import Unit

Changes = Mapping[str, Any]

_FIXED = ("entry_step_id", "pipeline_id")


@dataclass(frozen=True, slots=True)
class Draft:
    """A new row, not yet stored, and what it is to have."""

    row: models.Opportunity
    wish: Wish
    attributes: Judged

    async def store(self, unit: Unit) -> None:
        await unit.insert(self.row)
        await _link(unit, self.row.id, self.wish)
        await attributing.write(unit, self.row.id, self.attributes)


async def drafted(
    unit: Unit, viewer: Viewer, sent: Changes, carried: Collection[str] = ()
) -> Draft:
    """What a new one is to be; what is `carried` from another record may be no longer in use."""
    problems = Problems()
    given = sent.get("attributes") or ()
    wish = read(sent, problems)
    await _foresee(unit, sent, wish, given)
    await _check(unit, wish, {path for path in wish.refs if path[0] in carried}, None, problems)
    attributes = await attributing.judged(unit, viewer, None, given, problems)
    version, step = await _start(unit, sent, problems)
    currency = await _currency(unit, sent, sent.get("region_id"), problems)
    amount = problems.check(amount_in, currency, sent["amount"]) if "amount" in sent else None
    problems.raise_if_any()
    assert version is not None
    assert step is not None
    assert currency is not None
    columns = {
        **_placed(unit, viewer, version, step, sent.get("probability")),
        "owner_id": viewer.user_id,
        **wish.columns,
    }
    return Draft(_row(unit, viewer, currency, amount, columns), wish, attributes)


async def _foresee(unit: Unit, sent: Changes, wish: Wish, given: Sequence[Given]) -> None:
    """What is asked of every new one, in one statement."""
    asked = [
        references.whether_existing(wish.refs.values()),
        attributes.which_defined(attributing.named(given), required=True),
    ]
    if "financial_unit_id" not in sent:
        asked.append(references.which_currency(sent.get("region_id")))
    if "entry_step_id" not in sent and "pipeline_id" not in sent:
        asked.append(pipelines.which_default())
    await unit.foresee(*(each for each in asked if each is not None), key=models.Opportunity)


def _placed(
    unit: Unit, viewer: Viewer, version: Version, step: Step, probability: int | None
) -> Changes:
    """The columns that say where it starts, and those that follow from that."""
    state = version.graph.state_of(step)
    probability, manual = probability_at(step, state, probability)
    return {
        "pipeline_id": version.pipeline_id,
        "version_id": version.id,
        "step_id": version.step_ids[step.key],
        "step_entered_at": unit.now,
        "probability": probability,
        "probability_is_manual": manual,
        "actual_close_date": closed_at_start(state, day_of(unit.now, viewer.time_zone)),
    }


def _row(
    unit: Unit, viewer: Viewer, currency: str, amount: int | None, columns: Changes
) -> models.Opportunity:
    mine = {
        "org_id": unit.org_id,
        "created_by_id": viewer.user_id,
        "currency": currency,
        "amount": amount,
        "amount_source": "MANUAL",
        "net_total": amount or 0,
        "tax_total": 0,
        "grand_total": amount or 0,
        "board_moves": 0,
        "version": 1,
        "created_at": unit.now,
        "updated_at": unit.now,
    }
    return mapping.loaded(models.Opportunity, {**mine, **columns})


async def change(unit: Unit, viewer: Viewer, row: models.Opportunity, sent: Changes) -> None:
    """Applies what was sent to a locked row."""
    problems = Problems()
    problems.add(*(invalid((name,), "cannot be changed") for name in _FIXED if name in sent))
    wish = read(sent, problems)
    await _check(unit, wish, await _kept(unit, wish, row), row, problems)
    currency = await _changed_currency(unit, row, sent, wish, problems)
    if "amount" in sent:
        amount = problems.check(amount_in, currency, sent["amount"])
    else:
        amount = problems.check(same_amount_in, currency, row.amount)
    probability = await _changed_probability(unit, row, sent, problems)
    given = sent.get("attributes", ())
    attributes = await attributing.judged(unit, viewer, row.id, given, problems)
    problems.raise_if_any()
    assert currency is not None
    for name, value in wish.columns.items():
        setattr(row, name, value)
    row.currency, row.amount = currency, amount
    row.probability, row.probability_is_manual = probability
    if row.amount_source == "MANUAL":
        row.net_total = row.grand_total = amount or 0
    await _link(unit, row.id, wish)
    await attributing.write(unit, row.id, attributes)


async def _link(unit: Unit, opportunity_id: int, wish: Wish) -> None:
    """Exactly the links of the wish, of the kinds that it names."""
    if wish.parts is not None:
        await opportunities.set_contacts(unit, opportunity_id, wish.parts)
    for name, keys in wish.links.items():
        await opportunities.set_links(unit, opportunity_id, name, keys)


async def _check(
    unit: Unit,
    wish: Wish,
    kept: Collection[Path],
    row: models.Opportunity | None,
    problems: Problems,
) -> None:
    """What it names: at the paths `kept` it stood before."""
    await named.check(unit, wish.refs, problems, kept)
    key = wish.columns.get("external_id")
    if key and await rows.is_taken(unit, models.Opportunity, "external_id", key, row):
        problems.add(invalid(("external_id",), "is already used", key))


async def _kept(unit: Unit, wish: Wish, row: models.Opportunity) -> set[Path]:
    """Where the wish names the people, teams and tags that the opportunity has already."""
    kept: set[Path] = {("owner_id",)} if wish.columns.get("owner_id") == row.owner_id else set()
    for name, keys in wish.links.items():
        had = set(await opportunities.links(unit, name, row.id)) if keys else set[int]()
        kept |= {(name, place) for place, key in enumerate(keys) if key in had}
    return kept


async def _start(
    unit: Unit, sent: Changes, problems: Problems
) -> tuple[Version | None, Step | None]:
    pipeline_id, step_id = sent.get("pipeline_id"), sent.get("entry_step_id")
    identity = None if step_id is None else await pipelines.step(unit, step_id)
    if pipeline_id is None and identity is not None:
        version = await pipelines.published(unit, identity.pipeline_id)
    elif pipeline_id is None:
        version = await pipelines.default_published(unit)
    else:
        version = await pipelines.published(unit, pipeline_id)
    stranger = await _stranger(unit, version, identity) if version and identity else None
    known = identity is not None
    step = problems.check(start_step, version, pipeline_id, step_id, known, stranger)
    if version and step:
        state = version.graph.state_of(step)
        problems.check(probability_at, step, state, sent.get("probability"))
    return version, step


async def _stranger(unit: Unit, version: Version, identity: models.Step) -> Stranger | None:
    """None for a step that the version has."""
    if version.step(identity.id):
        return None
    own = await rows.find(unit, models.Pipeline, identity.pipeline_id)
    wanted = await rows.find(unit, models.Pipeline, version.pipeline_id)
    assert own is not None
    assert wanted is not None
    return Stranger(await pipelines.step_name(unit, identity), own.name, wanted.name)


async def _currency(
    unit: Unit, sent: Changes, region_code: str | None, problems: Problems
) -> str | None:
    """The one that was named (None if it was refused), else the region's, else the
    organisation's."""
    if sent.get("financial_unit_id") is not None:
        return problems.check(currency_wanted, sent["financial_unit_id"])
    return await references.currency_of(unit, region_code)


async def _changed_currency(
    unit: Unit, row: models.Opportunity, sent: Changes, wish: Wish, problems: Problems
) -> str | None:
    if "financial_unit_id" not in sent:
        return row.currency
    region_code = wish.columns.get("region_code", row.region_code)
    currency = await _currency(unit, sent, region_code, problems)
    if currency not in (None, row.currency) and row.amount_source == "INTERESTS":
        problem = (
            f"cannot become {currency} while there are interests,"
            f" which have their amounts in {row.currency}"
        )
        problems.add(invalid(("financial_unit_id",), problem, sent["financial_unit_id"]))
    return currency


async def _changed_probability(
    unit: Unit, row: models.Opportunity, sent: Changes, problems: Problems
) -> tuple[int, bool]:
    now = row.probability, row.probability_is_manual
    if "probability" not in sent:
        return now
    version = await pipelines.version(unit, row.version_id)
    step = version.step(row.step_id)
    assert step is not None
    state = version.graph.state_of(step)
    return problems.check(probability_at, step, state, sent["probability"]) or now
