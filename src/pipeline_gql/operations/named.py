"""The records that an input names: all of them must exist, and be in use still."""

from collections.abc import Collection, Mapping

from pipeline_gql.domain.errors import ItemNotAvailable, Path, Ref
from pipeline_gql.domain.problems import Problems, not_found
from pipeline_gql.store import references, users
from pipeline_gql.store.database import Unit


async def check(
    unit: Unit, named: Mapping[Path, Ref], problems: Problems, kept: Collection[Path] = ()
) -> None:
    """Adds NotFound for each path that names nothing, ItemNotAvailable for an inactive user, an
    archived team or tag.

    At the paths `kept` stands what stood there before: nobody is asked to replace it.
    """
    existing = await references.existing(unit, named.values())
    newly = {ref for path, ref in named.items() if path not in kept}
    retired = await references.retired(unit, newly)
    for path, ref in named.items():
        if ref not in existing:
            problems.add(not_found(ref, path))
        elif ref in retired and path not in kept:
            it = retired[ref]
            problems.add(ItemNotAvailable(item=it.name, state=it.state, value=ref, path=path))


async def refuse_blind(
    unit: Unit, type: str, blind: Mapping[Path, Ref], problems: Problems
) -> None:
    """Users who do not see the record of that type for which they are named, each for the reason
    that holds: there is nobody, nobody any more, or nobody who sees it."""
    known = await users.among(unit, blind.values())
    for path, ref in blind.items():
        user = known.get(ref)
        if user is None:
            problems.add(not_found(ref, path))
            continue
        state = f"unable to see this {type.lower()}" if user.is_active else "inactive"
        problems.add(ItemNotAvailable(item=user.name, state=state, value=ref, path=path))
