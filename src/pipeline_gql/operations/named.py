"""The records that an input names: all of them must exist."""

from collections.abc import Mapping

from pipeline_gql.domain.errors import NotFound, Path, Ref
from pipeline_gql.domain.problems import Problems
from pipeline_gql.store import references
from pipeline_gql.store.database import Unit


async def check(unit: Unit, named: Mapping[Path, Ref], problems: Problems) -> None:
    """Adds NotFound for each path that names nothing; one statement for all."""
    existing = await references.existing(unit, named.values())
    for path, ref in named.items():
        if ref not in existing:
            problems.add(NotFound(type=ref.type, id=ref, value=ref, path=path))
