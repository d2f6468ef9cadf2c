"""What an interest comes to: its item, price and tax, as the catalogue has them now."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, cast

from pipeline_gql.domain.choices import flag
from pipeline_gql.domain.discounts import Kept, as_asked, kept
from pipeline_gql.domain.errors import Path, Ref
from pipeline_gql.domain.interests import (
    KINDS,
    Amounts,
    Kind,
    Learner,
    Wanted,
    amounts,
    block_of,
    details_fit,
    judge,
    kind_of,
    require_available,
)
from pipeline_gql.domain.money import SCALE, units_of
from pipeline_gql.domain.problems import Problems, invalid, missing, not_found
from pipeline_gql.operations import named
from pipeline_gql.store import interests, models, offers, rows
from pipeline_gql.store.database import Unit
from pipeline_gql.store.offers import Item, Offer, Sought

_ALL = frozenset({"discount", "existing_learners", "tax_id", "unit_amount"})
_LISTS = frozenset({"existing_learners", "new_learners"})


@dataclass(frozen=True, slots=True)
class Terms:
    """A wish that can be granted. Money is in ten-thousandths."""

    wanted: Wanted
    kind: Kind
    unit_amount: int
    discount: Kept
    amounts: Amounts


def sought(opportunity: models.Opportunity, wishes: Iterable[Wanted]) -> Sought:
    """What of the catalogue is looked at for these."""
    known = [wanted for wanted in wishes if wanted.item.type in KINDS]
    return Sought(
        items=[wanted.item for wanted in known],
        priced=[wanted.item for wanted in known if wanted.unit_amount is None],
        tax_ids=[wanted.tax_id for wanted in known if wanted.tax_id is not None],
        region_code=opportunity.region_code,
        currency=opportunity.currency,
    )


async def judged(
    unit: Unit,
    opportunity: models.Opportunity,
    asked: Sequence[tuple[Wanted, Path]],
    time_zone: str,
    problems: Problems,
) -> list[Terms]:
    """All wishes or none; what is wrong with any of them is told together."""
    offer = await offers.offer(unit, sought(opportunity, (wanted for wanted, _ in asked)))
    judge_of = _Judge(unit, opportunity, offer, problems)
    granted: list[Terms] = []
    for wanted, path in asked:
        tidied = problems.check(judge, wanted, time_zone, path, unit.now)
        if wanted.item.type not in KINDS:
            continue
        there = require_item(offer.items, wanted.item, (*path, "id"), problems)
        fresh = _ALL if there else _ALL - {"unit_amount"}
        if found := await judge_of.granted(wanted, tidied, path, fresh):
            granted.append(found)
    problems.raise_if_any()
    return granted


async def amended(
    unit: Unit,
    opportunity: models.Opportunity,
    interest: models.Interest,
    changes: Mapping[str, object],
    details_kind: str | None,
    time_zone: str,
    problems: Problems,
) -> Terms:
    """An interest's terms with some of them changed; what is not touched is not judged anew."""
    now = await stored(unit, interest)
    named = {name: value or () if name in _LISTS else value for name, value in changes.items()}
    named["reserve"] = changes.get("reserve") is True
    merged = replace(now, **cast(Any, named), details_kind=details_kind)
    if "reserve" in changes:
        problems.check(flag, changes["reserve"], ("reserve",))
    ahead_of = unit.now if "expires_at" in changes else None
    tidied = problems.check(judge, merged, time_zone, (), ahead_of)
    wanted = sought(opportunity, [merged])
    await unit.foresee(*offers.which(wanted))
    offer = await offers.offer(unit, wanted)
    if merged.reserve:
        require_item(offer.items, merged.item, ("reserve",), problems)
    judge_of = _Judge(unit, opportunity, offer, problems)
    granted = await judge_of.granted(merged, tidied, (), set(changes))
    problems.raise_if_any()
    assert granted is not None
    return granted


async def stored(unit: Unit, interest: models.Interest) -> Wanted:
    """An interest as it could have been asked for."""
    people = await interests.learners(unit, interest.id)
    return Wanted(
        interests.item_of(interest),
        interest.quantity,
        Decimal(interest.unit_amount) / SCALE,
        as_asked(Kept(interest.discount_rate, interest.discount_fixed)),
        interest.tax_type_id,
        existing_learners=tuple(p.contact_id for p in people if p.contact_id is not None),
        new_learners=tuple(
            Learner(p.first_name, p.last_name, p.email) for p in people if p.contact_id is None
        ),
        expires_at=interest.expires_at,
    )


@dataclass(frozen=True, slots=True)
class _Judge:
    """Of what is wanted for an opportunity."""

    unit: Unit
    opportunity: models.Opportunity
    offer: Offer
    problems: Problems

    async def granted(
        self, wanted: Wanted, tidied: Wanted | None, path: Path, fresh: Container[str]
    ) -> Terms | None:
        """What is stored of the records that a wish names, even if it is out of order in itself.

        `fresh` are the fields that a client sent now; the others were judged in their time.
        """
        kind, problems = kind_of(wanted.item, path), self.problems
        if "existing_learners" in fresh and details_fit(wanted, kind):
            people = (*block_of(kind, path), "existing_learners")
            await named.check(self.unit, learner_refs(wanted.existing_learners, people), problems)
        rate = self._rate(wanted.tax_id, "tax_id" in fresh, (*path, "tax_id"))
        amount = (*path, "unit_amount")
        if "unit_amount" not in fresh and wanted.unit_amount is None:
            return None
        unit_amount = await self._unit_amount(wanted.item, wanted.unit_amount, amount)
        currency, asked = self.opportunity.currency, (*path, "discount")
        discount = problems.check(kept, wanted.discount, currency, asked)
        if unit_amount is None or tidied is None or discount is None:
            return None
        total, blamed = tidied.quantity * unit_amount, _blamed(fresh, path)
        came_to = problems.check(amounts, total, discount, rate, currency, amount, blamed)
        return None if came_to is None else Terms(tidied, kind, unit_amount, discount, came_to)

    def _rate(self, tax_id: int | None, is_fresh: bool, path: Path) -> int:
        """The rate of a tax, which must be in use if it is named now; none is 0."""
        if tax_id is None:
            return 0
        ref, tax = Ref("TaxType", tax_id), self.offer.taxes.get(tax_id)
        if tax is None:
            self.problems.add(not_found(ref, path))
        elif is_fresh and not tax.is_active:
            problem = f"must name a tax type that is in use: {tax.name} is not"
            self.problems.add(invalid(path, problem, ref))
        return tax.rate if tax else 0

    async def _unit_amount(self, item: Ref, given: Decimal | None, path: Path) -> int | None:
        """The given amount, else the item's price in the opportunity's region and currency."""
        if given is not None:
            return self.problems.check(units_of, given, self.opportunity.currency, path)
        price = self.offer.prices.get(item)
        if price is None:
            self.problems.add(missing(path, await self._no_price(item)))
        return price

    async def _no_price(self, ref: Ref) -> str:
        item, code = self.offer.items.get(ref), self.opportunity.region_code
        region = await rows.find(self.unit, models.Region, code) if code else None
        where = f" for the region {region.name}" if region else ""
        title = item.title if item else "the item"
        return f"{title} has no price in {self.opportunity.currency}{where}"


def _blamed(fresh: Container[str], path: Path) -> Path:
    """The field that makes a fixed discount too great for the total."""
    if "discount" in fresh:
        return (*path, "discount", "amount")
    return (*path, "quantity" if "quantity" in fresh else "unit_amount")


def require_item(items: Mapping[Ref, Item], ref: Ref, path: Path, problems: Problems) -> bool:
    """Adds NotFound or ItemNotAvailable unless the item can be wanted now; whether it exists."""
    item = items.get(ref)
    if item is None:
        problems.add(not_found(ref, path))
        return False
    problems.check(require_available, item.title, item.state, ref, path)
    return True


def learner_refs(contact_ids: Sequence[int], path: Path) -> dict[Path, Ref]:
    return {(*path, place): Ref("Contact", key) for place, key in enumerate(contact_ids)}
