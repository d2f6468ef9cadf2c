"""Values of attributes: judged before anything is decided, written once it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline_gql.domain.attributes import Definition, Given, judge_all, require_all
from pipeline_gql.domain.problems import Problems
from pipeline_gql.domain.text import is_storable
from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.store import attributes
from pipeline_gql.store.database import Unit


@dataclass(frozen=True, slots=True)
class Judged:
    """What a call makes of an opportunity's attributes: `changes` by key, None clears."""

    changes: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    definitions: Mapping[str, Definition] = field(default_factory=dict[str, Definition])


async def judged(
    unit: Unit,
    viewer: Viewer,
    opportunity_id: int | None,
    given: Sequence[Given] | None,
    problems: Problems,
) -> Judged:
    """What was given, for a new opportunity or a locked one; what is wrong goes to `problems`.

    A new one must have what is required at creation. None as the whole clears all that it has.
    What it has already is not judged anew: an archived attribute and a choice that is no more
    may be given again. The definitions stay as they are until the transaction ends.
    """
    is_new = opportunity_id is None
    if given is not None and not given and not is_new:
        return Judged()
    had = {} if opportunity_id is None else await attributes.of(unit, opportunity_id)
    given = [Given(key, None) for key in had] if given is None else given
    keys = named(given)
    known = await attributes.defined(unit, keys, required=is_new) if keys or is_new else {}
    changes = judge_all(given, known, had, viewer.time_zone, problems)
    if is_new:
        require_all(known.values(), given, changes, problems)
    return Judged(changes, known)


def named(given: Sequence[Given]) -> set[str]:
    """The keys that there may be."""
    return {each.key for each in given if is_storable(each.key)}


async def write(unit: Unit, opportunity_id: int, judged: Judged) -> None:
    """Once all that was judged is in order; the opportunity is new or locked."""
    if judged.changes:
        await attributes.put(unit, opportunity_id, judged.changes, judged.definitions)
