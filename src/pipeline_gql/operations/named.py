"""The records that an input names: all of them must exist, and people be there still."""

from collections.abc import Collection, Mapping

from pipeline_gql.domain.errors import ItemNotAvailable, Path, Ref
from pipeline_gql.domain.problems import Problems, not_found
from pipeline_gql.store import references, users
from pipeline_gql.store.database import Unit


async def check(
    unit: Unit, named: Mapping[Path, Ref], problems: Problems, kept: Collection[Path] = ()
) -> None:
    """Adds NotFound for each path that names nothing, ItemNotAvailable for an inactive user.

    At the paths `kept` stands what stood there before: nobody is asked to replace it.
    """
    existing = await references.existing(unit, named.values())
    people = [ref for path, ref in named.items() if ref.type == "User" and path not in kept]
    inactive = await users.inactive(unit, people)
    for path, ref in named.items():
        if ref not in existing:
            problems.add(not_found(ref, path))
        elif ref in inactive and path not in kept:
            problems.add(
                ItemNotAvailable(item=inactive[ref], state="inactive", value=ref, path=path)
            )
