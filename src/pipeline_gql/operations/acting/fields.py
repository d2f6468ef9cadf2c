"""What an opportunity says of itself, set by a transition."""

from datetime import timedelta

from pipeline_gql.domain.actions import SetField, SetOwner, SetProbability, Somebody
from pipeline_gql.domain.errors import NotFound, Path, Ref
from pipeline_gql.domain.facts import day_of
from pipeline_gql.domain.opportunities import read
from pipeline_gql.domain.problems import Problems
from pipeline_gql.domain.reading_actions import DAYS, FIELDS, day_of_text
from pipeline_gql.operations import named
from pipeline_gql.operations.acting.deeds import Acting, Deed, did, skipped
from pipeline_gql.operations.acting.people import user_of
from pipeline_gql.store import users

_OWNER: Path = ("owner_id",)


async def set_field(acting: Acting, action: SetField) -> Deed:
    problems = Problems()
    name = FIELDS[action.field]
    wish = read({name: _value(acting, name, action)}, problems)
    problems.raise_if_any()
    value = wish.columns[name]
    if getattr(acting.row, name) == value:
        return skipped(f"{action.field} is {_spoken(value)} already.")
    setattr(acting.row, name, value)
    return did(f"Set {action.field} to {_spoken(value)}.")


def _value(acting: Acting, name: str, action: SetField) -> object:
    if action.in_days is not None:
        today = day_of(acting.unit.now, acting.viewer.time_zone)
        return today + timedelta(days=action.in_days)
    return day_of_text(action.value) if name in DAYS else action.value


def _spoken(value: object) -> str:
    return "nothing" if value is None else str(value)


async def set_probability(acting: Acting, action: SetProbability) -> Deed:
    """By hand, as it were; where all is won or lost a document cannot ask for another."""
    row, wanted = acting.row, action.probability
    if row.probability == wanted:
        return skipped(f"The probability is {wanted} % already.")
    row.probability, row.probability_is_manual = wanted, True
    return did(f"Set the probability to {wanted} %.")


async def set_owner(acting: Acting, action: SetOwner) -> Deed:
    """Somebody who is no longer active is refused."""
    row, owner = acting.row, await _wanted(acting, action)
    if owner is None:
        return skipped("There is nobody: the account has no owner.")
    if row.owner_id == owner:
        return skipped("The opportunity is theirs already.")
    problems = Problems()
    await named.check(acting.unit, {_OWNER: Ref("User", owner)}, problems)
    problems.raise_if_any()
    row.owner_id = owner
    return did("Gave the opportunity to another owner.")


async def _wanted(acting: Acting, action: SetOwner) -> int | None:
    if action.user is None:
        return await user_of(acting, action.to or Somebody.OWNER)
    found = await users.by_email(acting.unit, action.user)
    if found is None:
        raise NotFound(type="User", id=action.user, value=action.user, path=_OWNER)
    return found.id
