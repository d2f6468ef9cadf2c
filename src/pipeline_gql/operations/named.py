"""The records that an input names: all of them must exist, and be in use still."""

from collections.abc import Collection, Mapping

from pipeline_gql.domain.errors import ItemNotAvailable, Path, Ref
from pipeline_gql.domain.problems import Problems, not_found
from pipeline_gql.store import references
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
