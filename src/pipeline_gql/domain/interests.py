"""What may be wanted of which item, by whom, and what it comes to."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from pipeline_gql.domain.discounts import Discount, Kept, taken
from pipeline_gql.domain.errors import ItemNotAvailable, NotFound, Path, Ref, TooManyLearners
from pipeline_gql.domain.facts import optional_moment, whole_number
from pipeline_gql.domain.money import fits, share_of
from pipeline_gql.domain.problems import Problems, invalid
from pipeline_gql.domain.spelling import an
from pipeline_gql.domain.text import optional_email, required_text

MOST = 100_000


class Kind(StrEnum):
    COURSE_TEMPLATE = "COURSE_TEMPLATE"
    EVENT = "EVENT"
    LEARNING_PATH = "LEARNING_PATH"
    TRAINING_TOKEN = "TRAINING_TOKEN"
    PRODUCT = "PRODUCT"


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "CourseTemplate": Kind.COURSE_TEMPLATE,
        "Event": Kind.EVENT,
        "LearningPath": Kind.LEARNING_PATH,
        "TrainingTokenType": Kind.TRAINING_TOKEN,
        "Product": Kind.PRODUCT,
    }
)
"""By the GraphQL type of the item."""

DETAILS: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.COURSE_TEMPLATE: "course_details",
        Kind.EVENT: "event_details",
        Kind.LEARNING_PATH: "learning_path_details",
        Kind.TRAINING_TOKEN: "training_token_details",
    }
)
"""The block of the input that an interest of this kind may have; products have none."""

CONTENTS: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        Kind.TRAINING_TOKEN: ("expires_at",),
        **dict.fromkeys(
            (Kind.COURSE_TEMPLATE, Kind.EVENT, Kind.LEARNING_PATH),
            ("existing_learners", "new_learners"),
        ),
    }
)
"""What such a block holds, under the names of `Wanted`."""

_NOUNS: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.COURSE_TEMPLATE: "course template",
        Kind.EVENT: "event",
        Kind.LEARNING_PATH: "learning path",
        Kind.TRAINING_TOKEN: "training token type",
        Kind.PRODUCT: "product",
    }
)
_WITHOUT_LEARNERS: Mapping[Kind, str] = MappingProxyType(
    {Kind.TRAINING_TOKEN: "training tokens", Kind.PRODUCT: "products"}
)


@dataclass(frozen=True, slots=True)
class Learner:
    """Somebody who is no contact yet."""

    first_name: str | None
    last_name: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """One item as a client asks for it. `details_kind` is the kind whose block was sent.

    `unit_amount` None means the item's price, `position` None the last one; `expires_at` is for
    training tokens, learners for courses.
    """

    item: Ref
    quantity: int = 1
    unit_amount: Decimal | None = None
    discount: Discount | None = None
    tax_id: int | None = None
    position: int | None = None
    reserve: bool = False
    existing_learners: tuple[int, ...] = ()
    new_learners: tuple[Learner, ...] = ()
    expires_at: datetime | None = None
    details_kind: str | None = None


@dataclass(frozen=True, slots=True)
class Amounts:
    """What one interest comes to, in ten-thousandths: net is what the discount leaves."""

    discount: int
    net: int
    tax: int


@dataclass(frozen=True, slots=True)
class Value:
    """What an opportunity is worth, in ten-thousandths, and where the number comes from."""

    net: int
    tax: int
    source: str


def kind_of(item: Ref, path: Path) -> Kind:
    """Raises NotFound for what cannot be wanted."""
    if item.type not in KINDS:
        raise NotFound(type="Item", id=item, value=item, path=path)
    return KINDS[item.type]


def quantity_of(value: object, path: Path) -> int:
    return whole_number(value, path, 1, MOST)


def require_details_of(kind: Kind, details_kind: str | None, path: Path) -> None:
    """Refuses a block that belongs to items of another kind."""
    if details_kind is not None and details_kind != kind:
        block = (*path, DETAILS[Kind(details_kind)])
        raise invalid(block, f"must be absent: the item is {an(_NOUNS[kind])}")


def block_of(kind: Kind, path: Path) -> Path:
    """Where the details of an interest stand; those of a kind without a block stand beside it."""
    return (*path, DETAILS[kind]) if kind in DETAILS else path


def details_fit(wanted: Wanted, kind: Kind) -> bool:
    """What stands in a block of another kind is not judged: its place would be told wrongly."""
    return wanted.details_kind in (None, kind)


def require_no_learners(kind: Kind, learners: Sequence[object], path: Path) -> None:
    if kind in _WITHOUT_LEARNERS and learners:
        raise invalid(path, f"must be absent: {_WITHOUT_LEARNERS[kind]} have no learners")


def require_no_expiry(kind: Kind, expires_at: datetime | None, path: Path) -> None:
    if kind is not Kind.TRAINING_TOKEN and expires_at is not None:
        raise invalid(path, "must be absent: only training tokens expire", expires_at)


def require_reservable(kind: Kind, path: Path) -> None:
    if kind is not Kind.EVENT:
        raise invalid(path, f"must be false: {an(_NOUNS[kind])} has no places", True)


def require_room(learners: int, quantity: int, path: Path) -> None:
    """Refuses more learners than are paid for."""
    if learners > quantity:
        raise TooManyLearners(learners=learners, quantity=quantity, value=learners, path=path)


def existing_of(contact_ids: Sequence[int], path: Path) -> tuple[int, ...]:
    """Contacts, each named once; whether they exist is for who can look them up."""
    twice = [contact_id for contact_id, times in Counter(contact_ids).items() if times > 1]
    if twice:
        raise invalid(path, "names somebody twice", Ref("Contact", twice[0]))
    return tuple(contact_ids)


def new_of(learners: Sequence[Learner], path: Path) -> tuple[Learner, ...]:
    """People by both names, surrounding space cut off."""
    return tuple(
        Learner(
            required_text(learner.first_name, (*path, position, "first_name")),
            required_text(learner.last_name, (*path, position, "last_name")),
            optional_email(learner.email, (*path, position, "email")),
        )
        for position, learner in enumerate(learners)
    )


def require_available(title: str, state: str, item: Ref, path: Path) -> None:
    """Only what is published, or in use, can be wanted."""
    if state not in ("PUBLISHED", "ACTIVE"):
        raise ItemNotAvailable(item=title, state=state.lower(), value=item, path=path)


def amounts(
    total: int, discount: Kept, rate: int, currency: str, path: Path, blamed: Path
) -> Amounts:
    """Discount first, then the tax on what it leaves.

    Refuses what is past what we keep (at `path`) and a discount greater than the total (`blamed`).
    """
    too_much = invalid(path, "times the quantity must be less than 100,000,000,000,000")
    if not fits(total):
        raise too_much
    off = taken(discount, total, currency, blamed)
    tax = share_of(total - off, rate, currency)
    if not fits(total - off + tax):
        raise too_much
    return Amounts(off, total - off, tax)


def value_of(count: int, net: int, tax: int, amount: int | None, path: Path) -> Value:
    """The sum of the interests where there are any, else the manual amount."""
    if count == 0:
        return Value(amount or 0, 0, "MANUAL")
    if not fits(net + tax):
        raise invalid(path, "would take the opportunity's value past 100,000,000,000,000")
    return Value(net, tax, "INTERESTS")


def judge(wanted: Wanted, time_zone: str, path: Path, now: datetime | None = None) -> Wanted:
    """The same, tidied, once all that can be said without looking at stored data is in order.

    With `now`, what expires must do so later.
    """
    kind = kind_of(wanted.item, (*path, "id"))
    block = block_of(kind, path)
    problems = Problems()
    problems.check(require_details_of, kind, wanted.details_kind, path)
    quantity = problems.check(quantity_of, wanted.quantity, (*path, "quantity"))
    if wanted.reserve:
        problems.check(require_reservable, kind, (*path, "reserve"))
    fits = details_fit(wanted, kind)
    people = problems.check(_learners, kind, wanted, quantity, block) if fits else None
    ends = wanted.expires_at if fits else None
    expires_at = problems.check(_expiry, kind, ends, time_zone, block, now)
    problems.raise_if_any()
    existing, new = people or ((), ())
    return replace(wanted, existing_learners=existing, new_learners=new, expires_at=expires_at)


def _learners(
    kind: Kind, wanted: Wanted, quantity: int | None, block: Path
) -> tuple[tuple[int, ...], tuple[Learner, ...]]:
    everybody = (*wanted.existing_learners, *wanted.new_learners)
    require_no_learners(kind, everybody, block)
    if quantity is not None:
        require_room(len(everybody), quantity, block)
    return (
        existing_of(wanted.existing_learners, (*block, "existing_learners")),
        new_of(wanted.new_learners, (*block, "new_learners")),
    )


def _expiry(
    kind: Kind, value: datetime | None, time_zone: str, block: Path, now: datetime | None
) -> datetime | None:
    path = (*block, "expires_at")
    require_no_expiry(kind, value, path)
    expires_at = optional_moment(value, path, time_zone)
    if now is not None and expires_at is not None and expires_at <= now:
        raise invalid(path, "must lie in the future", value)
    return expires_at
